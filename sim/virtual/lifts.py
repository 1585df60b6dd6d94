"""What lifts each refusal of the programme that a paper can lift, written by the functions that write it at a real table.

The page offers these as acts of the workbench beside the reason; everything else is lifted by SELECT, by another person, or by a day
that passes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from controller import entries
from controller.programme.model import Clearance, Contraindication, Moment, Person, Preparation, SetUpItem, SignOff
from controller.programme.outcome import Refused
from controller.programme.sessions import Felt, Rating, When
from controller.records.store import Known, Store
from sim.virtual.look import Open

CLINICIAN, THERAPIST = "Dr Weiss", "A. Turner"


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """Where it is written, about whom, when, and the refusal's own name."""

    store: Store
    known: Known
    moment: Moment
    name: str
    judged: entries.Judged

    @property
    def person(self) -> Person:
        return self.known.person


@dataclass(frozen=True, slots=True, kw_only=True)
class Lift:
    """One act: what its button says, what the story says when it is done, and what is written."""

    offer: str
    done: str
    write: Callable[[Papers], None]


def _answer(papers: Papers) -> None:
    entries.answers(papers.store, papers.person, frozenset(), frozenset(Contraindication), papers.moment.at)


def _sign_off(papers: Papers) -> None:
    papers.store.record(papers.person.key, SignOff(at=papers.moment.at, by=THERAPIST, on=papers.moment.local_date()))


def _practise(papers: Papers) -> None:
    entries.practised(papers.store, papers.person, papers.moment.at)


def _confirm(papers: Papers) -> None:
    entries.set_up(papers.store, papers.person, frozenset(SetUpItem), papers.moment.at)


def _heat(papers: Papers) -> None:
    entries.prepared(papers.store, papers.person, Preparation.HEAT, papers.moment.at)


def _nothing_felt(papers: Papers) -> None:
    said = Felt(at=papers.moment.at, session=entries.past(papers.known.history))
    entries.told(papers.store, papers.person, said, papers.judged)


def _rate(papers: Papers) -> None:
    """As before the session: nothing rose."""
    last = entries.past(papers.known.history)
    before = [each.pain for each in papers.known.history.ratings if (each.session, each.when) == (last, When.BEFORE)]
    said = Rating(at=papers.moment.at, session=last, when=When.AFTER, pain=min(before, default=0))
    entries.told(papers.store, papers.person, said, papers.judged)


def _shaft(papers: Papers) -> None:
    papers.store.change_person(replace(papers.person, shaft_setting="7"))


def _clear(papers: Papers) -> None:
    """For the question, or for using the table at all."""
    question = papers.name.removeprefix("not_cleared_")
    covers = frozenset({Contraindication(question)}) if question != papers.name else frozenset[Contraindication]()
    _record_clearance(papers, covers=covers)


def _unblock(papers: Papers) -> None:
    _record_clearance(papers, lifts=frozenset({int(papers.name.removeprefix("blocked_"))}))


def _record_clearance(papers: Papers, *, covers: frozenset[Contraindication] = frozenset(), lifts: frozenset[int] = frozenset()) -> None:
    said = Clearance(at=papers.moment.at, by=CLINICIAN, on=papers.moment.local_date(), covers=covers, lifts=lifts)
    entries.cleared(papers.store, papers.person, said, papers.judged)


LIFTS: dict[str, Lift] = {
    # the refusal's name, or the beginning of it
    "questions_unanswered": Lift(offer="Answer the nine questions: no", done="the nine questions answered: no", write=_answer),
    "not_signed_off": Lift(offer="Record a sign-off", done="sign-off by a physiotherapist recorded", write=_sign_off),
    "release_not_practised": Lift(offer="Practise the release lever", done="manual release practised", write=_practise),
    "set_up_unconfirmed": Lift(offer="Confirm the set-up", done="set-up confirmed, each point", write=_confirm),
    "not_prepared_heat": Lift(offer="Confirm 15 minutes of heat", done="heat before the session confirmed", write=_heat),
    "felt_missing": Lift(offer="Say that nothing was felt", done="last session: nothing of that kind was felt", write=_nothing_felt),
    "rating_after_missing": Lift(offer="Rate the pain: as before", done="pain after the last session rated", write=_rate),
    "shaft_setting_missing": Lift(offer="Find and record the shaft setting", done="shaft setting 7 recorded", write=_shaft),
    "not_cleared_": Lift(offer="Record a clinician's clearance", done="a clinician's clearance recorded", write=_clear),
    "general_clearance": Lift(offer="Record a clinician's clearance", done="a clinician's clearance recorded", write=_clear),
    "blocked_": Lift(offer="Record a clinician's clearance", done="a clinician has lifted the block", write=_unblock),
}


def lift_for(name: str) -> Lift | None:
    """What lifts a refusal of that name; None when no paper does."""
    return next((lift for begins, lift in LIFTS.items() if name.startswith(begins)), None)


def opened(refused: Refused) -> Open:
    """A refusal as the bench shows it."""
    lift = lift_for(refused.name)
    return Open(
        name=refused.name, says=refused.says, offer=lift.offer if lift else "", next_day=lift is None and refused.lifts_on is not None
    )
