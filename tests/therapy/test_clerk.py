"""What somebody at the page asks is done while the table stands idle, refused with a reason while it does not, and moves nothing."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from controller.clerk import Clerk, fetch_from
from controller.core.model import Mode
from controller.programme.model import Contraindication, Person, Preparation, SetUpItem, SignOff
from controller.programme.sessions import StopSign, When
from controller.programme.verdict import judge
from controller.records.store import opened
from controller.requests import (
    Answer,
    AnswerQuestions,
    AnyRequest,
    Choose,
    ChooseProtocol,
    ConfirmPractice,
    ConfirmPrepared,
    ConfirmSetUp,
    Feel,
    Rate,
    Sent,
    encode,
)
from tests.therapy.evening import BEGINS, Evening, evening

ALL_NO = AnswerQuestions(person="ada", yes=frozenset(), no=frozenset(Contraindication))
WHOLE_SET_UP = ConfirmSetUp(person="ada", session=1, confirmed=frozenset(SetUpItem))


class AtThePage:
    """Somebody who asks, and a clerk who comes and fetches it."""

    def __init__(self, table: Evening) -> None:
        self.table = table
        self.now_s = 1000.0
        self.stands: bytes | None = None
        self.clerk = Clerk(
            table.folder, table.moment, table.companion.judged, table.companion.offer_first, lambda: self.stands, lambda: self.now_s
        )
        self._count = 0

    def asks(self, request: AnyRequest, *, idle: bool | None = None, old_s: float = 0.0) -> Answer:
        self._count += 1
        self.now_s += 10.0
        token = f"token-{self._count:012d}"
        self.stands = encode(Sent(token=token, made_s=self.now_s - old_s, request=request))
        self.clerk.attend(idle=self.table.journal.idle if idle is None else idle)
        self.stands = None
        assert self.clerk.answer is not None
        assert self.clerk.answer.token == token
        return self.clerk.answer

    def does(self, *requests: AnyRequest) -> None:
        for request in requests:
            answer = self.asks(request)
            assert answer.accepted, answer

    def refused(self, request: AnyRequest, *, idle: bool | None = None, old_s: float = 0.0) -> str:
        """Why, and that nothing was written."""
        before = rows(self.table.folder)
        answer = self.asks(request, idle=idle, old_s=old_s)
        assert not answer.accepted, answer
        assert answer.way_back
        assert rows(self.table.folder) == before
        return answer.says


def rows(folder: Path) -> list[str]:
    """Everything about people; the service writes its own story meanwhile."""
    with opened(folder) as store:
        lines = [line for line in store.connection.iterdump() if line.startswith("INSERT")]
    return [line for line in lines if line.split('"')[1] not in {"clock", "events", "runs", "phases", "sqlite_sequence"}]


@pytest.fixture
def page(tmp_path: Path) -> Iterator[AtThePage]:
    """A table with somebody added and signed off, and nothing else told."""
    with evening(tmp_path / "records") as table:
        with opened(table.folder) as store:
            for key in ("ada", "bob"):
                store.add_person(Person(key=key, name=key, added_at=BEGINS, height_cm=170.0, mass_kg=80.0, shaft_setting="7"))
                store.record(key, SignOff(at=BEGINS, by="A. Turner", on=BEGINS.date()))
        yield AtThePage(table)


@pytest.mark.req("TP1", "TP3", "TP9", "TP12", "TP15", "SR11")
def test_an_evening_is_told_from_the_page_alone_and_start_is_obeyed(page: AtThePage) -> None:
    table = page.table
    table.until_records(lambda: table.refusals() >= {"Nobody is chosen."})
    page.does(Choose(person="ada"))
    table.until_records(lambda: "Nobody is chosen." not in table.refusals())
    page.does(ALL_NO, ConfirmPractice(person="ada"), WHOLE_SET_UP, Rate(person="ada", session=1, when=When.BEFORE, pain=5))
    table.until_records(table.allowed)
    table.step_on()
    assert table.session()[:3] == [Mode.PROOF_TEST, Mode.DESCENDING, Mode.HOLDING]
    table.until_records(lambda: "Your pain after session 1 is not rated." in table.refusals())
    page.does(Rate(person="ada", session=1, when=When.AFTER, pain=4, toe_touch_cm=10.0, night_pain=False))
    page.does(Feel(person="ada", session=1, signs=frozenset()))
    unrated = {"Your pain after session 1 is not rated.", "It is not known what you felt in session 1."}
    table.until_records(lambda: not unrated & table.refusals())
    with opened(table.folder) as store:
        history = store.history("ada")
    assert [(each.when, each.pain) for each in history.ratings] == [(When.BEFORE, 5), (When.AFTER, 4)]


@pytest.mark.req("SR12")
def test_nothing_asked_while_the_table_is_in_use_is_done_then_or_later(page: AtThePage) -> None:
    assert page.refused(Choose(person="bob"), idle=False).startswith("The table is in use")
    for request in (ALL_NO, WHOLE_SET_UP, ConfirmPractice(person="ada"), ChooseProtocol(person="ada", protocol="week_1")):
        assert page.refused(request, idle=False).startswith("The table is in use")
    before = rows(page.table.folder)
    page.clerk.attend(idle=True)
    assert rows(page.table.folder) == before


@pytest.mark.req("SR12")
def test_a_request_moves_nothing_and_starts_nothing(page: AtThePage) -> None:
    table = page.table
    page.does(Choose(person="ada"), ALL_NO, ConfirmPractice(person="ada"), WHOLE_SET_UP)
    table.until_records(table.allowed)
    table.step_on()
    table.tap("spotter")
    table.run(5.0)
    assert (table.outputs.mode, round(table.world.truth().angle_deg)) == (Mode.IDLE, -75)


def test_the_same_request_is_done_once_and_an_old_one_never(page: AtThePage) -> None:
    request = Feel(person="ada", session=1, signs=frozenset())
    assert page.refused(WHOLE_SET_UP, old_s=5.1) == "The request came too late."
    assert page.refused(WHOLE_SET_UP, old_s=-0.1) == "The request came too late."
    assert page.refused(request) == "There is no session 1; `history` shows those there were."
    page.stands = encode(Sent(token="the-same-one-again", made_s=page.now_s, request=ConfirmPractice(person="ada")))
    for _ in range(5):
        page.clerk.attend(idle=True)
    with opened(page.table.folder) as store:
        assert len(store.history("ada").practices) == 1


def test_a_page_gone_mad_gets_forty_in_a_row_and_one_each_five_seconds(page: AtThePage) -> None:
    page.now_s += 1000.0
    answers: list[Answer] = []
    for number in range(60):
        page.now_s += 0.25
        page.stands = encode(Sent(token=f"mad-{number:016d}", made_s=page.now_s, request=ConfirmPractice(person="ada")))
        page.clerk.attend(idle=True)
        assert page.clerk.answer is not None
        answers.append(page.clerk.answer)
    done = [answer.accepted for answer in answers]
    assert done[:40] == [True] * 40
    assert 40 <= sum(done) <= 43
    assert answers[-1].says == "Too many requests."


@pytest.mark.req("TP12")
def test_a_rating_that_stands_is_not_changed_from_the_page(page: AtThePage) -> None:
    page.does(Rate(person="ada", session=1, when=When.BEFORE, pain=6))
    assert page.refused(Rate(person="ada", session=1, when=When.BEFORE, pain=2)) == "There is a rating before session 1 already."


REFUSED = {
    "a person nobody knows": Choose(person="eve"),
    "a check of another session": ConfirmSetUp(person="ada", session=2, confirmed=frozenset(SetUpItem)),
    "heat before another session": ConfirmPrepared(person="ada", session=7, what=Preparation.HEAT),
    "a rating before another session": Rate(person="ada", session=2, when=When.BEFORE, pain=1),
    "a rating after a session that was not": Rate(person="ada", session=1, when=When.AFTER, pain=1),
    "questions left open": AnswerQuestions(person="ada", yes=frozenset(), no=frozenset({Contraindication.GLAUCOMA})),
    "yes and no at once": AnswerQuestions(person="ada", yes=frozenset({Contraindication.VERTIGO}), no=frozenset(Contraindication)),
    "a session for somebody who is not chosen": ChooseProtocol(person="bob", protocol="first"),
    "a note of two lines": Feel(person="ada", session=1, signs=frozenset(), note="a\nb"),
}


@pytest.mark.parametrize("request_", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_recorded_is_refused_with_the_reason(page: AtThePage, request_: AnyRequest) -> None:
    assert page.refused(request_).endswith(".")


@pytest.mark.req("TP1")
def test_a_yes_from_the_page_needs_a_clinician_and_a_later_no_does_not_take_it_back(page: AtThePage) -> None:
    yes = frozenset({Contraindication.GLAUCOMA})
    page.does(Choose(person="ada"))
    assert "clinician" in page.asks(AnswerQuestions(person="ada", yes=yes, no=frozenset(Contraindication) - yes)).says
    page.does(ALL_NO)
    page.table.until_records(lambda: any("glaucoma" in says for says in page.table.refusals()))


@pytest.mark.req("TP9")
def test_what_was_felt_is_blocked_in_the_same_breath_and_the_answer_says_nothing_personal(page: AtThePage) -> None:
    table = page.table
    page.does(Choose(person="ada"), ALL_NO, ConfirmPractice(person="ada"), WHOLE_SET_UP)
    table.until_records(table.allowed)
    table.step_on()
    table.session()
    table.until_records(lambda: table.journal.known is not None and bool(table.journal.known.history.sessions))
    table.run(1.0)
    answer = page.asks(Feel(person="ada", session=1, signs=frozenset({StopSign.NUMBNESS}), note="left foot"))
    assert answer.accepted
    assert "clinician" in answer.says
    assert not {"numbness", "ada", "foot"} & set(answer.says.lower().replace(".", "").split())
    with opened(table.folder) as store:
        assert [block.sign for block in store.history("ada").blocks] == [StopSign.NUMBNESS]


@pytest.mark.req("TP16", "PU2")
def test_a_session_chosen_at_the_page_is_shown_first_and_select_goes_on_from_there(page: AtThePage) -> None:
    table = page.table
    page.does(Choose(person="ada"))
    table.until_records(lambda: table.companion.person is not None)
    third = names(table)[2]
    page.does(ChooseProtocol(person="ada", protocol=third))
    assert shown(table) == third
    table.tap("select_plus")
    assert shown(table) == names(table)[3 % len(names(table))]
    page.does(Choose(person="bob"))
    table.until_records(lambda: table.companion.person is not None and table.companion.person.key == "bob")
    page.refused(ChooseProtocol(person="ada", protocol=third))


def names(table: Evening) -> list[str]:
    """The chosen person's protocols in the programme's own order."""
    known = table.journal.known
    if known is None:
        return []
    with opened(table.folder) as store:
        return [offer.protocol for offer in judge(table.companion.judged(store, known.person)).offers]


def shown(table: Evening) -> str:
    table.run(0.1)
    plan = table.programme.permission(table.outputs.selection, at_upright=True).plan
    return plan.name if plan is not None else ""


def test_without_records_or_with_a_disk_that_refuses_the_answer_says_so(page: AtThePage) -> None:
    file = page.table.folder / "records.db"
    clerk = Clerk(file.parent / "nowhere", page.table.moment, page.clerk._judged, lambda *_: False, lambda: page.stands, lambda: 5.0)
    page.stands = encode(Sent(token="no-records-at-all", made_s=5.0, request=ConfirmPractice(person="ada")))
    clerk.attend(idle=True)
    assert clerk.answer == Answer(
        token="no-records-at-all", accepted=False, says="There are no records yet.", way_back="Nothing was recorded."
    )


# ------------------------------------------------------------------ the errand


@pytest.mark.parametrize("given", [b"x" * 2049, b"\x00" * 10, b"{}", b'{"do": "start"}'])
def test_whatever_else_the_page_hands_over_is_not_understood_and_changes_nothing(page: AtThePage, given: bytes) -> None:
    page.stands = given
    before = rows(page.table.folder)
    page.clerk.attend(idle=True)
    assert rows(page.table.folder) == before
    assert page.clerk.answer is not None
    assert (page.clerk.answer.accepted, page.clerk.answer.says[:14]) == (False, "Not understood")


def test_more_than_a_request_is_never_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "request"
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as bound:
        bound.bind(str(path))
        bound.listen(1)

        def give() -> None:
            with bound.accept()[0] as caller:
                caller.send(b"x" * 60_000)

        given = threading.Thread(target=give)
        given.start()
        assert fetch_from(path) == b"x" * 2049
        given.join()


def test_a_page_that_is_not_there_or_never_says_anything_is_no_request(tmp_path: Path) -> None:
    assert fetch_from(tmp_path / "nobody") is None
    path = tmp_path / "silent"
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as bound:
        bound.bind(str(path))
        bound.listen(1)
        assert [fetch_from(path), fetch_from(path), fetch_from(path)] == [None, None, None]  # the third finds the queue full
