"""The refusals that hang on a person's course, on the day, or on one protocol: the situation in which each one alone stands, and what
lifts exactly it.  breaks.py has those that can be broken at any time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from controller.programme.model import Condition, Preparation, Prepared, SetUpChecklist, SetUpItem
from controller.programme.protocols import Protocol, load_protocol
from controller.programme.rules import Rules
from controller.programme.verdict import Case
from tests.programme.breaks import Change, clearance
from tests.programme.people import ADA, CLEARED, LIMITS, TABLE, at, case, held, held_on

OWN = Path(__file__).parent / "own"
WET = load_protocol(OWN / "wet.toml", LIMITS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """One refusal: its rule and name, a word of its value, the case, and what lifts it.  `protocol`: it is about that one alone."""

    rule: str
    name: str
    value: str
    broken: Callable[[], Case]
    lifts: Change
    protocol: str = ""


def _ready_at(days: float) -> Change:
    """The same person at another moment, with that session's set-up confirmed."""

    def later(case_: Case) -> Case:
        moment = at(days)
        confirmed = SetUpChecklist(at=moment.at, session=case_.history.next_session, confirmed=frozenset(SetUpItem))
        return replace(case_, moment=moment, history=replace(case_.history, checklists=(*case_.history.checklists, confirmed)))

    return later


def _prepared(what: Preparation) -> Change:
    def confirmed(case_: Case) -> Case:
        said = Prepared(at=case_.moment.at, session=case_.history.next_session, what=what)
        return replace(case_, history=replace(case_.history, prepared=(*case_.history.prepared, said)))

    return confirmed


def _unprepared(case_: Case) -> Case:
    return replace(case_, history=replace(case_.history, prepared=()))


def _with(condition: Condition) -> Any:
    return replace(ADA, condition=condition)


def _offering(case_: Case, *protocols: Protocol) -> Case:
    return replace(case_, protocols=(*case_.protocols, *protocols))


def _first_held(case_: Case) -> Case:
    """The very first session, completed a day earlier."""
    return case(held(CLEARED, at(0)), at(1))


def _months(days: int = 150) -> Case:
    """Two sessions in the running week, after months of three a week."""
    used = [day for day in range(days) if day % 7 in (0, 2)]
    return case(held_on(*used), at(days + 0.1))


EARLY, WEEK_5 = held_on(0), held_on(*range(0, 36, 3))

SITUATIONS: tuple[Situation, ...] = (
    Situation(
        rule="TP9", name="blocked_1", value="more pain", broken=lambda: case(held(CLEARED, at(0), pain=(3, 4)), at(1)),
        lifts=lambda case_: clearance(case_, lifts=frozenset({1})),
    ),
    Situation(
        rule="TP1", name="general_clearance", value="no clearance is recorded",
        broken=lambda: case(replace(CLEARED, erased_before=True), at(0)), lifts=clearance,
    ),
    Situation(
        rule="TP6", name="day_used_up", value="3 of 3 sessions today",
        broken=lambda: case(held_on(0, 0.1, 0.2), at(0.3)), lifts=_ready_at(1),
    ),
    Situation(rule="TP6", name="week_used_up", value="2 of 2 sessions this week", broken=_months, lifts=_ready_at(155)),
    Situation(
        rule="TP15", name="erased_today", value="2026-03-02",
        broken=lambda: case(CLEARED, at(0), table=replace(TABLE, erased_session_at=at(-0.1).at)), lifts=_ready_at(1),
    ),
    Situation(
        rule="TP4", name="first_session_due", value="the first session is 15 degrees for 30 s",
        broken=lambda: case(CLEARED, at(0)), lifts=_first_held, protocol="week_1",
    ),
    Situation(
        rule="TP4", name="too_early", value="week 1, from week 3 on", broken=lambda: case(EARLY, at(1)),
        lifts=lambda _: case(held_on(*range(0, 16, 2)), at(16)), protocol="week_3",
    ),
    Situation(
        rule="TP4", name="beyond_step", value="of 15 degrees",
        broken=lambda: replace(case(EARLY, at(1)), rules=Rules(weeks_1_2_angle_deg=15.0)),
        lifts=lambda case_: replace(case_, rules=Rules()), protocol="week_1",
    ),
    Situation(
        rule="TP5", name="beyond_condition", value="of 45 degrees for 300 s",
        broken=lambda: case(held_on(*range(0, 16, 2)), at(16), person=_with(Condition.HERNIATED_DISC)),
        lifts=lambda case_: replace(case_, person=ADA), protocol="week_3",
    ),
    Situation(
        rule="TP5", name="not_prepared_heat", value="heat",
        broken=lambda: _unprepared(case(EARLY, at(1), person=_with(Condition.MUSCLE_SPASM))),
        lifts=_prepared(Preparation.HEAT), protocol="muscle_spasm_1",
    ),
    Situation(
        rule="TP5", name="not_prepared_water", value="water", broken=lambda: _offering(_unprepared(case(EARLY, at(1))), WET),
        lifts=_prepared(Preparation.WATER), protocol="wet",
    ),
    Situation(
        rule="TP1", name="no_time", value="100 s of inverted time",
        broken=lambda: clearance(case(WEEK_5, at(36)), inverted_ceiling_s=100.0),
        lifts=lambda case_: clearance(case_, inverted_ceiling_s=600.0), protocol="week_5",
    ),
)  # fmt: skip

BY_THE_TABLE = ("nobody_chosen", "not_recorded_yet", "nothing_fits")
"""Refusals of the seam to the running table (personal.py): there is no case to judge."""
