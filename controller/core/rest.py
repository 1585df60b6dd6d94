"""The Pi's own count of the rest at 30 degrees (SR3).  Pure; the board counts by its own angle and both must agree.

Rest is standing still at one place.  It survives mode changes while within the gate's tolerance of that place; once
taken it stays taken while the person only goes up, and is lost as soon as they go down again.
"""

from __future__ import annotations

from dataclasses import dataclass

from controller.core.limits import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """Where rest is being taken, how much, and whether it is enough."""

    place_deg: float = 999.0  # nowhere yet
    counted_s: float = 0.0
    done: bool = False
    highest_deg: float = 999.0  # the least inversion angle since it was done; going back down from it undoes the rest


NONE = Rest()


def due_s(angle_deg: float, limits: Limits) -> float:
    """How long the rest must be that is taken at this angle."""
    return limits.rest_s if angle_deg >= limits.gate_deg - limits.gate_half_deg else limits.rest_past_gate_s


def may_rest(angle_deg: float, limits: Limits) -> bool:
    """SR3 counts rest within the gate or past it, never before it."""
    return angle_deg <= limits.gate_deg + limits.gate_half_deg


def counted_s(taken: Rest, angle_deg: float, limits: Limits) -> float:
    """Rest already taken at this place."""
    return taken.counted_s if abs(angle_deg - taken.place_deg) <= limits.gate_half_deg else 0.0


def update(taken: Rest, angle_deg: float, limits: Limits, dt_s: float, known: bool, at_rest: bool) -> Rest:
    """One tick.  Nothing is counted while the Pi has no angle of its own that it trusts."""
    if not known:
        return taken
    if taken.done:
        return _stays_done(taken, angle_deg, limits)
    if not at_rest or not may_rest(angle_deg, limits):
        left = abs(angle_deg - taken.place_deg) > limits.gate_half_deg
        return NONE if left and taken is not NONE else taken
    if abs(angle_deg - taken.place_deg) > limits.gate_half_deg:
        return Rest(place_deg=angle_deg)
    total_s = taken.counted_s + dt_s
    return Rest(place_deg=taken.place_deg, counted_s=total_s, done=total_s >= due_s(angle_deg, limits), highest_deg=angle_deg)


def _stays_done(taken: Rest, angle_deg: float, limits: Limits) -> Rest:
    if angle_deg > taken.highest_deg + limits.gate_half_deg:
        return NONE
    if angle_deg < taken.highest_deg - 0.5:  # follow upward in steps, so that an unchanged state stays the same object
        return Rest(place_deg=taken.place_deg, counted_s=taken.counted_s, done=True, highest_deg=angle_deg)
    return taken
