"""People, tables and histories for the programme's tests: someone who may start, and what takes it away again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from controller.core.limits import Limits
from controller.programme.model import History, Moment, Person, TableFacts
from controller.programme.protocols import builtin_protocols, condition_protocols
from controller.programme.sessions import Ending, Felt, Rating, SessionRecord, When
from controller.programme.verdict import Case
from sim.biography import cleared, ready

BERLIN = ZoneInfo("Europe/Berlin")
DAY_0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""A Monday, ten o'clock in Berlin."""

LIMITS = Limits()
PROTOCOLS = builtin_protocols() + condition_protocols()
ADA = Person(key="p-1", name="Ada Quill", added_at=DAY_0 - timedelta(days=3), height_cm=170.0, mass_kg=70.0, shaft_setting="7")
TABLE = TableFacts(certified_mark="CE")
CLEARED = cleared(DAY_0 - timedelta(days=3), by="Pat Wren")


def at(days: float = 0.0, *, trusted: bool = True, zone: ZoneInfo = BERLIN) -> Moment:
    return Moment(at=DAY_0 + timedelta(days=days), zone=zone, clock_trusted=trusted)


def session(history: History, moment: Moment, **changes: Any) -> SessionRecord:
    """A completed session of three minutes that began at `moment`."""
    values: dict[str, Any] = {
        "number": history.next_session,
        "protocol": "first" if not history.sessions else "week_1",
        "started_at": moment.at,
        "zone": moment.zone_name,
        "utc_offset_s": int((moment.at.astimezone(moment.zone).utcoffset() or timedelta()).total_seconds()),
        "clock_trusted": moment.clock_trusted,
        "ended_at": moment.at + timedelta(minutes=3),
        "deepest_deg": 15.0,
        "inverted_s": 60.0,
        "ending": Ending.COMPLETED,
        "spotter_confirmed": True,
        "settled": True,
    }
    return SessionRecord(**{**values, **changes})


def held(history: History, moment: Moment, *, pain: tuple[int, int] = (3, 3), felt: Felt | None = None, **changes: Any) -> History:
    """One more session, with everything said about it."""
    record = session(history, moment, **changes)
    number, later = record.number, moment.at + timedelta(minutes=5)
    return replace(
        history,
        sessions=(*history.sessions, record),
        felt=(*history.felt, felt or Felt(at=later, session=number)),
        ratings=(
            *history.ratings,
            Rating(at=moment.at, session=number, when=When.BEFORE, pain=pain[0]),
            Rating(at=later, session=number, when=When.AFTER, pain=pain[1]),
        ),
    )


def held_on(*days: float, history: History = CLEARED) -> History:
    """A session on each of these days."""
    for day in days:
        history = held(history, at(day))
    return history


def case(history: History, moment: Moment, person: Person = ADA, table: TableFacts = TABLE, **changes: Any) -> Case:
    """Ready to start, as far as what is asked before each session goes."""
    values: dict[str, Any] = {
        "person": person, "history": ready(history, moment), "moment": moment, "table": table, "protocols": PROTOCOLS,
    }  # fmt: skip
    return Case(**{**values, **changes})
