"""Which protocols a person is shown, in which order, and why one may not be started now (TP4, TP5, TP6).  Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from controller.core.limits import Limits
from controller.core.model import SessionPlan
from controller.core.motion import plan_holds_s
from controller.programme import checklist, conditions, quotas, weeks
from controller.programme import rules as numbers
from controller.programme.days import Now
from controller.programme.model import History, Person
from controller.programme.outcome import Ceiling, Offer, Quota, Refused, Step
from controller.programme.plans import PlanBounds
from controller.programme.progression import Progress
from controller.programme.protocols import Protocol
from controller.programme.rules import Rules

LEAST_HOLD_S = 1.0
"""What is left of a hold must be one."""

BEYOND = ("first_session_due", "too_early", "beyond_step", "beyond_condition")
"""Refusals of a protocol by the angle, the hold or the week that it asks for itself (TP4, TP5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Everything about the person that a protocol is held against."""

    person: Person
    history: History
    progress: Progress
    ceiling: Ceiling
    quota: Quota
    when: Now
    limits: Limits
    rules: Rules


def offers(protocols: tuple[Protocol, ...], at: Standing) -> tuple[Offer, ...]:
    """Every protocol that is meant for this person, those that may be started first, the recommended one before all."""
    meant = [protocol for protocol in protocols if not protocol.conditions or at.person.condition in protocol.conditions]
    planned = [(protocol, protocol.plan(at.limits, _bounds(at))) for protocol in meant]
    judged = [(protocol, plan, tuple(_refusals(protocol, plan, at))) for protocol, plan in planned]
    judged.sort(key=lambda each: _rank(each[0], each[2], at))  # stable: else in the order given
    return tuple(Offer(protocol=protocol.name, plan=plan, refusals=refused) for protocol, plan, refused in judged)


def fitting(offer: Offer, limits: Limits) -> tuple[tuple[float, float], ...]:
    """Angle and hold of each stage that Start would begin, in degrees and s; none for a session that is beyond this person.

    Such a session is refused for what it asks for: an angle that it is clipped to and never offered at would contradict that.
    """
    if any(refused.name in BEYOND for refused in offer.refusals):
        return ()
    holds = plan_holds_s(offer.plan, limits)
    return tuple((stage.angle_deg, hold_s) for stage, hold_s in zip(offer.plan.stages, holds, strict=True))


def _rank(protocol: Protocol, refused: tuple[Refused, ...], at: Standing) -> tuple[bool, bool, bool, int, int]:
    routine = at.progress.maintenance and protocol.most_per_week is not None
    return (bool(refused), at.person.condition not in protocol.conditions, not routine, -protocol.from_week, -protocol.least_step)


def _bounds(at: Standing) -> PlanBounds:
    return PlanBounds(angle_deg=at.ceiling.angle_deg, inverted_s=at.ceiling.inverted_s, dizzy_to_level=at.person.dizzy_to_level)


def _refusals(protocol: Protocol, plan: SessionPlan, at: Standing) -> Iterator[Refused]:
    deepest, whole_s = weeks.deepest_deg(protocol.stages), weeks.whole_hold_s(protocol.stages, at.limits)
    yield from _too_early(protocol, deepest, whole_s, at)
    yield from _beyond_condition(deepest, whole_s, at)
    yield from checklist.unprepared(at.history, protocol.requires, at.when, at.rules)
    yield from _used_up(protocol, at)
    yield from _no_time(plan, at)


def _too_early(protocol: Protocol, deepest: float, whole_s: float, at: Standing) -> Iterator[Refused]:
    """TP4: the angle and the time of the person's step, and the week the protocol asks for."""
    step, week = at.progress.step, at.progress.week or 1
    most_deg, most_s = numbers.angle_deg(step, at.rules), numbers.hold_s(step, at.rules)
    if step is Step.FIRST and (deepest > most_deg or whole_s > most_s):
        yield Refused(
            rule="TP4",
            name="first_session_due",
            value=f"{deepest:g} degrees for {whole_s:.0f} s; the first session is {most_deg:g} degrees for {most_s:g} s",
            says=f"The first session is {most_deg:g} degrees for {most_s:g} seconds.",
            way_back="Choose it with SELECT and complete it.",
        )
    elif week < protocol.from_week:
        lifts_on = _week_begins(protocol.from_week, at)
        yield Refused(
            rule="TP4",
            name="too_early",
            value=f"week {week}, from week {protocol.from_week} on",
            says=f"This protocol is for week {protocol.from_week} on; you are in week {week}.",
            way_back="Choose another with SELECT." if lifts_on is None else f"From {lifts_on} on, if no break or pain comes between.",
            lifts_on=lifts_on,
        )
    elif deepest > most_deg or (whole_s > most_s and step is not Step.WEEK_5_ON):
        yield Refused(
            rule="TP4",
            name="beyond_step",
            value=f"{deepest:g} degrees for {whole_s:.0f} s of {most_deg:g} degrees for {most_s:g} s",
            says=f"Too much for this week: {deepest:g} degrees for {whole_s:.0f} s; allowed {most_deg:g} degrees for {most_s:g} s.",
            way_back="Choose another with SELECT.",
        )


def _week_begins(week: int, at: Standing) -> date | None:
    if not at.when.sure or at.progress.week_1_on is None:
        return None
    return at.progress.week_1_on + timedelta(weeks=week - 1)


def _beyond_condition(deepest: float, whole_s: float, at: Standing) -> Iterator[Refused]:
    bounds = conditions.bounds(at.person.condition, at.progress.week, at.rules)
    if deepest > bounds.angle_deg or whole_s > bounds.hold_s:
        condition = conditions.WORDS[at.person.condition]
        allowed = f"{bounds.angle_deg:g} degrees" + (f" for {bounds.hold_s:g} s" if bounds.hold_s < 1e6 else "")
        yield Refused(
            rule="TP5",
            name="beyond_condition",
            value=f"{deepest:g} degrees for {whole_s:.0f} s of {allowed}",
            says=f"With {condition} no more than {allowed} this week; this is {deepest:g} degrees for {whole_s:.0f} s.",
            way_back="Choose one of the condition's own protocols with SELECT.",
        )


def _used_up(protocol: Protocol, at: Standing) -> Iterator[Refused]:
    """The protocol's own quota, where the person's leaves something."""
    own = quotas.protocol_quota(at.quota, protocol.most_per_day, protocol.most_per_week)
    if own == at.quota:
        return
    general = {refused.name for refused in quotas.refusals(at.quota, at.progress, at.when)}
    yield from (each for each in quotas.refusals(own, at.progress, at.when) if each.name not in general)


def _no_time(plan: SessionPlan, at: Standing) -> Iterator[Refused]:
    if plan_holds_s(plan, at.limits)[0] < LEAST_HOLD_S:
        yield Refused(
            rule=at.ceiling.inverted_rule,
            name="no_time",
            value=f"{at.ceiling.inverted_s:g} s of inverted time",
            says=f"{at.ceiling.inverted_s:g} seconds upside down are too short for the way there and back.",
            way_back="Choose one that goes less far, or ask the clinician who set this time.",
        )
