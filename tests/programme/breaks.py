"""Each rule that refuses Start whatever is chosen: what breaks it, and what lifts exactly it.  Used by examples and random histories."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from controller.programme.model import (
    Answers,
    Clearance,
    Contraindication,
    ManualReleasePractice,
    SetUpChecklist,
    SetUpItem,
    SignOff,
)
from controller.programme.sessions import Felt, Rating, StopSign, When
from controller.programme.verdict import Case
from tests.programme.people import DAY_0

Change = Callable[[Case], Case]
BEFORE = DAY_0 - timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """One rule: its requirement and name, a word of its value, and the two changes."""

    rule: str
    name: str
    value: str
    breaks: Change
    lifts: Change


def _history(case: Case, **changes: Any) -> Case:
    return replace(case, history=replace(case.history, **changes))


def clearance(case: Case, **values: Any) -> Case:
    given = Clearance(at=case.moment.at, by="Dr Finch", on=case.moment.local_date(), **values)
    return _history(case, clearances=(*case.history.clearances, given))


def _contraindication(question: Contraindication) -> Break:
    def breaks(case: Case) -> Case:
        first = Answers(at=BEFORE, yes=frozenset({question}), no=frozenset(Contraindication) - {question})
        return _history(case, answers=(first, *case.history.answers))  # answered no since: the need stays

    return Break(
        rule="TP1",
        name=f"not_cleared_{question.value}",
        value="no clearance is recorded",
        breaks=breaks,
        lifts=lambda case: clearance(case, covers=frozenset({question})),
    )


def _sign(sign: StopSign, rule: str) -> Break:
    """In the last session; its block has the number 1 if it is the only one."""

    def breaks(case: Case) -> Case:
        last = case.history.sessions[-1].number
        return _history(case, felt=(*case.history.felt, Felt(at=case.moment.at, session=last, signs=frozenset({sign}))))

    return Break(rule=rule, name="blocked_1", value="no clearance", breaks=breaks, lifts=lambda case: clearance(case, lifts=frozenset({1})))


def _fact(**facts: Any) -> Change:
    return lambda case: replace(case, table=replace(case.table, **facts))


def _body(**facts: Any) -> Change:
    return lambda case: replace(case, person=replace(case.person, **facts))


def _without_felt(case: Case) -> Case:
    last = case.history.sessions[-1].number
    return _history(case, felt=tuple(each for each in case.history.felt if each.session != last))


def _without_rating(case: Case) -> Case:
    last = case.history.sessions[-1].number
    kept = tuple(each for each in case.history.ratings if (each.session, each.when) != (last, When.AFTER))
    return _history(case, ratings=kept)


def _rated(case: Case) -> Case:
    last = case.history.sessions[-1].number
    return _history(case, ratings=(*case.history.ratings, Rating(at=case.moment.at, session=last, when=When.AFTER, pain=0)))


def _told(case: Case) -> Case:
    return _history(case, felt=(*case.history.felt, Felt(at=case.moment.at, session=case.history.sessions[-1].number)))


def _half_confirmed(case: Case) -> Case:
    half = SetUpChecklist(at=case.moment.at, session=case.history.next_session, confirmed=frozenset(SetUpItem) - {SetUpItem.NON_SLIP_SOCKS})
    return _history(case, checklists=(half,))


def _confirmed(case: Case) -> Case:
    whole = SetUpChecklist(at=case.moment.at, session=case.history.next_session, confirmed=frozenset(SetUpItem))
    return _history(case, checklists=(*case.history.checklists, whole))


def _answered(case: Case) -> Case:
    return _history(case, answers=(*case.history.answers, Answers(at=case.moment.at, no=frozenset(Contraindication))))


def _half_answered(case: Case) -> Case:
    half = Answers(at=BEFORE, no=frozenset(Contraindication) - {Contraindication.VERTIGO})
    return _history(case, answers=(*case.history.answers, half))


INDEPENDENT: tuple[Break, ...] = (
    *(_contraindication(question) for question in Contraindication),
    Break(rule="TP1", name="questions_unanswered", value="vertigo", breaks=_half_answered, lifts=_answered),
    Break(
        rule="TP1", name="not_signed_off", value="",
        breaks=lambda case: _history(case, sign_offs=()),
        lifts=lambda case: _history(case, sign_offs=(SignOff(at=case.moment.at, by="Pat Wren", on=case.moment.local_date()),)),
    ),
    Break(
        rule="TP1", name="general_clearance", value="said no",
        breaks=lambda case: clearance(case, allows=False),
        lifts=lambda case: clearance(case, allows=True),
    ),
    Break(rule="TP2", name="too_heavy", value="94.6 kg x 1.2 = 113.5 kg of 113.39", breaks=_body(mass_kg=94.6), lifts=_body(mass_kg=94.4)),
    Break(rule="TP2", name="too_tall", value="198.2 cm of 152.4 to 198.12 cm", breaks=_body(height_cm=198.2), lifts=_body(height_cm=198.1)),
    Break(rule="TP2", name="too_small", value="152.3 cm of", breaks=_body(height_cm=152.3), lifts=_body(height_cm=152.4)),
    Break(rule="TP2", name="shaft_setting_missing", value="", breaks=_body(shaft_setting=None), lifts=_body(shaft_setting="9")),
    Break(rule="TP3", name="not_certified", value="TÜV", breaks=_fact(certified_mark="TÜV"), lifts=_fact(certified_mark="ASTM")),
    Break(
        rule="TP3", name="release_not_practised", value="",
        breaks=lambda case: _history(case, practices=()),
        lifts=lambda case: _history(case, practices=(ManualReleasePractice(at=case.moment.at),)),
    ),
    Break(rule="TP3", name="set_up_unconfirmed", value="socks", breaks=_half_confirmed, lifts=_confirmed),
    Break(rule="TP9", name="felt_missing", value="session 1", breaks=_without_felt, lifts=_told),
    Break(rule="TP12", name="rating_after_missing", value="session 1", breaks=_without_rating, lifts=_rated),
)  # fmt: skip
"""Rules that can be broken and lifted in any combination; two about the same thing (height) exclude each other."""

SIGNS: tuple[Break, ...] = (
    _sign(StopSign.NUMBNESS, "TP9"),
    _sign(StopSign.BLURRED_VISION, "TP9"),
    _sign(StopSign.HEADACHE, "TP9"),
    _sign(StopSign.LONG_DIZZINESS, "TP11"),
)
