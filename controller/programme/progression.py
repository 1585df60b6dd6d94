"""The steps of the progression (TP4): which one a person is on, walked through their sessions in order.  Pure.

Weeks count from the first session that was completed as planned.  A break of more than two weeks, and every stop sign,
steps back one step, and the weeks count anew from the beginning of that step.  What was earned counts only when it is
certain: a session whose date is not sure counts as late as it may have been.

Whoever asks again and again about a history that grows may go on from where an earlier walk has been (`SoFar`, `further`);
the answer is that of the whole walk, and where the history no longer begins as it did the whole walk is what is made.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta, tzinfo
from itertools import takewhile

from controller.programme import days, stop_signs
from controller.programme.days import Held, Now, Seen
from controller.programme.model import History
from controller.programme.outcome import Step
from controller.programme.rules import Rules, angle_deg
from controller.programme.sessions import Felt, Rating, SessionRecord, StopSign

FIRST_WEEK = {Step.WEEKS_1_2: 1, Step.WEEKS_3_4: 3, Step.WEEK_5_ON: 5}
"""The week in which a step begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """One session as the walk met it."""

    held: Held
    step: Step  # it was held on, the lower one if its date is not sure
    quota_step: Step  # the higher one: it allows fewer a day
    signs: frozenset[StopSign]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recent:
    """One that may be of today or of the days before."""

    past: Past
    today: bool
    days_ago: int  # the least it may be


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where a person stands on a day."""

    step: Step
    quota_steps: tuple[Step, ...]  # whose daily quotas all bind: this step's, and in doubt also the one's before the step back
    week: int | None  # None until the first session has been completed
    week_1_on: date | None  # the day from which the week counts
    first_on: date | None  # of the first completed session ever, for the markers
    steady_since: date | None  # of consistent use: since the first session or the last long break
    maintenance: bool
    notes: tuple[str, ...]
    past: tuple[Past, ...]
    recent: tuple[Recent, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Walk:
    week_1_on: date | None = None  # the day on which week 1 begins or would have begun; None: the first session is still due
    first_on: date | None = None
    steady_since: date | None = None
    last: Held | None = None
    notes: tuple[str, ...] = ()
    past: tuple[Past, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SoFar:
    """A walk through the sessions that a history begins with, each of a sure date, and through all that was said of them."""

    zone: tzinfo
    rules: Rules
    felt: tuple[Felt, ...] = ()
    ratings: tuple[Rating, ...] = ()
    newest: tuple[Rating, ...] = ()  # the last one of the last session rated: it stands in where the next has none before it
    seen: Seen = days.NOTHING_SEEN  # and the sessions themselves
    walk: _Walk = field(default_factory=_Walk)

    @property
    def sessions(self) -> tuple[SessionRecord, ...]:
        return self.seen.sessions


def progress(history: History, when: Now, rules: Rules, so_far: SoFar | None = None) -> Progress:
    """Walk every session, or those that `so_far` has not, then the time since the last one."""
    begun = _begun(history, when.moment.zone, rules, so_far)
    walk = _walked(begun, days.held(history, when, begun.sessions), _told(history, begun), rules)
    doubted = _step(walk, when.today)
    walk = _after_break(walk, when.today, when.latest, when.today, rules) if when.sure else _after_doubt(walk, when)
    step = _step(walk, when.today)
    return Progress(
        step=step,
        quota_steps=(step,) if when.sure else (step, doubted),
        week=_week(walk, when.today),
        week_1_on=walk.week_1_on,
        first_on=walk.first_on,
        steady_since=walk.steady_since,
        maintenance=_maintenance(walk, when.today, rules),
        notes=walk.notes,
        past=walk.past,
        recent=_recent(walk, when),
    )


def further(history: History, zone: tzinfo, rules: Rules, so_far: SoFar | None = None) -> SoFar:
    """As far as nothing more is to come: up to the newest session, of which something may still be said, or to one of no sure date."""
    begun = _begun(history, zone, rules, so_far)
    more = tuple(takewhile(lambda each: each.clock_trusted or not each.held, history.sessions[len(begun.sessions) : -1]))
    if not more:
        return begun
    last = more[-1].number
    felt = tuple(takewhile(lambda each: each.session <= last, history.felt[len(begun.felt) :]))
    ratings = tuple(takewhile(lambda each: each.session <= last, history.ratings[len(begun.ratings) :]))
    told = stop_signs.by_session(felt, (*begun.newest, *ratings))
    return SoFar(
        zone=zone,
        rules=rules,
        felt=begun.felt + felt,
        ratings=begun.ratings + ratings,
        newest=tuple(told.ratings[told.rated[-1]][-1:]) if told.rated else (),
        seen=days.further_seen(begun.sessions + more, begun.seen),
        walk=_walked(begun, tuple(days.dated(each, zone) for each in more if each.held), told, rules),
    )


def _begun(history: History, zone: tzinfo, rules: Rules, so_far: SoFar | None) -> SoFar:
    """Where the walk may begin: at `so_far`, if the history still begins so and nothing was said later of what it has walked."""
    if so_far is None or (so_far.zone, so_far.rules) != (zone, rules):
        return SoFar(zone=zone, rules=rules)
    firsts = ((history.sessions, so_far.sessions), (history.felt, so_far.felt), (history.ratings, so_far.ratings))
    last = max((each.number for each in so_far.sessions), default=0)
    later = [each.number for each in history.sessions[len(so_far.sessions) :]]
    later += [each.session for each in history.felt[len(so_far.felt) :]]
    later += [each.session for each in history.ratings[len(so_far.ratings) :]]
    same = all(days.begins_with(whole, first) for whole, first in firsts) and all(number > last for number in later)
    return so_far if same else SoFar(zone=zone, rules=rules)


def _told(history: History, begun: SoFar) -> stop_signs.Told:
    return stop_signs.by_session(history.felt[len(begun.felt) :], (*begun.newest, *history.ratings[len(begun.ratings) :]))


def _walked(begun: SoFar, sessions: tuple[Held, ...], told: stop_signs.Told, rules: Rules) -> _Walk:
    walk = begun.walk
    for each in sessions:
        walk = _after_session(_after_break(walk, each.first, each.last, each.last, rules), each, told, rules)
    return walk


def _recent(walk: _Walk, when: Now) -> tuple[Recent, ...]:
    old = days.old_before(when)
    return tuple(
        Recent(past=past, today=days.is_today(past.held, when), days_ago=days.days_ago(past.held, when))
        for past in walk.past
        if past.held.last_at > old
    )


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or that month's last."""
    first = date(day.year + (day.month - 1 + months) // 12, (day.month - 1 + months) % 12 + 1, 1)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), following - timedelta(days=1))


def _after_break(walk: _Walk, earliest: date | None, latest: date, day: date, rules: Rules) -> _Walk:
    """One step back on `day` if the time since the last session may be too long; use ends only if it certainly was."""
    if walk.last is None:
        return walk
    since = walk.last.first
    if since is not None and (latest - since).days <= rules.break_days:
        return walk
    long = f"more than {rules.break_days} days" if since is None else f"{(latest - since).days} days"
    certain = earliest is not None and (earliest - walk.last.last).days > rules.break_days
    walk = _back(walk, day, f"a break of {long}")
    return replace(walk, steady_since=day) if certain else walk


def _after_doubt(walk: _Walk, when: Now) -> _Walk:
    """While the clock is not sure the break may be of any length."""
    return walk if walk.last is None else _back(walk, when.today, "the clock is not sure, so the break may have been long")


def _after_session(walk: _Walk, each: Held, told: stop_signs.Told, rules: Rules) -> _Walk:
    step = _step(walk, each.first or each.last)
    found = stop_signs.signs(told, each.session, step, rules)
    past = Past(held=each, step=step, quota_step=max(_step(walk, each.last), _step_of(each.session.ceiling_deg, rules)), signs=found)
    walk = replace(walk, last=each, past=(*walk.past, past))
    if found:
        return _back(walk, each.last, " and ".join(sorted(stop_signs.WORDS[sign] for sign in found)))
    if walk.week_1_on is None and each.session.completed:
        return replace(walk, week_1_on=each.last, first_on=walk.first_on or each.last, steady_since=walk.steady_since or each.last)
    return walk


def _back(walk: _Walk, day: date, why: str) -> _Walk:
    """One step back on `day`: the week is then the first one of the step before."""
    step = _step(walk, day if walk.last is None else walk.last.first or walk.last.last)
    if step is Step.FIRST:
        return walk
    note = f"One step back: {why} ({day})."
    if step is Step.WEEKS_1_2:
        return replace(walk, week_1_on=None, notes=(*walk.notes, note))
    weeks = FIRST_WEEK[Step(step - 1)] - 1
    return replace(walk, week_1_on=day - timedelta(weeks=weeks), notes=(*walk.notes, note))


def _week(walk: _Walk, day: date) -> int | None:
    return None if walk.week_1_on is None else max(0, (day - walk.week_1_on).days) // 7 + 1


def _step(walk: _Walk, day: date) -> Step:
    week = _week(walk, day)
    if week is None:
        return Step.FIRST
    return max(step for step, first in FIRST_WEEK.items() if week >= first)


def _step_of(ceiling_deg: float, rules: Rules) -> Step:
    """The least step that lets anybody so far: whatever day it was, a session that deep has used up that step's day."""
    return next((step for step in Step if ceiling_deg <= angle_deg(step, rules)), Step.WEEK_5_ON)


def _maintenance(walk: _Walk, day: date, rules: Rules) -> bool:
    return walk.steady_since is not None and day >= months_later(walk.steady_since, rules.maintenance_months)
