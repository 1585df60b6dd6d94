"""Monitors of how the table moves: SR1, SR3, SR4, SR5, SR6, SR8, SR9.  True columns only, numbers restated by hand."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from sim.story import AT_REST_DPS, Story, estop_closed
from sim.trace import Row

JUMP_DPS = 0.1
"""What counts as rest.  Out of static friction the reference table jumps by 0.06, the roughest of sim/plants.py by just this."""

MOST_TAKEN_DPS = 0.3
GIVEN_BACK_S = 1.0
"""Of a rate, by a load that comes at once: 190 Nm under a drive that has just let go of the brake took 0.17."""


@dataclass(slots=True)
class StopsOnEstop:
    """SR1: at rest within 0.3 s and 1 degree of either channel opening."""

    rule: str = "SR1"

    def feed(self, row: Row, story: Story) -> str:
        if story.estop_at_s is None or not story.estop_latched:
            return ""
        since_s = row.t_s - story.estop_at_s
        travel_deg = abs(row.angle_deg - story.estop_at_deg)
        if 0.3 < since_s < 0.4 and row.peak_rate_dps > AT_REST_DPS and not row.lever_pulled:
            return f"still turning {row.peak_rate_dps:.2f} deg/s {since_s:.2f} s after the emergency stop, at rest by 0.30 s is the rule"
        if since_s < 0.4 and travel_deg > 1.0:
            return f"turned {travel_deg:.2f} deg after the emergency stop, 1.00 is the most"
        return ""


@dataclass(slots=True)
class StillAfterEstop:
    """SR1: until reset, motion only upward and only while RETURN, pressed after the release, is held (0.9 s for its stop)."""

    rule: str = "SR1"
    held_s: float = -9.0

    def feed(self, row: Row, story: Story) -> str:
        if not story.estop_latched or story.estop_at_s is None or row.t_s - story.estop_at_s < 0.32:
            return ""
        closed_s = story.estop_closed_since_s
        fresh = closed_s is not None and story.edge_s.get("RETURN", -1.0) >= closed_s
        if row.return_ and fresh:
            self.held_s = row.t_s
        if row.peak_rate_dps <= AT_REST_DPS or row.lever_pulled:
            return ""
        if row.rate_dps > AT_REST_DPS:
            return f"descends at {row.rate_dps:.2f} deg/s under a latched emergency stop"
        if not estop_closed(row) or row.t_s - self.held_s > 0.9:
            return f"moves at {row.rate_dps:.2f} deg/s under a latched emergency stop, RETURN not held since its release"
        return ""


@dataclass(slots=True)
class RestAtGate:
    """SR3: no way up past 30 degrees, nor from past the gate, without 10 s at rest there.

    The place may be 2 degrees off by the rule and half a degree by the sensors (SR8).
    """

    rule: str = "SR3"
    top_deg: float = -90.0  # highest since the last rest that counts
    rest_s: float = 0.0
    place_deg: float = 0.0
    rested: bool = True

    def feed(self, row: Row, story: Story) -> str:
        angle = row.angle_deg
        if story.upright:
            self.top_deg, self.rested, self.rest_s = angle, True, 0.0
            return ""
        if angle > self.top_deg + 0.2:  # gone down again: any rest taken is void
            if not self.rested or angle > self.top_deg + 2.5:
                self.top_deg, self.rested = angle, False
        elif self.rested and angle < self.top_deg:
            self.top_deg = angle
        self._count(row, story)
        if self.rested or row.lever_pulled:
            return ""
        edge = min(27.5, self.top_deg - 2.5 - self._rocking(story))
        if self.top_deg > story.setting.upright_deg + 3.5 and angle < edge and row.rate_dps < -AT_REST_DPS:
            return f"rises past {edge:.1f} deg with {self.rest_s:.1f} s of rest, 10 s is the least"
        return ""

    def _rocking(self, story: Story) -> float:
        return story.setting.rocking_deg if story.due_at_s is None else 0.0

    def _count(self, row: Row, story: Story) -> None:
        if abs(row.angle_deg - self.place_deg) > 2.5:
            self.place_deg, self.rest_s = row.angle_deg, 0.0
        if row.peak_rate_dps < AT_REST_DPS:
            if self.rest_s == 0.0:
                self.place_deg = row.angle_deg
            self.rest_s += story.dt_s
        if self.rest_s >= 10.0 and self.place_deg < 32.5 and not self.rested:
            self.rested, self.top_deg = True, row.angle_deg


@dataclass(slots=True)
class Rate:
    """SR4: never faster than 3 deg/s; 0.15 deg/s for torque ripple on the true rate.

    A damper, not the drive, limits the lever (5 deg/s).  What turns the table by itself must be caught within 0.3 s.
    """

    rule: str = "SR4"
    over_s: float = 0.0

    def feed(self, row: Row, story: Story) -> str:
        limit_dps = 5.2 if row.lever_pulled else 3.15
        self.over_s = self.over_s + story.dt_s if row.peak_rate_dps > limit_dps else 0.0
        if self.over_s <= (0.3 if story.pushed else 0.0):
            return ""
        return f"{row.peak_rate_dps:.2f} deg/s, {limit_dps:.2f} is the most"


@dataclass(slots=True)
class Acceleration:
    """SR4: 1.5 deg/s2 away from rest, 3 towards it, over 100 ms and over half a second.  Only an emergency's brake may be harder.

    What breaks away from rest, or is pulled up by its gear, jumps: by less than the 0.1 deg/s that count as rest.  What a load that came
    from one moment to the next took from the rate, the drive may give back within the second: it is behind, not in a hurry.
    """

    rule: str = "SR4"
    window: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=26))
    loaded_s: float | None = None  # since when the load of F86 is there
    taken_dps: float = 0.0  # by it

    def feed(self, row: Row, story: Story) -> str:
        window = self.window
        if window and row.t_s - window[-1][0] > 0.03:
            window.clear()
        self._weigh(row)
        window.append((row.t_s, row.rate_dps))
        if row.lever_pulled or story.pushed:
            window.clear()
            return ""
        hard = row.t_s - story.hard_stop_s < 0.5
        return next((says for back in (6, 26) if len(window) >= back and (says := self._over(window[-back], row, hard=hard))), "")

    def _weigh(self, row: Row) -> None:
        if "overweight" not in row.faults.split("+"):
            self.loaded_s, self.taken_dps = None, 0.0
        elif self.loaded_s is None:
            self.loaded_s = row.t_s
            lost_dps = abs(self.window[-1][1]) - abs(row.rate_dps) if self.window else 0.0
            self.taken_dps = min(max(lost_dps, 0.0), MOST_TAKEN_DPS)
        elif row.t_s - self.loaded_s > GIVEN_BACK_S:
            self.taken_dps = 0.0

    def _over(self, first: tuple[float, float], row: Row, *, hard: bool) -> str:
        span_s, first_dps = row.t_s - first[0], first[1]
        if first_dps * row.rate_dps < 0.0:  # stopped and set off the other way: what it has gathered in the time that the stop has left it
            span_s = max(span_s - (0.0 if hard else abs(first_dps) / 3.0), 0.02)
            first_dps = 0.0
        slowing = abs(row.rate_dps) < abs(first_dps)
        change_dps, limit = abs(row.rate_dps - first_dps), 3.0 if slowing else 1.5
        jump_dps = JUMP_DPS + (0.0 if slowing else self.taken_dps)
        if change_dps <= limit * span_s + jump_dps or (slowing and hard):
            return ""
        how = "slowing" if slowing else "speeding up"
        return f"{change_dps / span_s:.2f} deg/s2 {how} over {span_s:.2f} s, {limit:.1f} and a jump of {jump_dps:.2f} deg/s is the most"


@dataclass(slots=True)
class Angle:
    """SR5: never more than 2 degrees past the permitted angle, never past +92, never above upright rest.

    The head-up stop's rubber gives 0.8 degrees, 1.2 under a motor that a fault drives into it.
    """

    rule: str = "SR5"

    def feed(self, row: Row, story: Story) -> str:
        highest_deg = min(92.0, story.setting.permitted_deg + 2.0)
        if row.peak_angle_deg > highest_deg:
            return f"reached {row.peak_angle_deg:.2f} deg, {highest_deg:.1f} is the most"
        lowest_deg = story.setting.upright_deg - (1.2 if story.pushed else 0.8)
        return f"reached {row.low_angle_deg:.2f} deg, {lowest_deg:.1f} is upright rest" if row.low_angle_deg < lowest_deg else ""


@dataclass(slots=True)
class Locks:
    """SR6: with any switch open no descent but the controlled stop (1.3 s, 1.9 degrees), then half rate up (0.1 for ripple)."""

    rule: str = "SR6"
    open_s: float | None = None
    open_deg: float = 0.0
    opened_s: float | None = None  # first opening since upright rest was left

    def feed(self, row: Row, story: Story) -> str:
        if story.upright:
            self.opened_s = None
        if story.locks_closed:
            self.open_s = None
        elif self.open_s is None:
            self.open_s, self.open_deg = row.t_s, row.angle_deg
            if self.opened_s is None and not story.upright:
                self.opened_s = row.t_s
        if self.open_s is not None and row.rate_dps > AT_REST_DPS and not story.upright:
            since_s, travel_deg = row.t_s - self.open_s, row.angle_deg - self.open_deg
            if since_s > 1.4 or travel_deg > 1.9:
                return f"descends {travel_deg:.2f} deg in {since_s:.2f} s after an ankle lock opened"
        if self.opened_s is not None and row.t_s - self.opened_s > 1.4 and row.rate_dps < -0.85 and not row.lever_pulled:
            return f"comes up at {-row.rate_dps:.2f} deg/s after an ankle lock opened, half rate (0.75) is the most"
        return ""


TRAVEL_FAULTS = frozenset(
    [
        "pot_stuck_moving",
        "pot_stuck_at_rest",
        "pot_open",
        "pot_short",
        "pot_inverted",
        "pot_slip",
        "encoder_stuck",
        "gear_slips",
        "imu_stuck",
        "imu_nak",
        "imu_bus_hang",
        "imu_brownout",
    ]
)
"""Frozen, reversed, slipping, missing: SR8 bounds the true motion until they are noticed."""


MOTOR_PER_MILLE = 150.0
"""Of duty for each degree a second of a motor without load, at the most that the supply has."""


@dataclass(slots=True)
class SensorTravel:
    """SR8: noticed before 1.0 degree of true motion; the stop from 1.5 deg/s takes another 0.6.

    A gear that slips while motor and table happen to go the same way shows nobody anything: of it counts what the table goes further than
    its motor.  Who presses RETURN on a standing table asks for a new motion, with a travel of its own.
    """

    rule: str = "SR8"
    since_deg: float | None = None
    motor_deg: float = 0.0  # descended by the motor alone

    def feed(self, row: Row, story: Story) -> str:
        faults = row.faults.split("+")
        if TRAVEL_FAULTS.isdisjoint(faults):
            self.since_deg, self.motor_deg = None, 0.0
            return ""
        if "gear_slips" in faults and row.contactor_closed:
            self.motor_deg += max(row.duty, 0) / MOTOR_PER_MILLE * story.dt_s
        place_deg = row.angle_deg - self.motor_deg
        asked = row.peak_rate_dps < AT_REST_DPS and story.since("RETURN") == 0.0
        if self.since_deg is None or asked or place_deg < self.since_deg:
            self.since_deg = place_deg
        travel_deg = place_deg - self.since_deg
        return f"descended {travel_deg:.2f} deg on a lost angle sensor, 1.6 is the most" if travel_deg > 1.6 else ""


@dataclass(slots=True)
class Drive:
    """SR9: no freewheeling (0.5 s), no stalled motor over 8 A (0.5 s), no motor against a set brake (1 s)."""

    rule: str = "SR9"
    free_s: float = 0.0
    stalled_s: float = 0.0
    fighting_s: float = 0.0

    def feed(self, row: Row, story: Story) -> str:
        powered = row.contactor_closed and row.duty != 0
        still = row.peak_rate_dps < AT_REST_DPS
        free = not row.brake_set and not row.contactor_closed and not still and not row.lever_pulled
        self.free_s = self.free_s + story.dt_s if free else 0.0
        self.stalled_s = self.stalled_s + story.dt_s if still and abs(row.current_ma) > 8000 else 0.0
        self.fighting_s = self.fighting_s + story.dt_s if powered and row.brake_set else 0.0
        if self.free_s > 0.5:
            return f"turns freely at {row.rate_dps:.2f} deg/s for {self.free_s:.2f} s, motor off and brake open"
        if self.stalled_s > 0.5:
            return f"{abs(row.current_ma)} mA into a motor that does not turn for {self.stalled_s:.2f} s"
        return f"motor pushes against the set brake for {self.fighting_s:.2f} s" if self.fighting_s > 1.0 and not story.pushed else ""
