"""The settings of a table whose sockets and records lie in one folder, as a file that the product's processes read."""

from __future__ import annotations

from pathlib import Path

from controller.core.limits import REFERENCE_CURRENT
from controller.panel.serve import listen


def free_port() -> int:
    """One of this computer's that nobody listens at."""
    with listen("127.0.0.1", 0) as free:
        return int(free.getsockname()[1])


def settle(folder: Path, port: int, password: str = "") -> Path:
    """Written there; its path."""
    lines = (
        "[panel]",
        f"port = {port}",
        f'password = "{password}"',
        f'socket = "{folder / "telemetry"}"',
        f'records_socket = "{folder / "told"}"',
        f'requests_socket = "{folder / "request"}"',
        "[records]",
        f'directory = "{folder / "records"}"',
        "[load]",
        f"empty_ma = {REFERENCE_CURRENT.empty_ma}",
        f"ma_per_nm = {REFERENCE_CURRENT.ma_per_nm}",
        "[table]",
        'certified_mark = "CE"',
        "capacity_kg = 150.0",
    )
    file = folder / "settings.toml"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file
