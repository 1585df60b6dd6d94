"""A person's past, as somebody would tell it ("began 24 days ago, one session a day") -> the history that the programme reads.

The one place where the simulator and the tests make a person who may use the table, and take away again what they need.
Values only; runs nothing, writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from controller.programme.model import (
    Answers,
    Contraindication,
    History,
    ManualReleasePractice,
    Moment,
    Preparation,
    Prepared,
    SetUpChecklist,
    SetUpItem,
    SignOff,
)
from controller.programme.sessions import Ending, Felt, MeasuredStage, PlannedStage, Rating, SessionRecord, StopSign, When
from controller.records.rows import TABLES

FIRST, WEEKS_1_2, WEEKS_3_4, WEEK_5_ON = ("first", 15.0, 30.0), ("week_1", 20.0, 60.0), ("week_3", 50.0, 240.0), ("week_5", 70.0, 400.0)
"""Protocol, angle and hold of a session in each step: what the shipped protocols do."""


def cleared(
    at: datetime,
    *,
    by: str = "A. Turner",
    yes: frozenset[Contraindication] = frozenset(),
    asked: bool = True,
    signed_off: bool = True,
    practised: bool = True,
) -> History:
    """What is asked, signed and practised once, all of it at `at`; `yes`: what a clinician has to clear besides."""
    return History(
        answers=(Answers(at=at, yes=yes, no=frozenset(Contraindication) - yes),) if asked else (),
        sign_offs=(SignOff(at=at, by=by, on=at.date()),) if signed_off else (),
        practices=(ManualReleasePractice(at=at),) if practised else (),
    )


def ready(
    history: History,
    moment: Moment,
    *,
    checklist: bool = True,
    prepared: tuple[Preparation, ...] = tuple(Preparation),
    pain: int | None = 3,
) -> History:
    """With what is asked before each session confirmed for the next one."""
    number, at = history.next_session, moment.at
    confirmed = (SetUpChecklist(at=at, session=number, confirmed=frozenset(SetUpItem)),) if checklist else ()
    rated = (Rating(at=at, session=number, when=When.BEFORE, pain=pain),) if pain is not None else ()
    return replace(
        history,
        checklists=(*history.checklists, *confirmed),
        prepared=(*history.prepared, *(Prepared(at=at, session=number, what=what) for what in prepared)),
        ratings=(*history.ratings, *rated),
    )


def noted(history: History, value: object) -> History:
    """With one more value, in the list of its kind."""
    name = TABLES[type(value)]
    changes: dict[str, Any] = {name: (*getattr(history, name), value)}
    return replace(history, **changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """The sessions so far, as they are told: the first on the day they began, then so many a day, then today's."""

    began_days_ago: int | None = None  # None: never
    per_day: int = 1
    every_days: int = 1  # 2: every other day
    today: int = 0
    pause_days: int = 0  # since the newest session before today
    felt: tuple[StopSign, ...] = ()  # in the newest one
    pain_up: int = 0  # by the newest one
    rated: bool = True  # whether the newest one was rated and asked about


def lived(history: History, past: Past, moment: Moment) -> History:
    """With those sessions held, each completed as the programme plans it for its week, rated and asked about."""
    sessions = tuple(_sessions(past, moment))
    return replace(
        history,
        sessions=(*history.sessions, *sessions),
        ratings=(*history.ratings, *_ratings(past, sessions)),
        felt=(*history.felt, *_felt(past, sessions)),
    )


def values(history: History) -> tuple[object, ...]:
    """Everything in it, for a store."""
    return tuple(value for name in TABLES.values() for value in getattr(history, name))


def _sessions(past: Past, moment: Moment) -> Iterator[SessionRecord]:
    number, began = 0, past.began_days_ago
    days = range(began, past.pause_days, -past.every_days) if began is not None else range(0)
    for days_ago in days:
        for turn in range(past.per_day if number else 1):
            number += 1
            yield _session(number, moment.at - timedelta(days=days_ago, hours=2 * turn), (began or 0) - days_ago, moment)
    for turn in range(past.today, 0, -1):
        number += 1
        yield _session(number, moment.at - timedelta(hours=2 * turn), began or 0, moment)


def _session(number: int, at: datetime, days_in: int, moment: Moment) -> SessionRecord:
    protocol, angle_deg, hold_s = FIRST if number == 1 else (WEEKS_1_2, WEEKS_3_4, WEEK_5_ON)[min(days_in // 14, 2)]
    offset = at.astimezone(moment.zone).utcoffset() or timedelta(0)
    return SessionRecord(
        number=number, protocol=protocol, started_at=at, zone=moment.zone_name, utc_offset_s=int(offset.total_seconds()),
        clock_trusted=True, planned=(PlannedStage(angle_deg=angle_deg, hold_s=hold_s),), ceiling_deg=angle_deg,
        ended_at=at + timedelta(seconds=hold_s + 180.0), measured=(MeasuredStage(deepest_deg=angle_deg, held_s=hold_s),),
        deepest_deg=angle_deg, inverted_s=hold_s + 60.0, ending=Ending.COMPLETED, spotter_confirmed=True, settled=True,
    )  # fmt: skip


def _ratings(past: Past, sessions: tuple[SessionRecord, ...]) -> Iterator[Rating]:
    for session in sessions:
        last = session is sessions[-1]
        yield Rating(at=session.started_at, session=session.number, when=When.BEFORE, pain=4)
        if past.rated or not last:
            ended = session.ended_at or session.started_at
            yield Rating(at=ended, session=session.number, when=When.AFTER, pain=4 + (past.pain_up if last else 0))


def _felt(past: Past, sessions: tuple[SessionRecord, ...]) -> Iterator[Felt]:
    for session in sessions:
        last = session is sessions[-1]
        if past.rated or not last:
            yield Felt(at=session.ended_at or session.started_at, session=session.number, signs=frozenset(past.felt if last else ()))
