"""The settings file -> limits and settings.  Must never fall back to a default when something in the file is wrong (F61).

Every key has a default inside its hard range, so no file at all is a valid configuration.  docs/ and
systemd/inversion-table.toml explain each key.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

import msgspec

from controller import strict_toml
from controller.core.limits import RANGES, Limits, MotorCurrent, Mounting, complaint
from controller.exit_codes import ExitCode
from controller.programme import rules as numbers
from controller.programme.rules import Rules


class ConfigError(ValueError):
    """One line: `file:line: key: what is wrong; what would be right`."""

    def __init__(self, says: str, exit_code: ExitCode = ExitCode.CONFIG) -> None:
        super().__init__(says)
        self.exit_code = exit_code


class HardwareSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where things are plugged in.  Pins are not settings: they have one home in hardware/pins.py."""

    board_port: str = "/dev/inversion-table-board"  # the udev rule's name for the drive board's serial port
    i2c_bus: int = 1
    imu_address: Literal[0x6A, 0x6B] = 0x6A  # the LSM6DSOX's two, by its SDO pin
    display_bus: int = 4  # an I2C bus of the display's own: 4 on a Pi 4, 0 on a Pi 5


class RecordSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the latches and the black box are kept; empty means the service manager's state directory."""

    directory: str = ""


class ProgrammeSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The therapy programme's own settings."""

    protocols: str = ""  # a folder of own protocols (TP16), shown after the built-in ones; empty: none


class TableSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands on the table's frame and in its papers (TP2, TP3).  The defaults are the least that the guide's tables have."""

    capacity_kg: float = 113.39  # 250 lb
    height_least_cm: float = 152.4  # 5'0"
    height_most_cm: float = 198.12  # 6'6"
    certified_mark: str = ""  # UL, CE or ASTM, as it stands on the frame; without one nobody starts


class VoiceSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the table speaks."""

    language: str = "en"  # one of the phrase file's
    device: str = "default"  # ALSA's name of the loudspeaker
    socket: str = ""  # where the loudspeaker's process listens; empty: its unit's own place


class PanelSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The browser's view of the table: a process of its own (controller/panel)."""

    address: str = "127.0.0.1"  # where it listens; anything but the loopback needs a password
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 8080
    names: tuple[str, ...] = ()  # under which it is asked for from elsewhere, such as raspberrypi.local
    password: str = ""  # a line of `inversion-table-panel password`
    socket: str = "/run/inversion-table-panel/telemetry"  # where the service sends what happens
    records_socket: str = "/run/inversion-table-records/told"  # where the records' owner tells them
    requests_socket: str = "/run/inversion-table-panel/request"  # where the service fetches what somebody at the page asks
    people: dict[str, str] = {}  # whose key -> their own line of `inversion-table-panel password`


class RemoteSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The dead man on another host (SR14)."""

    watcher: str = ""  # address and port of `inversion-table watch-for-help`; empty: nobody is called
    key_file: str = "/etc/inversion-table-remote.key"  # both hosts hold the same
    table: Annotated[str, msgspec.Meta(min_length=1, max_length=40)] = "the inversion table"  # how its notices call it


class _MountingFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    head_axis: str = "+x"
    face_axis: str = "+z"
    zero_deg: float = 0.0
    accel_offset_mps2: tuple[float, float, float] = (0.0, 0.0, 0.0)
    gyro_offset_dps: tuple[float, float, float] = (0.0, 0.0, 0.0)


class _LoadFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    empty_ma: float
    ma_per_nm: float


_LimitsFile: type[msgspec.Struct] = msgspec.defstruct(
    "_LimitsFile",
    [(name, float | None, None) for name in RANGES],
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
)

_RulesFile: type[msgspec.Struct] = msgspec.defstruct(
    "_RulesFile",
    [(name, kind | None, None) for name, kind in get_type_hints(Rules).items()],
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
)

_File: type[msgspec.Struct] = msgspec.defstruct(
    "_File",
    [
        ("limits", _LimitsFile, _LimitsFile()),
        ("mounting", _MountingFile, _MountingFile()),
        ("load", _LoadFile | None, None),
        ("hardware", HardwareSettings, HardwareSettings()),
        ("records", RecordSettings, RecordSettings()),
        ("programme", ProgrammeSettings, ProgrammeSettings()),
        ("rules", _RulesFile, _RulesFile()),
        ("voice", VoiceSettings, VoiceSettings()),
        ("panel", PanelSettings, PanelSettings()),
        ("table", TableSettings, TableSettings()),
        ("remote", RemoteSettings, RemoteSettings()),
    ],
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that may differ from table to table."""

    limits: Limits = Limits(current=None)  # noqa: RUF009  # frozen; a table whose motor current was never measured
    hardware: HardwareSettings = field(default_factory=HardwareSettings)
    records: RecordSettings = field(default_factory=RecordSettings)
    programme: ProgrammeSettings = field(default_factory=ProgrammeSettings)
    rules: Rules = field(default_factory=Rules)
    voice: VoiceSettings = field(default_factory=VoiceSettings)
    panel: PanelSettings = field(default_factory=PanelSettings)
    table: TableSettings = field(default_factory=TableSettings)
    remote: RemoteSettings = field(default_factory=RemoteSettings)
    source: str = "built-in defaults"


def load_settings(path: Path | None) -> Settings:
    """The settings in `path`, or the built-in ones without a path.  Raises ConfigError, one clear line."""
    if path is None:
        return Settings()
    try:
        file, where = strict_toml.load(path, _File)
        return _settings(file, where)
    except strict_toml.FileError as error:
        raise ConfigError(str(error), ExitCode.NO_INPUT if error.unreadable else ExitCode.CONFIG) from error


def _settings(file: Any, where: strict_toml.Where) -> Settings:
    asked = _asked(file.limits, "limits", complaint, where)
    _check_table(file.table, where)
    try:
        mounting = Mounting(**msgspec.structs.asdict(file.mounting))
        current = MotorCurrent(**msgspec.structs.asdict(file.load)) if file.load is not None else None
    except ValueError as error:
        key, _, says = str(error).partition(": ")
        raise where.wrong(tuple(key.split(".")), says) from error
    return Settings(
        limits=Limits(mounting=mounting, current=current, **asked),
        hardware=file.hardware,
        records=file.records,
        programme=file.programme,
        rules=_rules(file.rules, where),
        voice=file.voice,
        panel=file.panel,
        table=file.table,
        remote=file.remote,
        source=where.file,
    )


def _asked(table: msgspec.Struct, name: str, wrong_with: Callable[[str, float], str | None], where: strict_toml.Where) -> dict[str, Any]:
    """What the file sets in a table of numbers, each inside its hard range."""
    asked = {key: value for key, value in msgspec.structs.asdict(table).items() if value is not None}
    for key, value in asked.items():
        wrong = wrong_with(key, value)
        if wrong is not None:
            raise where.wrong((name, key), wrong)
    return asked


def _rules(table: msgspec.Struct, where: strict_toml.Where) -> Rules:
    """The programme's numbers: stricter than the guide's or equal, and in order from step to step."""
    asked = _asked(table, "rules", numbers.complaint, where)
    values = asdict(Rules()) | asked
    pair = numbers.disorder(values)
    if pair is not None:
        name, other = pair if pair[0] in asked and pair[1] not in asked else pair[::-1]
        raise where.wrong(("rules", name), numbers.disordered(name, other, values))
    return Rules(**asked)


_TABLE_RANGES = {"capacity_kg": (50.0, 300.0), "height_least_cm": (100.0, 250.0), "height_most_cm": (100.0, 250.0)}


def _check_table(table: TableSettings, where: strict_toml.Where) -> None:
    for name, (least, most) in _TABLE_RANGES.items():
        value = getattr(table, name)
        if not least <= value <= most:
            raise where.wrong(("table", name), f"{value:g} is outside {least:g} to {most:g} (TP2)")
    if table.height_least_cm >= table.height_most_cm:
        raise where.wrong(("table", "height_most_cm"), f"{table.height_most_cm:g} must be more than height_least_cm (TP2)")
