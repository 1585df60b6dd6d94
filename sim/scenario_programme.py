"""A scenario's person as the therapy programme knows them: `[programme]` -> what they may do at that moment, or why not.  Runs nothing.

The history is written as a person would tell it ("began 24 days ago, one session a day, one already today"); the sessions that
this means are made here, completed as the programme plans them for their weeks, rated and asked about.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from controller.config import TableSettings
from controller.core.limits import Limits
from controller.core.model import Permission
from controller.programme.model import (
    Answers,
    Clearance,
    Condition,
    Contraindication,
    History,
    ManualReleasePractice,
    Moment,
    Person,
    Preparation,
    Prepared,
    SetUpChecklist,
    SetUpItem,
    SignOff,
)
from controller.programme.outcome import Verdict
from controller.programme.personal import permissions
from controller.programme.protocols import builtin_protocols, condition_protocols
from controller.programme.sessions import Ending, Felt, MeasuredStage, PlannedStage, Rating, SessionRecord, StopSign, When
from controller.programme.verdict import Case, judge
from controller.therapy import table_facts
from sim.reading import Table

QUESTIONS = tuple(each.value for each in Contraindication)
SIGNS = tuple(each.value for each in StopSign)
FIRST, WEEKS_1_2, WEEKS_3_4, WEEK_5_ON = ("first", 15.0, 30.0), ("week_1", 20.0, 60.0), ("week_3", 50.0, 240.0), ("week_5", 70.0, 400.0)
"""Protocol, angle and hold of a session in each step: what the shipped protocols do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a scenario says of the person, as it says it."""

    now: datetime
    began_days_ago: int | None
    per_day: int
    today: int
    pause_days: int  # since the newest session before today
    felt: tuple[StopSign, ...]
    pain_up: int
    rated: bool


def read_programme(top: Table, who: tuple[float, float], limits: Limits) -> Permission:
    """The programme's answer for the scenario's person, by its protocol or the one recommended; `who` is height in cm and mass in kg."""
    table = top.table("programme")
    zone = _zone(table)
    told = _told(table, zone)
    person = Person(
        key="scenario", name="Somebody", added_at=told.now - timedelta(days=400), height_cm=who[0], mass_kg=who[1], shaft_setting="7",
        condition=Condition(table.word("condition", "general", tuple(each.value for each in Condition))),
        dizzy_to_level=table.flag("dizzy_to_level", default=False),
    )  # fmt: skip
    moment = Moment(at=told.now, zone=zone, clock_trusted=table.flag("clock_sure", default=True))
    facts = table_facts(
        TableSettings(certified_mark=table.text("mark", "CE").strip("-"), capacity_kg=table.number("capacity_kg", 150.0, 50.0, 300.0)),
        latest_seen=None, erased_session_at=None,
    )  # fmt: skip
    protocols = (*builtin_protocols(limits), *condition_protocols(limits))
    answer = judge(
        Case(person=person, history=_history(table, told, moment), moment=moment, table=facts, protocols=protocols, limits=limits)
    )
    chosen = _chosen(table, answer)
    table.done()
    return permissions(answer)[chosen]


def _zone(table: Table) -> ZoneInfo:
    name = table.text("zone", "Europe/Berlin")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise table.fail("zone", f"is {name!r}, no time zone; Europe/Berlin would be right") from None


def _told(table: Table, zone: ZoneInfo) -> Told:
    text = table.text("now", "2026-03-25 18:30")
    try:
        now = datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)
    except ValueError:
        raise table.fail("now", f"is {text!r}, no local time; 2026-03-25 18:30 would be right") from None
    began = table.integer("began_days_ago", 0, 0, 3650) if table.has("began_days_ago") else None
    return Told(
        now=now,
        began_days_ago=began,
        per_day=table.integer("per_day", 1, 1, 3),
        today=table.integer("today", 0, 0, 9),
        pause_days=table.integer("pause_days", 0, 0, 3650),
        felt=tuple(StopSign(each) for each in table.words("felt", SIGNS)) if table.has("felt") else (),
        pain_up=table.integer("pain_up", 0, 0, 5),
        rated=table.flag("rated", default=True),
    )


def _chosen(table: Table, answer: Verdict) -> int:
    """Which of the offers SELECT stands at; the recommended one without a word."""
    names = [offer.protocol for offer in answer.offers]
    name = table.text("protocol", names[0])
    if name not in names:
        raise table.fail("protocol", f"is {name!r}; this person is offered {', '.join(names)}")
    return names.index(name)


# ------------------------------------------------------------------ the history that was told


def _history(table: Table, told: Told, moment: Moment) -> History:
    long_ago = told.now - timedelta(days=399)
    yes = frozenset(Contraindication(each) for each in table.words("yes", QUESTIONS)) if table.has("yes") else frozenset[Contraindication]()
    sessions = tuple(_sessions(told, moment))
    coming = len(sessions) + 1
    return History(
        answers=(Answers(at=long_ago, yes=yes, no=frozenset(Contraindication) - yes),) if table.flag("asked", default=True) else (),
        clearances=tuple(_clearances(table, long_ago)),
        sign_offs=(SignOff(at=long_ago, by="A. Turner", on=long_ago.date()),) if table.flag("signed_off", default=True) else (),
        practices=(ManualReleasePractice(at=long_ago),) if table.flag("practised", default=True) else (),
        checklists=(SetUpChecklist(at=told.now, session=coming, confirmed=frozenset(SetUpItem)),)
        if table.flag("checklist", default=True)
        else (),
        prepared=(Prepared(at=told.now, session=coming, what=Preparation.HEAT),) if table.flag("heat", default=False) else (),
        sessions=sessions,
        ratings=tuple(_ratings(told, sessions)),
        felt=tuple(_felt(told, sessions)),
    )


def _clearances(table: Table, at: datetime) -> Iterator[Clearance]:
    covers = frozenset(Contraindication(each) for each in table.words("cleared", QUESTIONS)) if table.has("cleared") else frozenset()
    angle = table.number("angle_ceiling_deg", 0.0, 5.0, 90.0) if table.has("angle_ceiling_deg") else None
    time_s = table.number("inverted_ceiling_s", 0.0, 60.0, 600.0) if table.has("inverted_ceiling_s") else None
    expires = table.text("expires", "-").strip("-")
    if covers or angle is not None or time_s is not None or expires:
        try:
            until = date.fromisoformat(expires) if expires else None
        except ValueError:
            raise table.fail("expires", f"is {expires!r}, no date; 2026-06-01 would be right") from None
        yield Clearance(
            at=at, by="Dr Weiss", on=at.date(), covers=covers, angle_ceiling_deg=angle, inverted_ceiling_s=time_s, expires_on=until
        )


def _sessions(told: Told, moment: Moment) -> Iterator[SessionRecord]:
    """The first on the day they began, then so many a day, then today's."""
    number = 0
    days = range(told.began_days_ago, told.pause_days, -1) if told.began_days_ago is not None else range(0)
    for days_ago in days:
        for turn in range(told.per_day if number else 1):
            number += 1
            at = told.now - timedelta(days=days_ago) - timedelta(hours=2 * turn)
            yield _session(number, at, (told.began_days_ago or 0) - days_ago, moment)
    for turn in range(told.today, 0, -1):
        number += 1
        yield _session(number, told.now - timedelta(hours=2 * turn), told.began_days_ago or 0, moment)


def _session(number: int, at: datetime, days_in: int, moment: Moment) -> SessionRecord:
    protocol, angle_deg, hold_s = FIRST if number == 1 else (WEEKS_1_2, WEEKS_3_4, WEEK_5_ON)[min(days_in // 14, 2)]
    offset = at.astimezone(moment.zone).utcoffset() or timedelta(0)
    return SessionRecord(
        number=number, protocol=protocol, started_at=at, zone=moment.zone_name, utc_offset_s=int(offset.total_seconds()),
        clock_trusted=True, planned=(PlannedStage(angle_deg=angle_deg, hold_s=hold_s),), ceiling_deg=angle_deg,
        ended_at=at + timedelta(seconds=hold_s + 180.0), measured=(MeasuredStage(deepest_deg=angle_deg, held_s=hold_s),),
        deepest_deg=angle_deg, inverted_s=hold_s + 60.0, ending=Ending.COMPLETED, spotter_confirmed=True, settled=True,
    )  # fmt: skip


def _ratings(told: Told, sessions: tuple[SessionRecord, ...]) -> Iterator[Rating]:
    for session in sessions:
        last = session is sessions[-1]
        yield Rating(at=session.started_at, session=session.number, when=When.BEFORE, pain=4)
        if told.rated or not last:
            ended = session.ended_at or session.started_at
            yield Rating(at=ended, session=session.number, when=When.AFTER, pain=4 + (told.pain_up if last else 0))


def _felt(told: Told, sessions: tuple[SessionRecord, ...]) -> Iterator[Felt]:
    for session in sessions:
        last = session is sessions[-1]
        if told.rated or not last:
            yield Felt(at=session.ended_at or session.started_at, session=session.number, signs=frozenset(told.felt if last else ()))
