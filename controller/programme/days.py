"""Which day it is, as far as the clock can be believed, and on which days a session may have been.  Pure; time is an argument.

A Pi without a battery clock may wake up in 1970 or in next year.  While nothing vouches for the clock, or it shows a time
before one already seen, it is not sure.  Then no day has begun since the last sure moment, every break was long and every
expiry has passed (each reader's duty): whatever the time really is, nobody gets more than was left.

A zone that was changed since a session makes two calendars; a session counts as today's if either says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from functools import partial

from controller.programme.model import History, Moment, TableFacts
from controller.programme.sessions import SessionRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """The moment that the rules are applied to."""

    at: datetime
    sure: bool
    today: date  # the earliest of the days that today may be, for what grows with time
    latest: date  # the latest of them, for what expires with time
    moments: tuple[datetime, ...]  # that now may be: what was seen last, and what a clock says that vouches for less
    days: tuple[date, ...]  # of those moments here
    moment: Moment
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One session that counts, and the moments and dates between which it was held."""

    session: SessionRecord
    first_at: datetime | None  # None: nobody knows since when it may have been
    last_at: datetime
    first: date | None  # of `first_at`, the earliest that any calendar says
    last: date  # of `last_at`, the latest


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The latest moment that a trusted clock has shown in the sessions that a history begins with."""

    sessions: tuple[SessionRecord, ...] = ()
    at: datetime | None = None


NOTHING_SEEN = Seen()
OLD = timedelta(days=9)
"""A session that ended so long ago is of the last seven days by no calendar: two of them differ by 26 hours at most."""


def now(moment: Moment, history: History, table: TableFacts, seen: Seen = NOTHING_SEEN) -> Now:
    """What can be believed of `moment` after everything that a trusted clock has already shown."""
    floor = max(_seen(further_seen(history.sessions, seen), table), default=None)
    sure = moment.clock_trusted and (floor is None or moment.at >= floor)
    at = moment.at if sure or floor is None else floor
    moments = (at, moment.at) if moment.clock_trusted and not sure else (at,)
    here = tuple(moment.local_date(each) for each in moments)
    there = [_in_its_zone(s, each) for s in history.sessions[-1:] if s.zone != moment.zone_name for each in moments]
    days = (*here, *there)
    return Now(at=at, sure=sure, today=min(days), latest=max(days), moments=moments, days=here, moment=moment, zone=moment.zone_name)


def further_seen(sessions: tuple[SessionRecord, ...], seen: Seen = NOTHING_SEEN) -> Seen:
    """What all of these have shown; looked at anew only where `seen` ends, if they still begin with what it rests on."""
    known = seen if begins_with(sessions, seen.sessions) else NOTHING_SEEN
    shown = list(_shown(sessions[len(known.sessions) :]))
    return Seen(sessions=sessions, at=max([*shown, *([known.at] if known.at is not None else [])], default=None))


def begins_with(whole: tuple[object, ...], first: tuple[object, ...]) -> bool:
    return whole[: len(first)] == first


def _seen(of: Seen, table: TableFacts) -> Iterator[datetime]:
    """Every moment that a trusted clock has shown, as far as it matters."""
    if of.at is not None:
        yield of.at
    if table.latest_seen is not None:
        yield table.latest_seen


def _shown(sessions: Iterable[SessionRecord]) -> Iterator[datetime]:
    for session in sessions:
        if session.clock_trusted:
            yield _end(session)
        if session.known_by is not None:
            yield session.known_by


def held(history: History, when: Now, after: tuple[SessionRecord, ...] = ()) -> tuple[Held, ...]:
    """Every session that counts against a quota, in order, with the days on which it may have been; none of those that `after` has.

    The history begins with `after`, and every session in it that counts is of a sure date.
    """
    sessions = [session for session in history.sessions[len(after) :] if session.held]
    before = next((session.started_at for session in reversed(after) if session.held), None)
    bounds = zip(sessions, _earliest(sessions, before), _latest(sessions, when), strict=True)
    return tuple(_held(session, first, last, when.moment.zone) for session, first, last in bounds)


def dated(session: SessionRecord, zone: tzinfo) -> Held:
    """One session of a sure date: whatever was held or is held after it, that stays as it is."""
    return _held(session, session.started_at, _end(session), zone)


def _held(session: SessionRecord, first: datetime | None, last: datetime, zone: tzinfo) -> Held:
    calendars = _calendars(session, zone)
    begins = None if first is None else min(date_of(first) for date_of in calendars)
    return Held(session=session, first_at=first, last_at=last, first=begins, last=max(date_of(last) for date_of in calendars))


def old_before(when: Now) -> datetime:
    """What ended earlier is `OLD`: neither of today nor of the days before."""
    return min(when.moments) - OLD


def is_today(each: Held, when: Now) -> bool:
    """Whether any calendar and any moment that now may be says so."""
    return any((begin is None or begin <= day) and day <= end for begin, end, day in _readings(each, when))


def days_ago(each: Held, when: Now) -> int:
    """The least that it may be."""
    return min(max(0, (day - end).days) for _, end, day in _readings(each, when))


def _readings(each: Held, when: Now) -> Iterator[tuple[date | None, date, date]]:
    """Its first and last day and today, as each calendar has them at each moment that now may be."""
    if each.session.zone == when.zone:  # one calendar, and that is worked out already
        yield from ((each.first, each.last, day) for day in when.days)
        return
    for date_of in _calendars(each.session, when.moment.zone):
        begin, end = None if each.first_at is None else date_of(each.first_at), date_of(each.last_at)
        yield from ((begin, end, date_of(at)) for at in when.moments)


def _earliest(sessions: list[SessionRecord], before: datetime | None) -> list[datetime | None]:
    """For each session a moment before which it cannot have begun: its own, or the newest trusted one before it."""
    found: list[datetime | None] = []
    for session in sessions:
        before = session.started_at if session.clock_trusted else before
        found.append(before)
    return found


def _latest(sessions: list[SessionRecord], when: Now) -> list[datetime]:
    """For each session a moment after which it cannot have ended: its own, or the first trusted one after it, or now."""
    found: list[datetime] = []
    after = when.at
    for session in reversed(sessions):
        end = _end(session) if session.clock_trusted else None
        last = end or min(after, session.known_by or after)
        found.append(last)
        after = min(after, session.started_at if session.clock_trusted else last)
    return found[::-1]


def _end(session: SessionRecord) -> datetime:
    return max(session.started_at, session.ended_at or session.started_at)


def _in_its_zone(session: SessionRecord, at: datetime) -> date:
    return (at + timedelta(seconds=session.utc_offset_s)).date()


def _calendars(session: SessionRecord, zone: tzinfo) -> tuple[Callable[[datetime], date], ...]:
    """The calendar here, and that of where the session was held if the zone has changed since."""
    here = partial(_here, zone)
    return (here,) if session.zone == str(zone) else (here, partial(_in_its_zone, session))


def _here(zone: tzinfo, at: datetime) -> date:
    return at.astimezone(zone).date()
