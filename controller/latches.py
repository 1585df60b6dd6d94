"""The latches that must outlive the service (SR13), in a small file of their own that is replaced as a whole.

They stay out of the records' database: a damaged database must not lift a latch, and the service reads them before its first tick.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, fields
from pathlib import Path

from controller.core.model import Latches

FILE = "latches.json"


def read_latches(folder: Path) -> Latches:
    """Whole and well-formed, or the dangerous default: a missing, torn or foreign file never lifts a latch."""
    try:
        found = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Latches()
    names = {field.name for field in fields(Latches)}
    if not isinstance(found, dict) or set(found) != names or not all(type(value) is bool for value in found.values()):
        return Latches()
    return Latches(**found)


def write_latches(folder: Path, latches: Latches) -> None:
    """Replace the file as a whole: after a power cut it holds the old text or the new, never a part (F60)."""
    target, fresh = folder / FILE, folder / f"{FILE}.new"
    with open(fresh, "w", encoding="utf-8", opener=_owner_only) as file:
        json.dump(asdict(latches), file)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(target)
    sync_folder(folder)


def _owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def sync_folder(folder: Path) -> None:
    """Makes names in the folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
