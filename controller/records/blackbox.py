"""The black box: the last minute of what came in and what went out, every tick of it, ready to be frozen (SE9).

Pure but for its own memory: no clock, no file.  A tick costs the control thread one pack into memory that is already there;
freezing hands whole seconds over without copying them.  Every value is kept as it was, so that a box can be run through the
core again.  The order of values stands in each box's format, so that a newer program reads an older box.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from math import inf, isnan
from typing import Final

from controller.core.model import Buzzer, Command, Inputs, Lamp, Mode, Outputs, Reason
from controller.core.safety import RULES
from controller.core.wire import BoardMode, Request

MINUTE_S: Final = 60.0
TICKS_A_CHUNK: Final = 50  # a second
AFTERMATH_S: Final = 10.0  # kept besides: how the table answered
BOXES_MOST: Final = 20  # a session, and until the next one: some 4 MB
CHUNKS: Final = 61  # a whole minute besides the second that is being filled

COLUMNS: Final[tuple[tuple[str, str], ...]] = (
    ("now_s", "d"),
    ("imu.accel_x_mps2", "d"),
    ("imu.accel_y_mps2", "d"),
    ("imu.accel_z_mps2", "d"),
    ("imu.gyro_x_dps", "d"),
    ("imu.gyro_y_dps", "d"),
    ("imu.gyro_z_dps", "d"),
    ("imu.chip_time_s", "d"),
    ("imu.age_s", "d"),
    ("panel.age_s", "d"),
    ("board.age_s", "d"),
    ("board.angle_deg", "d"),
    ("board.rate_dps", "d"),
    ("board.pot_deg", "d"),
    ("board.encoder_deg", "d"),
    ("board.budget_left_s", "d"),
    ("board.rest_s", "d"),
    ("board.round_trip_s", "d"),
    ("board.uptime_s", "d"),
    ("host.late_s", "d"),
    ("host.temperature_c", "d"),
    ("command.rate_dps", "d"),
    ("command.imu_angle_deg", "d"),
    ("command.permitted_angle_deg", "d"),
    ("angle_deg", "d"),
    ("rate_dps", "d"),
    ("target_deg", "d"),
    ("hold_left_s", "d"),
    ("rest_left_s", "d"),
    ("inverted_s", "d"),
    ("reasons", "Q"),
    ("board.reasons", "q"),
    ("board.flags", "q"),
    ("board.contacts", "q"),
    ("board.current_ma", "q"),
    ("board.battery_mv", "q"),
    ("board.challenge", "q"),
    ("board.command_seq", "q"),
    ("board.tick_ms", "q"),
    ("board.reset_cause", "q"),
    ("command.challenge", "q"),
    ("levels", "I"),
    ("board.mode", "B"),
    ("command.request", "B"),
    ("command.flags", "B"),
    ("mode", "B"),
    ("lamps", "B"),
    ("buzzer", "B"),
    ("ladder", "B"),
)
"""Name and struct code of each value, in order; little-endian.  `d`: a double, NaN for none."""

LEVELS: Final = (
    *("start", "return_", "dizzy", "ok", "select_minus", "select_plus", "spotter"),
    *("left_closed", "right_closed", "estop_aux_closed", "imu.configured", "board.identified", "storage_ok", "config_ok"),
    *("release_locks", "turned", "watcher_ok", "watcher_armed"),
)
"""Bits of `levels`, lowest first."""

COMMAND_FLAGS: Final = ("unasked", "half_rate", "session", "alarm", "warn")
NO_COMMAND: Final = 255  # `command.request` on a tick on which the Pi was silent
_ROW: Final = struct.Struct("<" + "".join(code for _, code in COLUMNS))
_NAN: Final = float("nan")
_MODES: Final = {mode: number for number, mode in enumerate(Mode)}
_BUZZERS: Final = {buzzer: number for number, buzzer in enumerate(Buzzer)}
_LAMPS: Final = {lamp: number for number, lamp in enumerate(Lamp)}
_RULES: Final = {rule.name: 1 << row for row, rule in enumerate(RULES)}
_SILENT: Final = (_NAN, _NAN, _NAN)


def layout() -> str:
    """What a reader needs beside the bytes, as JSON; kept with the boxes that were written so."""
    return json.dumps(
        {
            "columns": COLUMNS,
            "levels": LEVELS,
            "command_flags": COMMAND_FLAGS,
            "reasons": [rule.name for rule in RULES],
            "mode": [mode.value for mode in Mode],
            "board_mode": [mode.name for mode in BoardMode],
            "request": [request.name for request in Request],
            "buzzer": [buzzer.value for buzzer in Buzzer],
            "lamp": [lamp.value for lamp in Lamp],
        },
        separators=(",", ":"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """Ticks as they were packed, oldest first; squeezed and unpacked by whoever has time."""

    chunks: tuple[bytes | bytearray, ...]
    ticks: int

    def squeezed(self) -> bytes:
        """For the disk."""
        return zlib.compress(b"".join(self.chunks)[-self.ticks * _ROW.size :] if self.ticks else b"", 6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """A box and the trip, by its number within the run, that froze it."""

    trip: int
    part: str  # "before" or "after"
    box: Box


class BlackBox:
    """The ring.  One per run of the service."""

    def __init__(self) -> None:
        self.unpackable = 0  # ticks with a number that no column holds
        self._full: deque[bytearray] = deque(maxlen=CHUNKS - 1)
        self._filling = bytearray(TICKS_A_CHUNK * _ROW.size)
        self._ticks = 0  # in the chunk that is being filled
        self._reasons: tuple[Reason, ...] = ()
        self._reason_bits = 0

    def take(self, inputs: Inputs, outputs: Outputs) -> None:
        """One tick.  Never raises: a tick that cannot be packed is counted."""
        if outputs.reasons is not self._reasons:
            self._reasons = outputs.reasons
            self._reason_bits = sum(_RULES.get(reason.name, 0) for reason in outputs.reasons)
        try:
            _ROW.pack_into(self._filling, self._ticks * _ROW.size, *self._values(inputs, outputs))
        except (struct.error, OverflowError):
            self.unpackable += 1
            return
        self._ticks += 1
        if self._ticks == TICKS_A_CHUNK:
            self._full.append(self._filling)
            self._filling = bytearray(TICKS_A_CHUNK * _ROW.size)
            self._ticks = 0

    def freeze(self, last_s: float = MINUTE_S) -> Box:
        """The last `last_s` of ticks up to now.  The ring goes on."""
        wanted = round(last_s * TICKS_A_CHUNK)
        kept = len(self._full) * TICKS_A_CHUNK + self._ticks
        newest = bytes(memoryview(self._filling)[: self._ticks * _ROW.size])
        return Box(chunks=(*self._full, newest), ticks=min(wanted, kept))

    def _values(self, inputs: Inputs, outputs: Outputs) -> tuple[float, ...]:
        imu, board, host, command = inputs.imu, inputs.board, inputs.host, outputs.command
        commanded = _SILENT if command is None else (command.rate_dps, _or_nan(command.imu_angle_deg), command.permitted_angle_deg)
        lamps = outputs.lamps
        return (
            inputs.now_s, *imu.accel_mps2, *imu.gyro_dps, imu.chip_time_s, imu.age_s, inputs.panel.age_s,
            board.age_s, board.angle_deg, board.rate_dps, board.pot_deg, board.encoder_deg, board.budget_left_s, board.rest_s,
            board.round_trip_s, board.uptime_s, host.late_s, host.temperature_c, *commanded,
            _or_nan(outputs.angle_deg), outputs.rate_dps, _or_nan(outputs.target_deg), outputs.hold_left_s, outputs.rest_left_s,
            outputs.inverted_s, self._reason_bits, board.reasons, board.flags, board.contacts, board.current_ma, board.battery_mv,
            board.challenge, board.command_seq, board.tick_ms, board.reset_cause, 0 if command is None else command.challenge,
            _levels(inputs, outputs), board.mode, NO_COMMAND if command is None else command.request, _flags(command),
            _MODES[outputs.mode],
            _LAMPS[lamps.ready] | _LAMPS[lamps.moving] << 2 | _LAMPS[lamps.release_ok] << 4 | _LAMPS[lamps.fault] << 6,
            _BUZZERS[outputs.buzzer], outputs.ladder,
        )  # fmt: skip


class Freezer:
    """When to freeze: at a trip the minute before it, and once things are quiet again what followed (SE9)."""

    def __init__(self, box: BlackBox) -> None:
        self._box = box
        self._left = BOXES_MOST
        self._trip = 0  # whose aftermath is being waited for
        self._begun_s = 0.0
        self._until_s = inf

    def session_begins(self) -> None:
        """Each session may fill its own boxes, so that a fault that flaps for days cannot fill the disk."""
        self._left = BOXES_MOST

    def tripped(self, trip: int, now_s: float) -> Frozen | None:
        """A trip in the aftermath of another lengthens that; its minute is in the boxes of both."""
        if self._until_s < inf:
            self._until_s = min(now_s + AFTERMATH_S, self._begun_s + MINUTE_S)
            return None
        if self._left == 0:
            return None
        self._left -= 1
        self._trip, self._begun_s, self._until_s = trip, now_s, now_s + AFTERMATH_S
        return Frozen(trip=trip, part="before", box=self._box.freeze())

    def due(self, now_s: float) -> bool:
        """Whether an aftermath is over."""
        return now_s >= self._until_s

    def aftermath(self, now_s: float) -> Frozen | None:
        """What followed the trip, up to now."""
        if self._until_s == inf:
            return None
        self._until_s = inf
        return Frozen(trip=self._trip, part="after", box=self._box.freeze(now_s - self._begun_s))


def _or_nan(value: float | None) -> float:
    return _NAN if value is None else value


def _levels(inputs: Inputs, outputs: Outputs) -> int:
    panel, ankles, host = inputs.panel, inputs.ankles, inputs.host
    return (
        panel.start | panel.return_ << 1 | panel.dizzy << 2 | panel.ok << 3 | panel.select_minus << 4 | panel.select_plus << 5
        | panel.spotter << 6 | ankles.left_closed << 7 | ankles.right_closed << 8 | inputs.estop_aux_closed << 9
        | inputs.imu.configured << 10 | inputs.board.identified << 11 | host.storage_ok << 12 | host.config_ok << 13
        | outputs.release_locks << 14 | outputs.turned << 15 | host.watcher_ok << 16 | host.watcher_armed << 17
    )  # fmt: skip


def _flags(command: Command | None) -> int:
    if command is None:
        return 0
    return command.unasked | command.half_rate << 1 | command.session << 2 | command.alarm << 3 | command.warn << 4


# ------------------------------------------------------------------ reading a box, of this program or an older one


def rows(squeezed: bytes, layout_json: str) -> Iterator[dict[str, object]]:
    """Each tick by the names of its columns, bits and numbers as words.  None where there was no value."""
    form = json.loads(layout_json)
    names = [name for name, _ in form["columns"]]
    for values in struct.iter_unpack("<" + "".join(code for _, code in form["columns"]), zlib.decompress(squeezed)):
        row: dict[str, object] = {name: None if isnan(value) else value for name, value in zip(names, values, strict=True)}
        yield _in_words(row, form)


def _bits(value: object, names: list[str]) -> list[str]:
    return [name for bit, name in enumerate(names) if int(str(value)) >> bit & 1]


def _in_words(row: dict[str, object], form: dict[str, list[str]]) -> dict[str, object]:
    request, lamps = int(str(row["command.request"])), int(str(row["lamps"]))
    row["command.request"] = None if request == NO_COMMAND else form["request"][request]
    row["lamps"] = " ".join(form["lamp"][lamps >> shift & 3] for shift in (0, 2, 4, 6))
    row["levels"] = " ".join(_bits(row["levels"], form["levels"]))
    row["command.flags"] = " ".join(_bits(row["command.flags"], form["command_flags"]))
    row["reasons"] = " ".join(_bits(row["reasons"], form["reasons"]))
    for name, words in (("mode", "mode"), ("board.mode", "board_mode"), ("buzzer", "buzzer")):
        row[name] = form[words][int(str(row[name]))]
    return row
