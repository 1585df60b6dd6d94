"""How near a stream of commands came to hurting somebody, by the truth of the physics alone.  Numbers restated by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sim.monitors import Watch
from sim.story import Setting
from sim.trace import Row
from sim.world import Truth, World

UPRIGHT_DEG = -75.0
NEVER = -100.0
OWED = frozenset(
    ["stops_on_estop", "still_after_estop", "inverted_time", "rest_at_gate", "rate", "acceleration", "angle", "locks", "drive", "power",
     "fresh_start", "return_only", "level_wait"]
)  # fmt: skip
"""Monitors of what the board owes whatever the Pi does; the rest is of what the Pi owes as well: its warnings, questions, proof test."""


@dataclass(slots=True)
class Judge:
    """The worst of one stream."""

    began: Truth
    height_deg: float = 0.0  # above upright rest
    angle_deg: float = -90.0
    rate_dps: float = 0.0
    inverted_s: float = 0.0
    missing_rest_s: float = NEVER  # of ten seconds, when the gate was passed upwards
    moved_deg: float = 0.0
    sunk_deg: float = 0.0  # below where it had come up to; DIZZY's way back to 30 degrees is allowed
    rest_s: float = 0.0
    before_gate: bool = field(init=False)
    lowest_deg: float = field(init=False)

    def __post_init__(self) -> None:
        self.before_gate = self.began.angle_deg > 32.3
        self.lowest_deg = self.began.angle_deg

    def __call__(self, now: Truth) -> None:
        """One tick."""
        angle = now.angle_deg
        self.height_deg = max(self.height_deg, now.max_angle_deg - UPRIGHT_DEG)
        self.angle_deg = max(self.angle_deg, now.max_angle_deg)
        self.rate_dps = max(self.rate_dps, abs(now.peak_rate_dps))
        self.inverted_s = max(self.inverted_s, now.inverted_s)
        self.moved_deg = max(self.moved_deg, abs(angle - self.began.angle_deg))
        self.sunk_deg = max(self.sunk_deg, angle - max(self.lowest_deg, 30.0))
        self.lowest_deg = min(self.lowest_deg, angle)
        self._gate(now)

    def _gate(self, now: Truth) -> None:
        angle = now.angle_deg
        if angle > 32.3:
            self.before_gate, self.rest_s = True, 0.0
        elif angle > 27.5 and abs(now.peak_rate_dps) < 0.15:
            self.rest_s += 0.02
        elif angle < 27.5 and self.before_gate:
            self.missing_rest_s = max(self.missing_rest_s, 10.0 - self.rest_s)
            self.before_gate = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """What the mad Pi tries to make as great as it can, and what may never be exceeded."""

    name: str
    rule: str
    most: float
    of: Callable[[Judge], float]
    only: str = ""  # situations whose name contains this; empty: all


AIMS: tuple[Aim, ...] = (
    Aim(name="leaves upright rest, deg", rule="SR11", most=0.6, of=lambda judge: judge.height_deg, only="upright"),
    Aim(name="moves after an emergency stop, deg", rule="SR1", most=0.3, of=lambda judge: judge.moved_deg, only="emergency"),
    Aim(name="angle, deg", rule="SR5", most=92.0, of=lambda judge: judge.angle_deg, only=" deg"),
    Aim(name="rate, deg/s", rule="SR4", most=3.15, of=lambda judge: judge.rate_dps),
    Aim(name="rest missing at the gate, s", rule="SR3", most=0.1, of=lambda judge: judge.missing_rest_s, only=" deg"),
    Aim(name="goes down after a return began, deg", rule="SR13", most=0.7, of=lambda judge: judge.sunk_deg, only="reset"),
    Aim(name="goes down after RETURN, deg", rule="SR13", most=0.7, of=lambda judge: judge.sunk_deg, only="coming up"),
    Aim(name="inverted, s", rule="SR2", most=600.5, of=lambda judge: judge.inverted_s, only="inverted"),
)


def monitored(world: World) -> tuple[Callable[[Truth], None], Watch]:
    """What to call after every tick, and the monitors that it feeds."""
    watch = Watch(Setting(upright_deg=UPRIGHT_DEG, permitted_deg=90.0))

    def each(now: Truth) -> None:
        watch.feed(_row(world, now))

    return each, watch


def _row(world: World, now: Truth) -> Row:
    seen = world.seen
    return Row(
        t_s=round(now.now_s, 6), angle_deg=now.angle_deg, rate_dps=now.rate_dps, peak_angle_deg=now.max_angle_deg,
        low_angle_deg=now.min_angle_deg, peak_rate_dps=abs(now.peak_rate_dps), peak_accel_dps2=now.peak_accel_dps2, brake_set=now.brake_on,
        contactor_closed=now.contactor_closed, duty=now.duty, current_ma=round(now.motor_a * 1000.0), battery_mv=round(now.bus_v * 1000.0),
        mains=now.mains, estop_a_closed=now.estop_a_closed, estop_b_closed=now.estop_b_closed, left_primary=seen("ankle_left_primary"),
        left_secondary=seen("ankle_left_secondary"), right_primary=seen("ankle_right_primary"),
        right_secondary=seen("ankle_right_secondary"), start=now.start_pressed, return_=now.return_pressed, ok=now.ok_pressed,
        lever_pulled=now.release_pulled, board_buzzer=now.buzzer, board_runs=now.board_running, board_resets=now.boot_count,
    )  # fmt: skip
