"""Erased means gone, byte by byte; and still, whoever needed a clearance before needs it again after."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.core.model import Event, Inputs, Mode, Outputs
from controller.programme import clearance
from controller.programme.model import Answers, Clearance, Contraindication, History, Person
from controller.programme.sessions import BlockedUntilCleared, StopSign
from controller.records import database
from controller.records import erase as erasing
from controller.records.database import RecordsError
from controller.records.erase import erase, left_behind, scrub
from controller.records.store import Store, opened
from controller.records.summarise import Occasion
from tests.core.ideal import GOOD
from tests.records.tables import Watched, finished, journal, rows, started
from tests.records.values import EVERYTHING, NOW, PERSON, SESSION, values

MARKED = replace(PERSON, name="Zebedee Quatermass", shaft_setting="shaft-of-quatermass")
TRACES = [
    word.encode()
    for word in ("Zebedee", "Quatermass", "shaft-of-quatermass", "Frankenstein", "Physio Phil", "left-foot-tingling", "quatermass refused")
]


def everything_known(folder: Path) -> None:
    """A person with all that can be recorded, a session by the journal, and events between sessions that tell of them."""
    with opened(folder) as store:
        store.add_person(MARKED)
        store.record(MARKED.key, *values(EVERYTHING))
    made = journal(folder, occasion=lambda: Occasion(person=MARKED.key, session=3))
    table = Watched(made.put)
    finished(started(table))
    refusal = Event(at_s=table.now_s, kind="refusal", text="quatermass refused", rule="TP1")
    made.put(Inputs(now_s=table.now_s + 1.0), Outputs(mode=Mode.IDLE, events=(refusal,), latches=GOOD))
    made.close()


def found(folder: Path) -> set[tuple[str, bytes]]:
    return {(path.name, trace) for path in folder.iterdir() for trace in TRACES if trace in path.read_bytes()}


@pytest.mark.req("TP15")
def test_no_byte_of_an_erased_person_is_left_in_any_file(tmp_path: Path) -> None:
    everything_known(tmp_path)
    assert {trace for _, trace in found(tmp_path)} == set(TRACES), "the test looks for what is never written"
    with closing(database.connect(tmp_path / database.FILE)) as connection:  # as beside a running service, the log is there
        erase(connection, MARKED.key, NOW)
        assert found(tmp_path) == set()
    assert found(tmp_path) == set()
    for table in ("people", "sessions", "phases", "prompts"):
        assert rows(tmp_path, f"SELECT count(*) FROM {table}") == [(0,)], table
    assert rows(tmp_path, "SELECT count(*) FROM events WHERE session_id IS NOT NULL OR person_id IS NOT NULL") == [(0,)]


@pytest.mark.req("TP15")
def test_others_stay_as_they_are(tmp_path: Path) -> None:
    other = replace(PERSON, key="p-2", name="Another Person")
    with opened(tmp_path) as store:
        for person in (MARKED, other):
            store.add_person(person)
            store.record(person.key, *values(EVERYTHING))
        erase(store.connection, MARKED.key, NOW)
        assert store.people() == (other,)
        assert store.history(other.key) == EVERYTHING


@pytest.mark.req("TP15")
def test_erasing_while_somebody_reads_says_so_and_scrubbing_afterwards_ends_it(tmp_path: Path) -> None:
    everything_known(tmp_path)
    with closing(database.connect(tmp_path / database.FILE)) as connection:
        connection.execute("PRAGMA busy_timeout = 100")
        with closing(sqlite3.connect(tmp_path / database.FILE, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM people").fetchone()
            with pytest.raises(RecordsError, match="another program is reading"):
                erase(connection, MARKED.key, NOW)
            assert Store(connection).people() == ()
        scrub(connection)
        assert found(tmp_path) == set()


@pytest.mark.req("TP15")
def test_files_that_were_kept_aside_are_named_because_the_person_may_stand_in_them(tmp_path: Path) -> None:
    database.prepare(tmp_path)
    (tmp_path / "records.damaged-20260301T183000Z.db").write_bytes(b"x")
    assert [path.name for path in left_behind(tmp_path)] == ["records.damaged-20260301T183000Z.db"]


def erased_and_added_again(folder: Path, again: Person, *known: object) -> History:
    """What is known of the person who is added again."""
    with opened(folder) as store:
        store.add_person(PERSON)
        store.record(PERSON.key, *known)
        erase(store.connection, PERSON.key, NOW)
        recognised = store.add_person(again)
        history = store.history(again.key)
        assert recognised == (history != History())
        return history


G, V = Contraindication.GLAUCOMA, Contraindication.VERTIGO
AGAIN = replace(PERSON, key="p-9", name=f"  {PERSON.name.upper()} ", added_at=NOW + timedelta(days=1))
YES = Answers(at=NOW, yes=frozenset({G}))
ALL_NO = Answers(at=NOW, no=frozenset(Contraindication))
CLEARED = Clearance(at=NOW, by="Dr Yes", on=NOW.date(), covers=frozenset({G}))
SAID_NO = Clearance(at=NOW, by="Dr No", on=NOW.date(), covers=frozenset({V}), allows=False)


@pytest.mark.req("TP1", "TP15")
@pytest.mark.parametrize(
    ("known", "needs"),
    [((YES,), {G}), ((YES, ALL_NO), {G}), ((YES, CLEARED), {G}), ((SAID_NO,), {V}), ((YES, SAID_NO), {G, V})],
    ids=["yes", "yes, then no", "yes and cleared", "a clinician said no", "both"],
)
def test_erasing_and_adding_again_does_not_reset_the_need_of_a_clearance(
    tmp_path: Path, known: tuple[object, ...], needs: set[Contraindication]
) -> None:
    history = erased_and_added_again(tmp_path, AGAIN, *known)
    assert history == History(answers=(Answers(at=AGAIN.added_at, yes=frozenset(needs)),), erased_before=True)
    assert set(clearance.needs(replace(history, answers=(*history.answers, ALL_NO)))) == needs


@pytest.mark.req("TP9", "TP15")
def test_erasing_and_adding_again_does_not_lift_a_block(tmp_path: Path) -> None:
    blocks = [BlockedUntilCleared(number=number, at=NOW, session=number, sign=sign) for number, sign in enumerate(reversed(StopSign), 1)]
    history = erased_and_added_again(tmp_path, AGAIN, *blocks, Answers(at=NOW, yes=frozenset(Contraindication)))
    assert {block.sign for block in history.blocks} == set(StopSign)
    assert [block.number for block in history.blocks] == list(range(1, len(StopSign) + 1))
    assert history.answers[0].yes == frozenset(Contraindication)


@pytest.mark.req("TP1", "TP15")
def test_the_need_outlives_being_erased_twice(tmp_path: Path) -> None:
    erased_and_added_again(tmp_path, replace(PERSON, key="p-2"), YES)
    with opened(tmp_path) as store:
        erase(store.connection, "p-2", NOW)
        assert store.add_person(replace(PERSON, key="p-3"))
        assert store.history("p-3").answers[0].yes == {G}
        assert store.erased_before("p-3")


@pytest.mark.req("TP15")
@pytest.mark.parametrize("again", [replace(PERSON, key="p-9", name="Marie Curie"), replace(PERSON, key="p-9", birth_year=1968)])
def test_somebody_else_is_not_taken_for_an_erased_person(tmp_path: Path, again: Person) -> None:
    assert erased_and_added_again(tmp_path, again, YES) == History()


@pytest.mark.req("TP15")
def test_who_never_needed_a_clearance_comes_back_as_a_stranger(tmp_path: Path) -> None:
    assert erased_and_added_again(tmp_path, AGAIN, ALL_NO, CLEARED) == History()


@pytest.mark.req("TP15")
def test_what_stays_of_an_erased_person_says_neither_who_nor_what_and_looks_alike_for_all(tmp_path: Path) -> None:
    everything = (YES, SAID_NO, BlockedUntilCleared(number=1, at=NOW, session=1, sign=StopSign.NUMBNESS))
    with opened(tmp_path) as store:
        for key, known in (("a", everything), ("b", ())):
            store.add_person(replace(PERSON, key=key, birth_year=None if key == "b" else 1967))
            store.record(key, *known)
            erase(store.connection, key, NOW)
        left = [tuple(row) for row in store.connection.execute("SELECT salt, identity, needs, key_digest FROM erased")]
    assert [len(cell) for cell in left[0]] == [len(cell) for cell in left[1]] == [16, 32, 320, 32]
    for word in (b"glaucoma", b"vertigo", b"numbness", b"Curie"):
        assert all(word not in cell for row in left for cell in row)
    assert len({cell for row in left for cell in row}) == 8


@pytest.mark.req("TP15")
def test_the_key_of_an_erased_person_is_never_used_again(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.add_person(PERSON)
        erase(store.connection, PERSON.key, NOW)
        with pytest.raises(RecordsError, match="was the key of somebody who has been erased"):
            store.add_person(replace(PERSON, name="Somebody Else"))


@pytest.mark.req("TP6", "TP15")
def test_when_the_newest_session_of_anybody_erased_began_stays_known(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        assert store.erased_session_at() is None
        for key, days in (("a", 3), ("b", 1)):
            store.add_person(replace(PERSON, key=key))
            store.record(key, replace(SESSION, started_at=NOW + timedelta(days=days)))
            erase(store.connection, key, NOW)
        assert store.erased_session_at() == NOW + timedelta(days=3)


@pytest.mark.req("TP6", "TP15")
def test_an_erased_session_held_by_a_doubtful_clock_may_have_been_until_the_first_trusted_moment(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.add_person(PERSON)
        store.record(PERSON.key, replace(SESSION, clock_trusted=False, known_by=None, started_at=NOW - timedelta(days=20_000)))
        erase(store.connection, PERSON.key, NOW)
        unknown = store.erased_session_at()
        assert unknown is not None
        assert unknown > NOW + timedelta(days=100_000)
        store.saw(NOW + timedelta(days=2))
        store.saw(NOW + timedelta(days=9))
        assert store.erased_session_at() == NOW + timedelta(days=2)


@pytest.mark.req("TP1", "TP9", "TP15")
@pytest.mark.parametrize("first", [{"name": "Marie Curie"}, {"birth_year": 1968}], ids=["another name", "another year"])
def test_whoever_is_renamed_to_an_erased_person_is_recognised_then(tmp_path: Path, first: dict[str, Any]) -> None:
    numb = BlockedUntilCleared(number=1, at=NOW, session=1, sign=StopSign.NUMBNESS)
    assert erased_and_added_again(tmp_path, replace(AGAIN, **first), YES, numb) == History()
    with opened(tmp_path) as store:
        store.record(AGAIN.key, replace(numb, sign=StopSign.HEADACHE))
        store.change_person(replace(AGAIN, birth_year=None))
        history = store.history(AGAIN.key)
    assert history.erased_before
    assert clearance.needs(history) == (G,)
    assert [(block.number, block.sign) for block in history.blocks] == [(1, StopSign.HEADACHE), (2, StopSign.NUMBNESS)]


# ------------------------------------------------------------------ whatever is done in between


class Life:
    """One body, whatever name it goes by, and what its records must never forget."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.key, self.person = 0, PERSON
        self.asked: set[Contraindication] = set()
        self.blocked: set[StopSign] = set()
        self.present = False
        self.add(PERSON.name, PERSON.birth_year)

    def add(self, name: str, year: int | None) -> None:
        if not self.present:
            self.key += 1
            self.person = replace(PERSON, key=f"p-{self.key}", name=name, birth_year=year)
            self.store.add_person(self.person)
            self.present = True

    def rename(self, name: str, year: int | None) -> None:
        if self.present:
            self.person = replace(self.person, name=name, birth_year=year)
            self.store.change_person(self.person)

    def say(self, value: Answers | Clearance | BlockedUntilCleared) -> None:
        if not self.present:
            return
        if isinstance(value, BlockedUntilCleared):
            value = replace(value, number=max((b.number for b in self.store.history(self.person.key).blocks), default=0) + 1)
            self.blocked.add(value.sign)
        self.store.record(self.person.key, value)
        self.asked |= value.yes if isinstance(value, Answers) else set()
        self.asked |= value.covers if isinstance(value, Clearance) and not value.allows else set()

    def erase(self) -> None:
        if self.present:
            erase(self.store.connection, self.person.key, NOW)
            self.present = False


NAMES, YEARS = (PERSON.name, f"{PERSON.name.upper()} "), st.sampled_from((PERSON.birth_year, None))
ACTS = st.one_of(
    st.tuples(st.just("add"), st.tuples(st.sampled_from(NAMES), YEARS)),
    st.tuples(st.just("rename"), st.tuples(st.sampled_from((*NAMES, "Maiden Name")), YEARS)),
    st.tuples(
        st.just("say"),
        st.tuples(
            st.sampled_from((YES, ALL_NO, CLEARED, SAID_NO, *(BlockedUntilCleared(number=1, at=NOW, session=0, sign=s) for s in StopSign)))
        ),
    ),
    st.tuples(st.just("erase"), st.just(())),
)


@pytest.mark.req("TP1", "TP9", "TP15")
@settings(max_examples=40, deadline=None)
@given(acts=st.lists(ACTS, max_size=14))
def test_no_order_of_naming_answering_clearing_and_erasing_resets_a_need(acts: list[tuple[str, Any]]) -> None:
    cheap = {"n": 2, "r": 1, "p": 1, "dklen": 64}  # a guess may cost nothing here
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch, opened(Path(folder) / "r") as store:
        patch.setattr(erasing, "SCRYPT", cheap)
        life = Life(store)
        for name, arguments in (*acts, ("erase", ()), ("add", (PERSON.name, None))):
            getattr(life, name)(*arguments)
            if life.present:
                history = store.history(life.person.key)
                assert life.asked <= set(clearance.needs(history))
                assert life.blocked <= {block.sign for block in history.blocks}


def test_erasing_nobody_is_one_line(tmp_path: Path) -> None:
    with opened(tmp_path) as store, pytest.raises(RecordsError, match=r"^p-1: nobody has this key$"):
        erase(store.connection, "p-1", NOW)
