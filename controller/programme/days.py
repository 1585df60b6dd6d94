"""Which day it is, as far as the clock can be believed, and on which days a session may have been.  Pure; time is an argument.

A Pi without a battery clock may wake up in 1970 or in next year.  While nothing vouches for the clock, or it shows a time
before one already seen, it is not sure.  Then no day has begun since the last sure moment, every break was long and every
expiry has passed (each reader's duty): whatever the time really is, nobody gets more than was left.

A zone that was changed since a session makes two calendars; a session counts as today's if either says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
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
    moment: Moment
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One session that counts, and the dates between which it was held."""

    session: SessionRecord
    first: date | None  # None: nobody knows since when it may have been
    last: date
    today: bool
    days_ago: int  # the least it may be


def now(moment: Moment, history: History, table: TableFacts) -> Now:
    """What can be believed of `moment` after everything that a trusted clock has already shown."""
    floor = max(_seen(history, table), default=None)
    sure = moment.clock_trusted and (floor is None or moment.at >= floor)
    at = moment.at if sure or floor is None else floor
    moments = (at, moment.at) if moment.clock_trusted and not sure else (at,)
    days = [moment.local_date(each) for each in moments]
    days += [_in_its_zone(s, each) for s in history.sessions[-1:] if s.zone != moment.zone_name for each in moments]
    return Now(at=at, sure=sure, today=min(days), latest=max(days), moments=moments, moment=moment, zone=moment.zone_name)


def _seen(history: History, table: TableFacts) -> Iterator[datetime]:
    """Every moment that a trusted clock has shown."""
    for session in history.sessions:
        if session.clock_trusted:
            yield _end(session)
        if session.known_by is not None:
            yield session.known_by
    if table.latest_seen is not None:
        yield table.latest_seen


def held(history: History, when: Now) -> tuple[Held, ...]:
    """Every session that counts against a quota, in order, with the days on which it may have been."""
    sessions = [session for session in history.sessions if session.held]
    bounds = zip(sessions, _earliest(sessions), _latest(sessions, when), strict=True)
    return tuple(_held(session, first, last, when) for session, first, last in bounds)


def _held(session: SessionRecord, first: datetime | None, last: datetime, when: Now) -> Held:
    begins = None if first is None else min(_dates(session, first, when))
    ages: list[int] = []
    today = False
    for date_of in _calendars(session, when):
        begin, end = None if first is None else date_of(first), date_of(last)
        for day in map(date_of, when.moments):
            ages.append(max(0, (day - end).days))
            today = today or ((begin is None or begin <= day) and day <= end)
    return Held(session=session, first=begins, last=max(_dates(session, last, when)), today=today, days_ago=min(ages))


def _earliest(sessions: list[SessionRecord]) -> list[datetime | None]:
    """For each session a moment before which it cannot have begun: its own, or the newest trusted one before it."""
    found: list[datetime | None] = []
    before: datetime | None = None
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


def _calendars(session: SessionRecord, when: Now) -> tuple[Callable[[datetime], date], ...]:
    """The calendar here, and that of where the session was held if the zone has changed since."""
    here = when.moment.local_date
    return (here,) if session.zone == when.zone else (here, partial(_in_its_zone, session))


def _dates(session: SessionRecord, at: datetime, when: Now) -> tuple[date, ...]:
    return tuple(date_of(at) for date_of in _calendars(session, when))
