"""Every number the Pi's half of the safety rules rests on, with its hard range.  Must never read a file or a clock.

The board's numbers are compiled in a second time (firmware/core/limits.h); tests/contract/test_limits_agree.py holds
them together: the Pi is at least as strict.  Configuration may move a value only inside its range, and most cannot move.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from math import isfinite

STANDARD_GRAVITY_MPS2 = 9.80665


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """One number: its default, the hard ends of what configuration may ask for, and where it comes from."""

    default: float
    least: float
    most: float
    rule: str  # requirement row
    source: str


def _fixed(value: float, rule: str, source: str) -> Range:
    return Range(default=value, least=value, most=value, rule=rule, source=source)


def _range(default: float, least: float, most: float, rule: str, source: str) -> Range:
    return Range(default=default, least=least, most=most, rule=rule, source=source)


RANGES: dict[str, Range] = {
    # angles, inversion angle in degrees
    "upright_deg": _range(-75.0, -85.0, -60.0, "SR5", "mechanical head-up stop of the table"),
    "level_deg": _fixed(-3.0, "SR15", "just head-up, so that waiting there is not inverted"),
    "level_half_deg": _fixed(2.0, "SR15", "tolerance around level"),
    "gate_deg": _fixed(30.0, "SR3", "guide: pause at 30 degrees on the way up"),
    "gate_half_deg": _fixed(2.0, "SR3", "tolerance around the gate"),
    "ceiling_deg": _range(90.0, 15.0, 90.0, "SR5", "guide: 90 degrees is full inversion"),
    "overrun_deg": _fixed(2.0, "SR5", "the end-stop switch stands 2 degrees past the ceiling"),
    # rates
    "rate_dps": _range(1.5, 1.0, 3.0, "SR4", "no pressure transient in published head-up tilt data at 1.5 deg/s"),
    "half_rate_dps": _fixed(0.75, "SR4", "half of the normal rate"),
    "max_rate_dps": _fixed(3.0, "SR4", "absolute, whatever is commanded"),
    "overspeed_dps": _fixed(5.0, "SR4", "the release lever's damper lets no more through"),
    "accel_dps2": _range(1.5, 0.75, 1.5, "SR4", "one second from rest to the normal rate"),
    "stop_accel_dps2": _fixed(3.0, "SR4", "controlled stop: at rest 0.8 s later from 1.5 deg/s"),
    "jerk_dps3": _fixed(3.0, "SR4", "half a second from coasting to full acceleration"),
    "stop_jerk_dps3": _fixed(20.0, "SR4", "the controlled stop's own: 0.15 s of its 0.8 s"),
    "at_rest_dps": _fixed(0.1, "SR3", "three times the worst rate error of tilt.py"),
    # times of the return
    "rest_s": _range(12.0, 10.0, 15.0, "SR3", "guide: pause at 30 degrees for 10-15 seconds"),
    "rest_past_gate_s": _fixed(10.0, "SR3", "a return that begins past the gate"),
    "max_inverted_s": _range(600.0, 60.0, 600.0, "SR2", "guide: never exceed 10 minutes"),
    "ask_every_s": _range(60.0, 30.0, 60.0, "SR15", "are you all right?"),
    "answer_within_s": _fixed(20.0, "SR15", "without an answer the return begins"),
    "settling_s": _range(45.0, 30.0, 60.0, "TP11", "guide: fully upright 30-60 seconds before the locks"),
    "warning_s": _fixed(2.0, "SR4", "before motion the person did not just ask for"),
    "no_progress_s": _fixed(10.0, "SR14", "a return that does not move while motion is due"),
    "estop_ladder_s": _fixed(60.0, "SR14", "emergency stop latched off upright rest"),
    "session_clear_s": _fixed(30.0, "SR2", "upright with the ankle locks seen open"),
    "reset_hold_s": _fixed(3.0, "SR1", "OK held at upright rest"),
    "inspection_hold_s": _fixed(5.0, "SR6", "OK and SPOTTER held at upright rest"),
    "locks_closed_s": _fixed(1.0, "SR6", "both ankle locks closed before a descent"),
    # watching the parts
    "board_silent_s": _fixed(0.1, "SR7", "a command expires after 100 ms; so does what the board said"),
    "imu_stale_s": _fixed(0.05, "SR8", "catalogue F19-F21"),
    "disagree_deg": _fixed(1.5, "SR8", "IMU, potentiometer and encoder"),
    "disagree_s": _fixed(0.1, "SR8", "how long they may disagree"),
    "button_stable_s": _fixed(0.03, "PU6", "catalogue F71: 20 ms of bounce"),
    "button_stuck_s": _fixed(10.0, "PU6", "no press but RETURN's lasts longer"),
    "battery_two_returns_mv": _range(23000.0, 23000.0, 26000.0, "SR10", "energy for two full returns of the 24 V buffer"),
    "tick_s": _fixed(0.02, "SR7", "the control period: 50 Hz"),
}
"""Every number of `Limits`; a value outside [least, most] is refused wherever it comes from."""


def _default(name: str) -> float:
    return RANGES[name].default


def complaint(name: str, value: float) -> str | None:
    """The one line that says why `value` cannot stand for `name`, or None if it can."""
    hard = RANGES[name]
    if isfinite(value) and hard.least <= value <= hard.most:
        return None
    if hard.least == hard.most:
        return f"{value} is not the fixed value {hard.least} ({hard.rule}); it cannot be configured"
    if not isfinite(value):
        return f"{value} is not a finite number; allowed {hard.least} to {hard.most} ({hard.rule})"
    side, end = ("above", hard.most) if value > hard.most else ("below", hard.least)
    return f"{value} is {side} the hard limit {end}; allowed {hard.least} to {hard.most} ({hard.rule})"


AXES: dict[str, tuple[int, float]] = {
    "+x": (0, 1.0),
    "-x": (0, -1.0),
    "+y": (1, 1.0),
    "-y": (1, -1.0),
    "+z": (2, 1.0),
    "-z": (2, -1.0),
}
"""A chip axis by name: its place in a sample and its sign."""


Frame = tuple[int, int, int, float, float, float]
"""Where in a sample the table's axes stand (towards the head, out of the face, about the pivot), and their signs in the same order."""


def _frame(head_axis: str, face_axis: str) -> Frame:
    (head, head_sign), (face, face_sign) = AXES[head_axis], AXES[face_axis]
    turn_sign = head_sign * face_sign if (head - face) % 3 == 1 else -head_sign * face_sign  # descent turns about face x head
    return head, face, 3 - head - face, head_sign, face_sign, turn_sign


FRAMES: dict[tuple[str, str], Frame] = {(head, face): _frame(head, face) for head in AXES for face in AXES if head[1] != face[1]}
"""A mounting's frame by its two axes."""

MOST_ZERO_DEG = 10.0
MOST_ACCEL_OFFSET_MPS2 = 0.4  # 40 mg: the LSM6DSOX's zero-g level with the stress of soldering
MOST_GYRO_OFFSET_DPS = 3.0  # three times the LSM6DSOX's typical zero-rate level


@dataclass(frozen=True, slots=True, kw_only=True)
class Mounting:
    """How the IMU sits on the table, measured by `calibrate`.

    `head_axis` is the chip axis that points along the table towards the head end, `face_axis` the one that points out of
    the face the person lies on (up when level); descent is then a positive turn about face x head.
    `zero_deg` is what the angle reads at true level.  The offsets are subtracted from each chip axis.
    """

    head_axis: str = "+x"
    face_axis: str = "+z"
    zero_deg: float = 0.0
    accel_offset_mps2: tuple[float, float, float] = (0.0, 0.0, 0.0)
    gyro_offset_dps: tuple[float, float, float] = (0.0, 0.0, 0.0)
    frame: Frame = field(init=False, repr=False, compare=False)  # of the two axes

    def __post_init__(self) -> None:
        for name in ("head_axis", "face_axis"):
            if getattr(self, name) not in AXES:
                raise ValueError(f"mounting.{name}: {getattr(self, name)!r} is no chip axis; allowed {', '.join(AXES)}")
        if self.head_axis[1] == self.face_axis[1]:
            raise ValueError(f"mounting.face_axis: {self.face_axis!r} is the head axis too; the two must be different axes")
        object.__setattr__(self, "frame", FRAMES[self.head_axis, self.face_axis])
        _refuse_beyond("mounting.zero_deg", (self.zero_deg,), MOST_ZERO_DEG)
        _refuse_beyond("mounting.accel_offset_mps2", self.accel_offset_mps2, MOST_ACCEL_OFFSET_MPS2)
        _refuse_beyond("mounting.gyro_offset_dps", self.gyro_offset_dps, MOST_GYRO_OFFSET_DPS)


def _refuse_beyond(name: str, values: tuple[float, ...], most: float) -> None:
    for value in values:
        if not abs(value) <= most:  # written so that NaN is refused too
            raise ValueError(f"{name}: {value} is outside the hard limit; allowed {-most} to {most}")


EMPTY_MA = (60.0, 1000.0)
MA_PER_NM = (4.5, 11.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class MotorCurrent:
    """What this table's motor takes over the second stretch of the load check, measured by `calibrate-load` (SR16, F81, F86).

    `empty_ma` with nobody on the table, `ma_per_nm` more for each newton metre of load about the pivot.  Ranges: from the gears,
    motors and frictions of docs/plants.md, and a tenth beyond.
    """

    empty_ma: float
    ma_per_nm: float

    def __post_init__(self) -> None:
        for name, (least, most) in (("empty_ma", EMPTY_MA), ("ma_per_nm", MA_PER_NM)):
            value = getattr(self, name)
            if not least <= value <= most:  # written so that NaN is refused too
                raise ValueError(f"load.{name}: {value} is outside the hard limit; allowed {least} to {most}")


REFERENCE_CURRENT = MotorCurrent(empty_ma=115.0, ma_per_nm=7.28)
"""The simulated reference table's, measured as a real one's is (sim/commission.py); a test measures it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of one table.  Constructing one outside the hard ranges raises ValueError with one clear line.

    Meaning, unit, requirement row and source of each number stand beside it in RANGES.
    """

    upright_deg: float = _default("upright_deg")
    level_deg: float = _default("level_deg")
    level_half_deg: float = _default("level_half_deg")
    gate_deg: float = _default("gate_deg")
    gate_half_deg: float = _default("gate_half_deg")
    ceiling_deg: float = _default("ceiling_deg")
    overrun_deg: float = _default("overrun_deg")
    rate_dps: float = _default("rate_dps")
    half_rate_dps: float = _default("half_rate_dps")
    max_rate_dps: float = _default("max_rate_dps")
    overspeed_dps: float = _default("overspeed_dps")
    accel_dps2: float = _default("accel_dps2")
    stop_accel_dps2: float = _default("stop_accel_dps2")
    jerk_dps3: float = _default("jerk_dps3")
    stop_jerk_dps3: float = _default("stop_jerk_dps3")
    at_rest_dps: float = _default("at_rest_dps")
    rest_s: float = _default("rest_s")
    rest_past_gate_s: float = _default("rest_past_gate_s")
    max_inverted_s: float = _default("max_inverted_s")
    ask_every_s: float = _default("ask_every_s")
    answer_within_s: float = _default("answer_within_s")
    settling_s: float = _default("settling_s")
    warning_s: float = _default("warning_s")
    no_progress_s: float = _default("no_progress_s")
    estop_ladder_s: float = _default("estop_ladder_s")
    session_clear_s: float = _default("session_clear_s")
    reset_hold_s: float = _default("reset_hold_s")
    inspection_hold_s: float = _default("inspection_hold_s")
    locks_closed_s: float = _default("locks_closed_s")
    board_silent_s: float = _default("board_silent_s")
    imu_stale_s: float = _default("imu_stale_s")
    disagree_deg: float = _default("disagree_deg")
    disagree_s: float = _default("disagree_s")
    button_stable_s: float = _default("button_stable_s")
    button_stuck_s: float = _default("button_stuck_s")
    battery_two_returns_mv: float = _default("battery_two_returns_mv")
    tick_s: float = _default("tick_s")
    mounting: Mounting = Mounting()
    current: MotorCurrent | None = REFERENCE_CURRENT  # None: never measured, and then nobody passes the load check

    def __post_init__(self) -> None:
        for item in fields(self):
            if item.name in ("mounting", "current"):
                continue
            wrong = complaint(item.name, getattr(self, item.name))
            if wrong is not None:
                raise ValueError(f"{item.name}: {wrong}")
