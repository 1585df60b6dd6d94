"""What lifted a refused START: the act of somebody, worked out by the programme itself on the records as they stood then.  Pure.

A refusal is looked for in the programme's answer at its own moment; then each thing that was recorded afterwards is added, one by one,
until the answer no longer has it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec

from controller.programme import verdict
from controller.programme.model import History
from controller.programme.outcome import Refused, Verdict
from controller.programme.sessions import When
from controller.programme.verdict import Case

DATED = ("answers", "clearances", "sign_offs", "practices", "checklists", "prepared", "ratings", "felt", "blocks")
"""Lists of a History whose rows say when they were recorded."""
AT_THE_TABLE = "at the table itself"
BY_TIME = "by time alone"
OTHER_SESSION = "another session was chosen"
FIGURES = "the person's figures were changed"
OPEN = "not yet"
UNKNOWN = "not known: another rule or setting holds now"


class Lift(msgspec.Struct, frozen=True, kw_only=True):
    """What, by whom where that is recorded, and when where it is an act."""

    what: str
    by: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing that somebody recorded."""

    at: datetime
    what: str
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """A refusal by its name, and the protocol that it is about; None: whatever is chosen."""

    name: str
    protocol: str | None


def acts(history: History) -> list[Act]:
    """Everything that may lift a refusal, oldest first."""
    found = [
        *(Act(at=each.at, what="the nine health questions were answered") for each in history.answers),
        *(Act(at=each.at, what="a clinician's clearance was recorded", by=each.by) for each in history.clearances),
        *(Act(at=each.at, what="a sign-off was recorded", by=each.by) for each in history.sign_offs),
        *(Act(at=each.at, what="the manual release was practised") for each in history.practices),
        *(Act(at=each.at, what=f"the set-up was confirmed for session {each.session}") for each in history.checklists),
        *(Act(at=each.at, what=f"{each.what.value} was confirmed before session {each.session}") for each in history.prepared),
        *(Act(at=each.at, what=f"session {each.session} was rated") for each in history.ratings if each.when is When.AFTER),
        *(Act(at=each.at, what=f"what was felt in session {each.session} was told") for each in history.felt),
    ]
    return sorted(found, key=lambda act: act.at)


def as_of(history: History, at: datetime) -> History:
    """What was recorded by that moment."""
    dated: dict[str, Any] = {name: tuple(row for row in getattr(history, name) if row.at <= at) for name in DATED}
    return replace(history, sessions=tuple(each for each in history.sessions if each.started_at <= at), **dated)


class Lifts:
    """Of one person; `case` is now."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._acts = acts(case.history)
        self._judged: dict[tuple[datetime, datetime], Mapping[Sought, Refused]] = {}
        self._found: dict[tuple[str, int, int], Lift] = {}

    def of(self, at: datetime, rule: str, text: str) -> Lift:
        """Of the START refused at that moment with these words.  Pressed again before anything was recorded, it is the same refusal."""
        recorded = sum(act.at <= at for act in self._acts)
        held = sum(each.started_at <= at for each in self._case.history.sessions)
        key = (text, recorded, held)
        if key not in self._found:
            self._found[key] = self._look_for(at, rule, text)
        return self._found[key]

    def _look_for(self, at: datetime, rule: str, text: str) -> Lift:
        sought = next((each for each, refused in self._refused(at, at).items() if f"{refused.says} {refused.way_back}" == text), None)
        if sought is None:
            return Lift(what=FIGURES if rule == "TP2" else UNKNOWN if rule.startswith("TP") and rule != "TP8" else AT_THE_TABLE)
        before = at
        for act in self._until_obeyed(at):
            if sought not in self._refused(before, act.at):
                return Lift(what=BY_TIME)
            if sought not in self._refused(act.at, act.at):
                return Lift(what=act.what, by=act.by, at=act.at)
            before = act.at
        return self._without_act(sought, at, before)

    def _without_act(self, sought: Sought, at: datetime, before: datetime) -> Lift:
        session = next((each for each in self._case.history.sessions if each.started_at > at), None)
        if session is None:
            return Lift(what=OPEN if sought in self._refused(before, self._case.moment.at) else BY_TIME)
        return Lift(what=OTHER_SESSION if sought.protocol not in {None, session.protocol} else BY_TIME)

    def _until_obeyed(self, at: datetime) -> Iterator[Act]:
        """Acts between that moment and the next START that was obeyed."""
        obeyed = next((each.started_at for each in self._case.history.sessions if each.started_at > at), self._case.moment.at)
        return (act for act in self._acts if at < act.at <= obeyed)

    def _refused(self, recorded: datetime, at: datetime) -> Mapping[Sought, Refused]:
        """What the programme refused at that moment, with what had been recorded by another."""
        key = (recorded, at)
        if key not in self._judged:
            case = self._case
            then = replace(
                case,
                history=as_of(case.history, recorded),
                moment=replace(case.moment, at=at, clock_trusted=True),
                table=replace(case.table, latest_seen=None),
            )
            self._judged[key] = dict(_named(verdict.judge(then)))
        return self._judged[key]


def _named(answer: Verdict) -> Iterator[tuple[Sought, Refused]]:
    yield from ((Sought(name=refused.name, protocol=None), refused) for refused in answer.refusals)
    for offer in answer.offers:
        yield from ((Sought(name=refused.name, protocol=offer.protocol), refused) for refused in offer.refusals)
