"""How far and how long a condition lets somebody go (TP5), always inside TP4.  Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from controller.programme.model import Condition
from controller.programme.rules import Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """A condition's own ceilings; infinite where it has none."""

    angle_deg: float = inf
    hold_s: float = inf
    inverted_s: float = inf
    per_day: int | None = None


WORDS: dict[Condition, str] = {
    Condition.GENERAL: "general back pain",
    Condition.HERNIATED_DISC: "a herniated disc",
    Condition.ACUTE_FLARE_UP: "an acute flare-up",
    Condition.SCIATICA: "sciatica",
    Condition.MUSCLE_SPASM: "a muscle spasm",
}


def _disc(_week: int, rules: Rules) -> Bounds:
    return Bounds(angle_deg=rules.disc_angle_deg, hold_s=rules.disc_hold_s)


def _flare_up(_week: int, rules: Rules) -> Bounds:
    return Bounds(
        angle_deg=rules.disc_angle_deg, hold_s=rules.disc_hold_s, inverted_s=rules.flare_up_inverted_s, per_day=rules.flare_up_per_day
    )


def _sciatica(week: int, rules: Rules) -> Bounds:
    if week <= 1:
        return Bounds(angle_deg=rules.sciatica_week_1_deg, hold_s=rules.sciatica_week_1_hold_s)
    return Bounds(angle_deg=rules.sciatica_week_2_deg if week == 2 else rules.sciatica_angle_deg)


def _spasm(_week: int, rules: Rules) -> Bounds:
    return Bounds(angle_deg=rules.spasm_angle_deg, hold_s=rules.spasm_hold_s)


def _general(_week: int, _rules: Rules) -> Bounds:
    return Bounds()


_BOUNDS: dict[Condition, Callable[[int, Rules], Bounds]] = {
    Condition.GENERAL: _general,
    Condition.HERNIATED_DISC: _disc,
    Condition.ACUTE_FLARE_UP: _flare_up,
    Condition.SCIATICA: _sciatica,
    Condition.MUSCLE_SPASM: _spasm,
}


def bounds(condition: Condition, week: int | None, rules: Rules) -> Bounds:
    """The condition's ceilings in a week of the progression; before the first session they are those of week one."""
    return _BOUNDS[condition](week or 1, rules)


def widest(condition: Condition, rules: Rules) -> Bounds:
    """The most that a condition ever allows: what a protocol written for it is checked against."""
    return bounds(condition, 1000, rules)
