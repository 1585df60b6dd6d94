"""Where to -> how fast, now: jerk-limited rate towards a target angle.  Pure arithmetic; must never read a clock.

Rates and accelerations are positive for descent.  The rate that comes out is a request; the board clamps it again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from math import copysign, sqrt

from controller.core.limits import Limits
from controller.core.model import SessionPlan
from controller.core.quick import closed, drafter

LANDED_DEG = 0.1
"""Close enough to a target to stop for good: half of the 0.2 degrees a landing may be off."""

LEAVES_DEG = 0.2
"""From rest, a smaller distance is not worth a motion: it would answer the sensor's noise."""

LANDING_DPS = 0.15
"""Slow enough to end a landing by a controlled stop: less than 0.02 degrees further."""

PLANNED_BRAKING = 0.8
"""Share of the acceleration limit that a planned braking uses; the rest corrects what the drive did not follow."""

CRAWL_DPS = 1e-3
"""A rate that no drive can follow; a stop ends there."""

BOARD_MARGIN_S = 5.3
"""What the board adds to its own half-rate return until nobody is inverted before it begins it unasked (firmware/core/budget.c)."""

INTO_BOARD_S = 0.5
"""The hold may end this far into the board's margin: for 2 s a Pi that warns and begins is left to it (firmware/core/session.c)."""

LANDING_S = 0.5
"""The last tenth of a degree: the request's exponential tail and the controlled stop that ends it."""

DRIVE_LAG_S = 0.06
"""How far the motor's rate may trail the request: wire, board tick and rate loop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MotionState:
    """The rate asked of the board and its acceleration, both positive for descent."""

    rate_dps: float = 0.0
    accel_dps2: float = 0.0


AT_REST = MotionState()
_motion = drafter(MotionState)


def steer(motion: MotionState, *, angle_deg: float, target_deg: float, max_rate_dps: float, limits: Limits, dt_s: float) -> MotionState:
    """One tick nearer to `target_deg`, never faster than `max_rate_dps`.

    Lands within 0.2 degrees without overshoot wherever the braking distance allows it; if the target has come nearer than
    that, it brakes as a controlled stop does and comes back.
    """
    left_deg = target_deg - angle_deg
    rate, accel = motion.rate_dps, motion.accel_dps2
    if abs(rate) <= LANDING_DPS and abs(left_deg) <= (LANDED_DEG if rate or accel else LEAVES_DEG):
        return _slowed(motion, limits.accel_dps2, limits.jerk_dps3, dt_s)
    way = copysign(1.0, left_deg)
    ahead, push, distance = rate * way, accel * way, abs(left_deg)
    fastest = max_rate_dps if max_rate_dps < limits.max_rate_dps else limits.max_rate_dps
    braking, jerk = limits.accel_dps2 * PLANNED_BRAKING, limits.jerk_dps3
    if ahead < 0.0:
        return stop(motion, limits, dt_s)  # going away from it
    if ahead > 0.0 and _stopping_deg(ahead, push, limits.accel_dps2, jerk) + ahead * DRIVE_LAG_S > distance + LEAVES_DEG:
        return stop(motion, limits, dt_s)
    for change in (jerk * dt_s, 0.0, -jerk * dt_s):
        next_push = _within(push + change, -limits.accel_dps2, limits.accel_dps2)
        next_ahead = ahead + next_push * dt_s
        settles_at = next_ahead + next_push * abs(next_push) / (2.0 * jerk)
        room_deg = distance - next_ahead * (dt_s + DRIVE_LAG_S)
        if settles_at <= fastest and (next_ahead <= 0.0 or _stopping_deg(next_ahead, next_push, braking, jerk) <= room_deg):
            break
    return _going(next_ahead * way, next_push * way)


def stop(motion: MotionState, limits: Limits, dt_s: float) -> MotionState:
    """One tick of a controlled stop: at rest within 0.8 s from 1.5 deg/s and 1.3 s from 3 deg/s."""
    return _slowed(motion, limits.stop_accel_dps2, limits.stop_jerk_dps3, dt_s)


def _slowed(motion: MotionState, braking_dps2: float, jerk_dps3: float, dt_s: float) -> MotionState:
    """One tick nearer to rest, by the braking that, let go by one jerk step a tick, ends exactly there."""
    way = copysign(1.0, motion.rate_dps)
    ahead, push = motion.rate_dps * way, motion.accel_dps2 * way
    step_dps2 = jerk_dps3 * dt_s
    # n steps of letting go give up rate = push**2 / (2 jerk) + push * dt / 2; solved for push
    wanted = step_dps2 / 2.0 - sqrt(step_dps2 * step_dps2 / 4.0 + 2.0 * jerk_dps3 * ahead)
    push = _within(wanted, push - step_dps2, push + step_dps2)
    push = push if push > -braking_dps2 else -braking_dps2
    ahead += push * dt_s
    if ahead <= CRAWL_DPS:
        return AT_REST
    return _going(ahead * way, push * way)


def _within(value: float, least: float, most: float) -> float:
    return least if value < least else most if value > most else value


def _going(rate_dps: float, accel_dps2: float) -> MotionState:
    new = _motion()
    new.rate_dps, new.accel_dps2 = rate_dps, accel_dps2
    return closed(new, MotionState)


def _stopping_deg(rate_dps: float, accel_dps2: float, braking_dps2: float, jerk_dps3: float) -> float:
    """How far a jerk-limited stop travels from this rate (> 0) and acceleration (any sign).

    A state with acceleration `a` lies on the ramp that passed, or will pass, zero acceleration a / jerk from now at the
    rate `peak`; the S-curve from there has a closed form.
    """
    ramp_s = accel_dps2 / jerk_dps3
    peak_dps = rate_dps + accel_dps2 * ramp_s / 2.0
    if accel_dps2 < 0.0 and rate_dps < accel_dps2 * ramp_s / 2.0:
        return 0.0  # braking so hard that it turns round by itself
    return _s_curve_s(peak_dps, braking_dps2, jerk_dps3) * peak_dps / 2.0 + peak_dps * ramp_s - jerk_dps3 * ramp_s**3 / 6.0


def _s_curve_s(rate_dps: float, accel_dps2: float, jerk_dps3: float) -> float:
    """Time a jerk-limited change of rate by `rate_dps` takes, from and to zero acceleration."""
    if rate_dps * jerk_dps3 >= accel_dps2 * accel_dps2:
        return rate_dps / accel_dps2 + accel_dps2 / jerk_dps3
    return 2.0 * sqrt(rate_dps / jerk_dps3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """What a leg at one rate is reckoned with."""

    rate_dps: float
    speeding_s: float  # from rest to the rate
    changing_s: float  # ... and back to rest
    slowest_dps: float  # `steer` may cruise below the rate by what one step of jerk gives in a tick
    braking_deg: float  # gone while braking from the rate
    level_deg: float  # the wait that a return goes to; only 0 degrees have to be passed on the way (SR2)
    last_ticks_s: float
    gate_to_level_s: float = 0.0  # from the rest in the gate until nobody is inverted


@lru_cache(maxsize=64)
def _pace(rate_dps: float, accel_dps2: float, jerk_dps3: float, tick_s: float, gate_deg: float, level_deg: float) -> Pace:
    """Worked out once for each of the few rates that limits name: every inverted tick asks for one (SR2)."""
    speeding_s = _s_curve_s(rate_dps, accel_dps2, jerk_dps3)
    braking_s = _s_curve_s(rate_dps, accel_dps2 * PLANNED_BRAKING, jerk_dps3)
    leg = Pace(
        rate_dps=rate_dps,
        speeding_s=speeding_s,
        changing_s=speeding_s + braking_s,
        slowest_dps=rate_dps - jerk_dps3 * tick_s * tick_s,
        braking_deg=rate_dps * braking_s / 2.0,
        level_deg=level_deg,
        last_ticks_s=2.0 * tick_s,
    )
    return replace(leg, gate_to_level_s=_through_level_s(gate_deg + LANDED_DEG, leg))


def pace(rate_dps: float, limits: Limits) -> Pace:
    """At this rate, with the limits' acceleration and jerk."""
    return _pace(rate_dps, limits.accel_dps2, limits.jerk_dps3, limits.tick_s, limits.gate_deg, limits.level_deg)


def leg_time_s(distance_deg: float, rate_dps: float, limits: Limits) -> float:
    """Upper bound of the time `steer` takes over this distance from rest to rest, landing included."""
    return _leg_s(distance_deg, pace(rate_dps, limits))


def _leg_s(distance_deg: float, leg: Pace) -> float:
    return _cruising_s(distance_deg, leg, leg.changing_s) + leg.changing_s + LANDING_S


def _cruising_s(distance_deg: float, leg: Pace, changing_s: float) -> float:
    cruised_deg = distance_deg - leg.rate_dps * changing_s / 2.0
    return cruised_deg / leg.slowest_dps if cruised_deg > 0.0 else 0.0


def return_time_s(angle_deg: float, rate_dps: float, limits: Limits, rest_left_s: float) -> float:
    """Upper bound of the time a controlled return at `rate_dps` takes until nobody is inverted any more (SR2).

    Begins at rest at `angle_deg`; `rest_left_s` is the rest still owed, at the gate or, past it, where the person is.
    Whoever is still descending adds the controlled stop, whoever warns first the warning.
    """
    if angle_deg <= 0.0:
        return 0.0
    leg = pace(rate_dps, limits)
    if angle_deg <= limits.gate_deg + limits.gate_half_deg:
        return rest_left_s + _through_level_s(angle_deg, leg)
    return _leg_s(angle_deg - limits.gate_deg, leg) + rest_left_s + leg.gate_to_level_s


def plan_holds_s(plan: SessionPlan, limits: Limits) -> tuple[float, ...]:
    """For each stage the hold that really fits, counted from arrival; 0 from the first stage that cannot be reached in time.

    Inverted time begins where the descent from upright rest passes level, at the full rate.
    """
    left_s = min(plan.max_inverted_s, limits.max_inverted_s)
    speeding_s = pace(limits.rate_dps, limits).speeding_s
    holds: list[float] = []
    at_deg = 0.0
    for stage in plan.stages:
        left_s -= leg_time_s(abs(stage.angle_deg - at_deg), limits.rate_dps, limits) - (0.0 if holds else speeding_s / 2.0)
        deepest_deg = max(stage.angle_deg, stage.oscillation.to_deg if stage.oscillation else stage.angle_deg)
        rest_s = limits.rest_s if deepest_deg >= limits.gate_deg - limits.gate_half_deg else limits.rest_past_gate_s
        back_s = max(
            return_time_s(deepest_deg, limits.half_rate_dps, limits, rest_left_s=rest_s),
            deepest_deg / limits.half_rate_dps + rest_s + BOARD_MARGIN_S - INTO_BOARD_S,
        )
        hold_s = max(0.0, min(stage.hold_s, left_s - back_s))
        holds.append(hold_s)
        left_s = left_s - hold_s if hold_s == stage.hold_s else 0.0
        at_deg = stage.angle_deg
    return tuple(holds)


def plan_hold_s(plan: SessionPlan, limits: Limits) -> float:
    """All holds of the plan together that really fit: even a half-rate return from the last is level in time (SR2)."""
    return sum(plan_holds_s(plan, limits))


def _through_level_s(angle_deg: float, leg: Pace) -> float:
    """From rest until 0 degrees is passed on the way to the wait at level, which lies a little further up."""
    if leg.braking_deg >= -leg.level_deg:
        return _leg_s(angle_deg - leg.level_deg, leg)
    return _cruising_s(angle_deg, leg, leg.speeding_s) + leg.speeding_s + leg.last_ticks_s
