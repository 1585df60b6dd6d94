"""May they start, what, how far, and if not exactly why: the programme's whole answer for one person at one moment.  Pure.

Everything comes in as a value.  Nothing here may be slow enough to matter in a control loop, and nothing calls it from
there: personal.py keeps the answers that the loop asks for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from controller.core.limits import Limits
from controller.programme import checklist, clearance, conditions, days, fit, quotas, reminders, stop_signs
from controller.programme import rules as numbers
from controller.programme.days import Now
from controller.programme.model import History, Moment, Person, Preparation, TableFacts
from controller.programme.offers import Standing, offers
from controller.programme.outcome import Ask, Ceiling, Offer, Refused, Reminder, Verdict
from controller.programme.progression import Progress, SoFar, progress
from controller.programme.protocols import Protocol
from controller.programme.rules import Rules
from controller.programme.sessions import BlockedUntilCleared, Ending, SessionRecord, When


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything that an answer rests on."""

    person: Person
    history: History
    moment: Moment
    table: TableFacts
    protocols: tuple[Protocol, ...]
    limits: Limits = field(default_factory=Limits)
    rules: Rules = field(default_factory=Rules)
    so_far: SoFar | None = None  # where the walk through the history may go on; the answer is the same without it


def judge(case: Case) -> Verdict:
    """The answer."""
    when, course = _now(case)
    bounds = conditions.bounds(case.person.condition, course.week, case.rules)
    standing = Standing(
        person=case.person,
        history=case.history,
        progress=course,
        ceiling=_ceiling(case, course, bounds),
        quota=quotas.quota(course, bounds, case.rules),
        when=when,
        limits=case.limits,
        rules=case.rules,
    )
    refusals = tuple(_refusals(case, standing))
    offered = offers(case.protocols, standing)
    left = case.rules.spotter_sessions - sum(1 for _ in islice(_spotted(case.history), case.rules.spotter_sessions))
    asks = tuple(_asks(case.history, refusals, offered))
    return Verdict(
        person=case.person.key,
        shaft_setting=case.person.shaft_setting,
        today=when.today,
        next_session=case.history.next_session,
        clock_sure=when.sure,
        step=course.step,
        week=course.week,
        maintenance=course.maintenance,
        ceiling=standing.ceiling,
        quota=standing.quota,
        spotter_required=left > 0,
        spotter_sessions_left=left,
        refusals=refusals,
        offers=offered,
        notes=tuple(_notes(case.history, course, when)),
        asks=asks,
        reminders=_reminders(case, standing, refusals, asks),
    )


def blocks_to_write(case: Case) -> tuple[BlockedUntilCleared, ...]:
    """The blocks that the store has to write down now, in the same transaction as what was felt."""
    when, course = _now(case)
    return clearance.owed_blocks(case.history, course, when, case.rules)


# ------------------------------------------------------------------ the parts


def _now(case: Case) -> tuple[Now, Progress]:
    """The moment that the rules are applied to, and where the person stands then."""
    seen = days.NOTHING_SEEN if case.so_far is None else case.so_far.seen
    when = days.now(case.moment, case.history, case.table, seen)
    return when, progress(case.history, when, case.rules, case.so_far)


def _ceiling(case: Case, course: Progress, bounds: conditions.Bounds) -> Ceiling:
    """The least of what step, condition, clinician and table allow; where two are the same, the first one named."""
    rules, cleared = case.rules, clearance.narrowed(case.history)
    angles = [(numbers.angle_deg(course.step, rules), "TP4"), (bounds.angle_deg, "TP5"), (case.limits.ceiling_deg, "SR5")]
    times = [(min(rules.inverted_s, case.limits.max_inverted_s), "SR2"), (bounds.inverted_s, "TP5")]
    if cleared.angle_deg is not None:
        angles.append((cleared.angle_deg, "TP1"))
    if cleared.inverted_s is not None:
        times.append((cleared.inverted_s, "TP1"))
    angle_deg, angle_rule = min(angles, key=lambda pair: pair[0])
    hold_s, hold_rule = min([(numbers.hold_s(course.step, rules), "TP4"), (bounds.hold_s, "TP5")], key=lambda pair: pair[0])
    inverted_s, inverted_rule = min(times, key=lambda pair: pair[0])
    return Ceiling(
        angle_deg=angle_deg, hold_s=hold_s, inverted_s=inverted_s,
        angle_rule=angle_rule, hold_rule=hold_rule, inverted_rule=inverted_rule,
    )  # fmt: skip


def _refusals(case: Case, at: Standing) -> Iterator[Refused]:
    """What refuses Start whatever protocol is chosen, in the order in which it is best put right."""
    yield from clearance.refusals(case.history, at.progress, at.when, case.rules)
    yield from fit.refusals(case.person, case.table, case.rules)
    yield from _untold(case.history)
    yield from quotas.refusals(at.quota, at.progress, at.when)
    yield from _just_erased(case, at.when)
    yield from checklist.refusals(case.history, at.when, case.rules)


def _last_held(history: History) -> SessionRecord | None:
    return next((session for session in reversed(history.sessions) if session.held), None)


def _untold(history: History) -> Iterator[Refused]:
    """What was felt in the last session must be known before the next one: doubt is no licence."""
    last = _last_held(history)
    if last is None:
        return
    if not any(each.session == last.number for each in reversed(history.felt)):
        yield Refused(
            rule="TP9",
            name="felt_missing",
            value=f"session {last.number}",
            says=f"It is not known what you felt in session {last.number}.",
            way_back="Say whether there was pain, numbness, blurred vision, headache or dizziness; none is an answer too.",
        )
    if stop_signs.rated(history, last.number, When.AFTER) is None:
        yield Refused(
            rule="TP12",
            name="rating_after_missing",
            value=f"session {last.number}",
            says=f"Your pain after session {last.number} is not rated.",
            way_back="Rate it from 0 to 10.",
        )


def _just_erased(case: Case, when: Now) -> Iterator[Refused]:
    """Whoever has no session of a sure date yet waits until the day after the newest of anybody erased: nobody gets a day twice."""
    at = case.table.erased_session_at
    if at is None or any(session.held and session.clock_trusted for session in case.history.sessions):
        return
    if not when.sure or when.moment.local_date(at) >= when.today:
        yield Refused(
            rule="TP15",
            name="erased_today",
            value=f"{when.moment.local_date(at)}",
            says="Somebody who used the table today was erased; a new person begins tomorrow.",
            way_back="Begin tomorrow." if when.sure else "Set or confirm the date and time: the clock is not sure.",
        )


def _spotted(history: History) -> Iterator[SessionRecord]:
    """Sessions that were really held with the spotter's button (TP8); one whose end nobody wrote down is none of them."""
    return (each for each in history.sessions if each.held and each.spotter_confirmed and each.ending is not Ending.UNKNOWN)


def _notes(history: History, course: Progress, when: Now) -> Iterator[str]:
    if not when.sure:
        yield "The clock is not sure: no day begins, breaks count as long and clearances with an end as over, until it is set."
    yield from course.notes[-1:]
    cleared = clearance.narrowed(history)
    if cleared.angle_deg is not None:
        yield f"A clinician allows {cleared.angle_deg:g} degrees at most."
    if cleared.inverted_s is not None:
        yield f"A clinician allows {cleared.inverted_s:g} seconds upside down at most, the return included."


_ASKS = {
    "questions_unanswered": Ask.QUESTIONS,
    "release_not_practised": Ask.PRACTICE,
    "felt_missing": Ask.FELT,
    "rating_after_missing": Ask.RATE_AFTER,
    "set_up_unconfirmed": Ask.CHECKLIST,
}


def _reminders(case: Case, at: Standing, refusals: tuple[Refused, ...], asks: tuple[Ask, ...]) -> tuple[Reminder, ...]:
    """Heat and water are for a session that may still come: what stands in its way is only what is asked now."""
    coming = all(refused.name in _ASKS for refused in refusals)
    before = frozenset(what for ask, what in _BEFORE.items() if coming and ask in asks)
    protocols = {protocol.name: protocol for protocol in case.protocols}
    return reminders.now(case.person, case.history, at.progress, at.when, protocols, case.rules, before)


_BEFORE = {Ask.HEAT: Preparation.HEAT, Ask.WATER: Preparation.WATER}


def _asks(history: History, refusals: tuple[Refused, ...], offered: tuple[Offer, ...]) -> Iterator[Ask]:
    yield from (_ASKS[refused.name] for refused in refusals if refused.name in _ASKS)
    session = history.next_session
    if stop_signs.rated(history, session, When.BEFORE) is None:
        yield Ask.RATE_BEFORE
    if any(refused.name == "not_prepared_heat" for offer in offered for refused in offer.refusals):
        yield Ask.HEAT
    if not any(each.session == session and each.what is Preparation.WATER for each in reversed(history.prepared)):
        yield Ask.WATER
