"""The five properties on the true state of the physics, every number restated by hand.  Must never look at what software believes.

Each judge is fed once per tick and raises AssertionError with what was measured.  `Judge` is all of them over one history.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from controller.core.wire import Request
from sim.story import HARD_FAULTS
from sim.world import Truth
from tests.properties.table import TICK_S, Table

UPRIGHT_DEG = -75.0
AT_REST_DPS = 0.15  # 0.1, and what gear play does to the true rate
PUSHING = frozenset(
    {
        "runaway", "motor_reversed", "motor_stall", "motor_short", "brake_weak", "brake_drags", "gear_slips", "obstacle", "weight_shift",
        "overweight", "person_gets_off", "regeneration",
    }
)  # fmt: skip
"""Faults that turn the table by themselves, or stand in its way."""
MISLEADING = frozenset({"pot_slip", "pot_drift", "pot_gain", "imu_bias", "pot_noise", "imu_noise", "adc_reference_sag", "adc_stuck"})
"""Faults that may hide within the 1.5 degrees of SR8."""

JUMP_DPS, BLIND_JUMP_DPS = 0.1, 0.13
"""On top of the acceleration: static friction, a step of the supply, a command in steps.  After F90 a hair more, from the stuck encoder to
upright rest: who sees the rate late learns late what the motor has to carry, and begins the next way with it (0.27 in 100 ms seen)."""


@dataclass(slots=True)
class Memory:
    """What a bystander remembers."""

    pushed_s: float = -99.0  # newest moment at which something but the drive turned the table
    hard_s: float = -99.0  # newest moment that entitles to the emergency stop's brake
    doubt_deg: float = 0.0  # how far the sensors may be off unnoticed
    mains: bool = True
    start_s: float = -99.0  # newest closing of START's contact, by a finger or by itself (F69): nobody can tell them apart
    start_closed: bool = False
    blind: bool = False  # the rate loop may not have the encoder's rate any more
    supply_s: float = -99.0  # newest step of the supply, 25.5 V on the battery and 27.1 V on the mains
    brakeless_s: float = -99.0
    estop_s: float = -99.0  # newest opening
    estop_deg: float = 0.0
    estop_latched: bool = False
    estop_closed_s: float | None = 0.0
    ok_s: float | None = None
    reset_s: float = -99.0  # newest moment at which a reset may have been due
    boots: int = -1
    ankles_closed_s: float | None = None

    def update(self, table: Table) -> None:
        now = table.now
        t_s = now.now_s
        active = table.world.active_faults
        lever = now.release_pulled or t_s - table.lever_s < 0.1 or table.world.person_value("hand_nm") != 0.0
        tripped = table.order is not None and table.order.request is Request.TRIP
        if lever or not PUSHING.isdisjoint(active):
            self.pushed_s = t_s
        if (
            lever
            or not HARD_FAULTS.isdisjoint(active)
            or not now.board_running
            or now.boot_count != self.boots
            or now.board_mode >= 4
            or tripped
        ):
            self.hard_s = t_s
        self.boots = now.boot_count
        if not MISLEADING.isdisjoint(active):
            self.doubt_deg = 1.5
        start_closed = table.world.seen("start")
        if start_closed and not self.start_closed:
            self.start_s = t_s
        self.start_closed = start_closed
        self.blind = "encoder_stuck" in active or (self.blind and now.upright_s < 1.0)
        if now.mains != self.mains:
            self.mains, self.supply_s = now.mains, t_s
        if "brake_weak" in active:
            self.brakeless_s = t_s
        ankles = now.ankle_left_closed and now.ankle_right_closed
        if table.mad:  # the primary switches are the Pi's alone, for what may begin and for what must return
            ankles = all(table.world.seen(f"ankle_{side}_secondary") for side in ("left", "right"))
        self.ankles_closed_s = (self.ankles_closed_s if self.ankles_closed_s is not None else t_s) if ankles else None
        self._estop(now)

    def _estop(self, now: Truth) -> None:
        closed = now.estop_a_closed and now.estop_b_closed
        if not closed:
            if self.estop_closed_s is not None:
                self.estop_s, self.estop_deg = now.now_s, now.angle_deg
            self.estop_closed_s, self.hard_s = None, now.now_s
            self.estop_latched = self.estop_latched or now.board_running  # nobody can latch what is over before it has booted (112 ms)
        elif self.estop_closed_s is None:
            self.estop_closed_s = now.now_s
        self.ok_s = (self.ok_s if self.ok_s is not None else now.now_s) if now.ok_pressed else None
        ok_held = self.ok_s is not None and now.now_s - self.ok_s >= 2.9
        if self.estop_latched and closed and ok_held and now.angle_deg < UPRIGHT_DEG + 1.5:
            assert self.estop_closed_s is not None
            if now.now_s - self.estop_closed_s >= 2.9:
                self.estop_latched, self.reset_s = False, now.now_s


@dataclass(slots=True)
class AlwaysStops:
    """1: either channel open, the motor is off that very board tick and at rest by 0.3 s and 1 degree; then only up, RETURN held."""

    held_s: float = -99.0

    def feed(self, table: Table, memory: Memory) -> None:
        now = table.now
        if not (now.estop_a_closed and now.estop_b_closed) and now.board_running:
            assert now.duty == 0, f"duty {now.duty} with the emergency stop open"
            assert not now.brake_released_asked, "brake held open with the emergency stop open"
        if not memory.estop_latched:
            return
        since_s = now.now_s - memory.estop_s
        pushed = now.now_s - memory.pushed_s < 0.5
        if since_s < 0.4 and not pushed:
            travel_deg = abs(now.angle_deg - memory.estop_deg)
            assert travel_deg <= 1.0, f"turned {travel_deg:.2f} deg after the emergency stop, 1 is the most"
        fresh = memory.estop_closed_s is not None and table.pressed.get("return", -1.0) >= memory.estop_closed_s - TICK_S
        if now.return_pressed and fresh:
            self.held_s = now.now_s
        if since_s < 0.34 or pushed or now.peak_rate_dps <= AT_REST_DPS:
            return
        assert now.rate_dps < AT_REST_DPS, f"descends at {now.rate_dps:.2f} deg/s, emergency stop latched"
        held = now.now_s - self.held_s < 0.9 and memory.estop_closed_s is not None
        assert held, f"moves at {now.rate_dps:.2f} deg/s, emergency stop latched and RETURN not held"
        assert now.rate_dps > -0.95, f"comes up at {-now.rate_dps:.2f} deg/s after an emergency stop, 0.75 is the most"


@dataclass(slots=True)
class NeverPast:
    """3: permitted angle + 2, 92 degrees, upright rest, 3 deg/s, acceleration, 600 s inverted (or help is called)."""

    permitted_deg: float
    over_s: float = 0.0
    rates: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=26))

    def feed(self, table: Table, memory: Memory) -> None:
        now = table.now
        pushed = now.now_s - memory.pushed_s < 1.0
        most_deg = min(92.0, self.permitted_deg + 2.0) if table.lever_s < 0.0 else 95.0  # what the lever lets sink, no drive can stop
        assert now.max_angle_deg <= most_deg, f"reached {now.max_angle_deg:.2f} deg, {most_deg:.0f} is the most"
        assert now.min_angle_deg >= UPRIGHT_DEG - (1.2 if pushed else 0.8), f"pressed to {now.min_angle_deg:.2f} deg"
        self.over_s = self.over_s + TICK_S if now.peak_rate_dps > (5.2 if now.release_pulled else 3.15) else 0.0
        nothing_left = memory.estop_latched and now.now_s - memory.brakeless_s < 1.0  # no motor by the person's will, no brake
        over = self.over_s > (0.3 if pushed else 0.0) and not nothing_left
        assert not over, f"{now.peak_rate_dps:.2f} deg/s for {self.over_s:.2f} s, 3 is the most"
        self._acceleration(now, memory)
        late = now.inverted_s > 600.5 and now.angle_deg > 0.0
        assert not late or table.help_heard or now.release_pulled, f"inverted for {now.inverted_s:.1f} s"

    def _acceleration(self, now: Truth, memory: Memory) -> None:
        """Over 100 ms and over half a second, and a jump."""
        if self.rates and not 0.0 < now.now_s - self.rates[-1][0] < 0.03:
            self.rates.clear()  # a table put back into an earlier moment, or one that was looked at twice
        self.rates.append((now.now_s, now.rate_dps))
        if now.now_s - memory.pushed_s < 1.0:
            self.rates.clear()
            return
        for back in (6, 26):
            if len(self.rates) < back:
                return
            first_s, first_dps = self.rates[-back]
            if first_dps * now.rate_dps < 0.0:  # stopped, by the brake as hard as that is, and set off the other way
                first_s += 0.0 if now.now_s - memory.hard_s < 1.0 else abs(first_dps) / 3.0
                first_dps = 0.0
            slowing = abs(now.rate_dps) < abs(first_dps)
            jump_dps = BLIND_JUMP_DPS if memory.blind else JUMP_DPS
            change_dps, most_dps = abs(now.rate_dps - first_dps), (3.0 if slowing else 1.5) * (now.now_s - first_s) + jump_dps
            assert change_dps <= most_dps or (slowing and now.now_s - memory.hard_s < 1.0), (
                f"{'slows' if slowing else 'speeds'} by {change_dps:.2f} deg/s in {now.now_s - first_s:.2f} s, {most_dps:.2f} is the most"
            )


@dataclass(slots=True)
class NeverSkipped:
    """4: no way up through 30 degrees, nor up from past it to level, without 10 s at true rest in the gate or where the return began."""

    any_pi: bool = False  # a mad Pi may rock below the gate, as a programme may; it may not come up from there
    place_deg: float = -90.0
    rest_s: float = 0.0
    rested: bool = True
    high_deg: float = -90.0  # highest since the last rest
    low_deg: float = -90.0  # lowest since the last rest

    def feed(self, table: Table, memory: Memory) -> None:
        now = table.now
        angle_deg = now.angle_deg
        if angle_deg < UPRIGHT_DEG + 1.5:
            self.rested, self.rest_s, self.high_deg, self.low_deg = True, 0.0, angle_deg, angle_deg
            return
        slack_deg = 2.5 + memory.doubt_deg
        self._count(now, slack_deg)
        self.low_deg = min(self.low_deg, angle_deg)
        self.high_deg = max(self.high_deg, angle_deg)
        if self.rested and angle_deg > self.low_deg + slack_deg:
            self.rested, self.high_deg = False, angle_deg
        if self.rested or now.now_s - memory.pushed_s < 1.0 or now.rate_dps > -AT_REST_DPS:
            self._forgive(now, memory)
            return
        self._judge(angle_deg, slack_deg)

    def _judge(self, angle_deg: float, slack_deg: float) -> None:
        from_deg, edge_deg = self.high_deg, min(30.0 - slack_deg, self.high_deg - slack_deg)
        if self.any_pi and from_deg <= 30.0:
            edge_deg = -3.0 - slack_deg
        assert angle_deg >= edge_deg or from_deg < UPRIGHT_DEG + 4.0, (
            f"rises past {edge_deg:.1f} deg from {from_deg:.1f} with {self.rest_s:.1f} s of rest, 10 is the least"
        )

    def _forgive(self, now: Truth, memory: Memory) -> None:
        """What the lever, a hand or a broken brake moves up is not the drive's doing."""
        if now.now_s - memory.pushed_s < 1.0 and not self.rested:
            self.high_deg = max(now.angle_deg, UPRIGHT_DEG)

    def _count(self, now: Truth, slack_deg: float) -> None:
        """Rest belongs to the place where it began, not to wherever the table last passed."""
        if self.rest_s == 0.0 or abs(now.angle_deg - self.place_deg) > slack_deg:
            self.place_deg, self.rest_s = now.angle_deg, 0.0
        if now.peak_rate_dps < AT_REST_DPS:
            self.rest_s += TICK_S
        if self.rest_s >= 10.0 and self.place_deg < 30.0 + slack_deg:
            self.rested, self.low_deg, self.high_deg = True, now.angle_deg, now.angle_deg


@dataclass(slots=True)
class NeverOnItsOwn:
    """5: upright rest is left only for a fresh START with every interlock good; later no way down but the programme's and DIZZY's."""

    any_pi: bool = False  # DIZZY is not wired to the board: a mad Pi may ask for its way back at any time
    away: bool = False
    due_s: float | None = None
    why: str = ""
    low_deg: float = 0.0
    silent_s: float = 0.0
    starts: int = 0

    def begin(self, table: Table) -> None:
        """A history that begins in the middle of a session."""
        self.away = table.now.angle_deg > UPRIGHT_DEG + 0.7
        self.starts = table.pi.starts

    def feed(self, table: Table, memory: Memory) -> None:
        now = table.now
        silent = table.order is None if table.mad else not table.pi.alive
        self.silent_s = self.silent_s + TICK_S if silent else 0.0
        if now.now_s - memory.pushed_s < 1.0:
            self.low_deg = max(self.low_deg, now.angle_deg)
            self.away = self.away or now.angle_deg > UPRIGHT_DEG + 0.7
            return
        if now.angle_deg < UPRIGHT_DEG + 0.7:
            stood = now.upright_s > 1.0 and now.peak_rate_dps < AT_REST_DPS
            if stood:
                self.away, self.due_s = False, None
            return
        if not self.away:
            self.away = True
            self._leaves(table, memory)
        self._return_due(table, memory)
        self._no_descent(table)

    def _leaves(self, table: Table, memory: Memory) -> None:
        now = table.now
        started_s = max(table.pressed.get("start", -99.0), memory.start_s)
        ankles_s = now.now_s - memory.ankles_closed_s if memory.ankles_closed_s is not None else 0.0
        good = {
            "START within 5 s of leaving": now.now_s - started_s <= 6.5,  # 5 s, and 0.7 degrees of motion
            "START after the reset": started_s >= memory.reset_s,
            "emergency stop closed and reset": not memory.estop_latched,
            "ankle locks closed for 1 s": ankles_s >= 1.0,
            "mains": now.mains or now.now_s - memory.supply_s < 1.5,  # the stop of what began before, up to 0.7 degrees
        }
        missing = [name for name, so in good.items() if not so]
        assert not missing, f"leaves upright rest without {', '.join(missing)}"

    def _return_due(self, table: Table, memory: Memory) -> None:
        now = table.now
        causes = {
            "RETURN": table.pressed.get("return", -99.0) > now.now_s - 0.1 and now.return_pressed,
            "an ankle lock open": memory.ankles_closed_s is None,
            "emergency stop": not (now.estop_a_closed and now.estop_b_closed),
            "mains lost": not now.mains and now.now_s - memory.supply_s >= 0.05,  # fault 82 gives 50 ms; a blink is no loss
            "the Pi silent": self.silent_s > 2.2,
            "the Pi restarted": table.pi.starts != self.starts and not self.any_pi,  # the core's own rule; the board sees a short silence
            "the board reset": not now.board_running,
        }
        self.starts = table.pi.starts
        why = next((name for name, so in causes.items() if so), "")
        if why and self.due_s is None:
            self.due_s, self.why, self.low_deg = now.now_s, why, 999.0

    def _no_descent(self, table: Table) -> None:
        now = table.now
        if self.due_s is None or now.now_s - self.due_s < 1.5:
            return
        dizzy_s, return_s = table.pressed.get("dizzy", -99.0), table.pressed.get("return", -99.0)
        dizzy = self.any_pi or (dizzy_s > return_s and now.now_s - dizzy_s < 60.0)
        if dizzy and now.angle_deg < 30.7:
            self.low_deg = now.angle_deg
            return
        self.low_deg = min(self.low_deg, now.angle_deg)
        down_deg = now.angle_deg - self.low_deg
        assert down_deg <= 0.5, f"descends {down_deg:.2f} deg after a return was due ({self.why})"


class Judge:
    """All of them over one history."""

    def __init__(self, table: Table, *, rested: bool, any_pi: bool = False) -> None:
        self.memory = Memory(boots=table.now.boot_count)
        alone = NeverOnItsOwn(any_pi=any_pi)
        alone.begin(table)
        skipped = NeverSkipped(any_pi=any_pi, place_deg=table.now.angle_deg, high_deg=table.now.angle_deg, low_deg=table.now.angle_deg)
        skipped.rested, skipped.rest_s = rested, table.now.still_s
        self.judges = (AlwaysStops(), NeverPast(90.0 if any_pi else table.plan.ceiling_deg), skipped, alone)
        self.memory.update(table)
        table.watch = self.feed

    def feed(self, table: Table) -> None:
        self.memory.update(table)
        for judge in self.judges:
            judge.feed(table, self.memory)
