"""A scenario's person as the therapy programme knows them: `[programme]` -> what they may do at that moment, or why not.  Runs nothing.

The history is written as a person would tell it ("began 24 days ago, one session a day, one already today"); sim/biography.py
makes the sessions that this means.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import reduce
from typing import get_type_hints
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from controller.config import TableSettings
from controller.core.asking import Confirmed
from controller.core.limits import Limits
from controller.core.model import Permission
from controller.programme import questions
from controller.programme.model import (
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
)
from controller.programme.outcome import Verdict
from controller.programme.personal import NOBODY, permissions
from controller.programme.protocols import builtin_protocols, condition_protocols
from controller.programme.rules import NUMBERS, Rules
from controller.programme.sessions import StopSign
from controller.programme.verdict import Case, judge
from controller.requests import ConfirmPractice, ConfirmPrepared, ConfirmSetUp
from controller.therapy import table_facts
from sim.biography import Past, cleared, lived, noted, ready
from sim.protocol_choice import read_own
from sim.reading import Table, written

QUESTIONS = tuple(each.value for each in Contraindication)
SIGNS = tuple(each.value for each in StopSign)
YEARS = range(2000, 2100)
"""A session may be in: ten years before and after it are dates too."""
WHOLE = frozenset(name for name, kind in get_type_hints(Rules).items() if kind is int)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The scenario's person before the programme, with the protocol that SELECT stands at."""

    case: Case
    protocol: str
    chosen: bool = True  # False: nobody has said who lies there

    @property
    def permission(self) -> Permission:
        """What START meets."""
        if not self.chosen:
            return NOBODY
        answer = judge(self.case)
        return permissions(answer)[[offer.protocol for offer in answer.offers].index(self.protocol)]

    def confirms(self, answers: Sequence[Confirmed]) -> Permission:
        """What START meets after all of this was confirmed at the panel."""
        return reduce(Asked.after, answers, self).permission

    def after(self, answer: Confirmed) -> Asked:
        """The same when what was confirmed at the panel has been recorded."""
        history = reduce(noted, _recorded(answer, self.case.moment.at), self.case.history)
        return replace(self, case=replace(self.case, history=history))


def _recorded(answer: Confirmed, at: datetime) -> Iterator[object]:
    """What the service's clerk would write down."""
    for each in questions.requests(answer):
        match each:
            case ConfirmSetUp():
                yield SetUpChecklist(at=at, session=each.session, confirmed=each.confirmed)
            case ConfirmPrepared():
                yield Prepared(at=at, session=each.session, what=each.what)
            case ConfirmPractice():
                yield ManualReleasePractice(at=at)


def read_programme(top: Table, who: tuple[float, float], limits: Limits) -> Asked:
    """The scenario's person, asked about by its protocol or the one recommended; `who` is height in cm and mass in kg."""
    table = top.table("programme")
    zone = _zone(table)
    moment = Moment(at=_now(table, zone), zone=zone, clock_trusted=table.flag("clock_sure", default=True))
    person = Person(
        key="scenario", name="Somebody", added_at=moment.at - timedelta(days=400), height_cm=who[0], mass_kg=who[1],
        shaft_setting="7" if table.flag("shaft", default=True) else None,
        condition=Condition(table.word("condition", "general", tuple(each.value for each in Condition))),
        dizzy_to_level=table.flag("dizzy_to_level", default=False),
    )  # fmt: skip
    facts = table_facts(
        TableSettings(certified_mark=table.text("mark", "CE").strip("-"), capacity_kg=table.number("capacity_kg", 150.0, 50.0, 300.0)),
        latest_seen=None, erased_session_at=moment.at - timedelta(hours=1) if table.flag("erased_today", default=False) else None,
    )  # fmt: skip
    rules = _rules(table.table("rules"))
    protocols = (*builtin_protocols(limits), *condition_protocols(limits), *read_own(table, limits, rules))
    history = _history(table, moment)
    case = Case(person=person, history=history, moment=moment, table=facts, protocols=protocols, limits=limits, rules=rules)
    asked = Asked(case=case, protocol=_chosen(table, judge(case)), chosen=table.flag("chosen", default=True))
    table.done()
    return asked


def _rules(table: Table) -> Rules:
    """The table's numbers, where it is stricter than the guide; of the same kinds and in the same order as in its settings."""
    asked = table.numbers("number", NUMBERS, WHOLE)
    try:
        return Rules(**asked)
    except ValueError as error:
        raise table.fail("", str(error)) from error


def _zone(table: Table) -> ZoneInfo:
    name = table.text("zone", "Europe/Berlin")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # the last for a folder of zones and for a name too long for a file
        raise table.fail("zone", f"is {written(name)}, no time zone; Europe/Berlin would be right") from None


def _now(table: Table, zone: ZoneInfo) -> datetime:
    text = table.text("now", "2026-03-25 18:30")
    try:
        now = datetime.fromisoformat(text)
    except ValueError:
        raise table.fail("now", f"is {written(text)}, no local time; 2026-03-25 18:30 would be right") from None
    if now.year not in YEARS:
        raise table.fail("now", f"is in the year {now.year}; {YEARS[0]} to {YEARS[-1]} would be right")
    return now.replace(tzinfo=zone).astimezone(UTC)


def _past(table: Table) -> Past:
    return Past(
        began_days_ago=table.integer("began_days_ago", 0, 0, 3650) if table.has("began_days_ago") else None,
        per_day=table.integer("per_day", 1, 1, 3),
        today=table.integer("today", 0, 0, 9),
        pause_days=table.integer("pause_days", 0, 0, 3650),
        felt=tuple(StopSign(each) for each in table.words("felt", SIGNS)) if table.has("felt") else (),
        pain_up=table.integer("pain_up", 0, 0, 5),
        rated=table.flag("rated", default=True),
    )


def _chosen(table: Table, answer: Verdict) -> str:
    """Which of the offers SELECT stands at; the recommended one without a word."""
    names = [offer.protocol for offer in answer.offers]
    name = table.text("protocol", names[0])
    if name not in names:
        raise table.fail("protocol", f"is {name!r}; this person is offered {', '.join(names)}")
    return name


# ------------------------------------------------------------------ the history that was told


def _history(table: Table, moment: Moment) -> History:
    """The papers and sessions that were told, and what was confirmed for the coming one."""
    long_ago = moment.at - timedelta(days=399)
    papers = cleared(
        long_ago,
        yes=frozenset(Contraindication(each) for each in table.words("yes", QUESTIONS)) if table.has("yes") else frozenset(),
        asked=table.flag("asked", default=True),
        signed_off=table.flag("signed_off", default=True),
        practised=table.flag("practised", default=True),
    )
    sessions = lived(replace(papers, clearances=tuple(_clearances(table, long_ago))), _past(table), moment)
    done = tuple(each for each in Preparation if table.flag(each.value, default=False))
    return ready(sessions, moment, checklist=table.flag("checklist", default=True), prepared=done, pain=None)


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
