"""The earliest step and week in which a list of stages is inside the guide's progression (TP4) and a condition's bounds (TP5).  Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from controller.core.limits import Limits
from controller.core.model import Stage
from controller.core.motion import leg_time_s
from controller.programme import conditions
from controller.programme.model import Condition
from controller.programme.outcome import Step
from controller.programme.progression import FIRST_WEEK
from controller.programme.rules import Rules, angle_deg, hold_s

LAST_WEEK = 5
"""Nothing changes in the progression after this one."""


def deepest_deg(stages: Sequence[Stage]) -> float:
    return max(max(stage.angle_deg, stage.oscillation.to_deg if stage.oscillation else stage.angle_deg) for stage in stages)


def whole_hold_s(stages: Sequence[Stage], limits: Limits) -> float:
    """From arriving at the first angle to the beginning of the return: the holds and the ways between them."""
    ways = (
        leg_time_s(abs(following.angle_deg - stage.angle_deg), limits.rate_dps, limits)
        for stage, following in pairwise(stages)
        if following.angle_deg != stage.angle_deg
    )
    return sum(stage.hold_s for stage in stages) + sum(ways)


def least_step(stages: Sequence[Stage], limits: Limits, rules: Rules) -> Step:
    """The first step that allows these angles and holds; from week 5 on it is the inverted time that cuts a hold (SR2)."""
    deepest, whole = deepest_deg(stages), whole_hold_s(stages, limits)
    early = (step for step in list(Step)[:-1] if deepest <= angle_deg(step, rules) and whole <= hold_s(step, rules))
    return next(early, Step.WEEK_5_ON)


def step_in(week: int) -> Step:
    """The step that a week of the progression belongs to; where a protocol's first week is concerned, the very first session is none."""
    return max(step for step, first in FIRST_WEEK.items() if week >= first)


def least_week(stages: Sequence[Stage], condition: Condition, limits: Limits, rules: Rules) -> int | None:
    """The first week in which a person with `condition` may do this; None if the condition never allows it."""
    deepest, whole = deepest_deg(stages), whole_hold_s(stages, limits)
    first = FIRST_WEEK.get(least_step(stages, limits, rules), 1)
    for week in range(first, LAST_WEEK + 1):
        bounds = conditions.bounds(condition, week, rules)
        if deepest <= bounds.angle_deg and whole <= bounds.hold_s:
            return week
    return None
