"""Erased means gone, byte by byte; and still, whoever needed a clearance before needs it again after."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from controller.core.model import Event, Inputs, Mode, Outputs
from controller.programme.model import Answers, Clearance, Contraindication, Person
from controller.programme.sessions import BlockedUntilCleared, StopSign
from controller.records import database
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
    counts = {
        table: rows(tmp_path, f"SELECT count(*) FROM {table}")[0][0] for table in ("people", "sessions", "phases", "events", "prompts")
    }
    assert counts == {"people": 0, "sessions": 0, "phases": 0, "events": 0, "prompts": 0} | {"events": counts["events"]}
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


def erased_and_added_again(folder: Path, first: Person, again: Person, *known: object) -> bool:
    """Whether the person who is added again is recognised as one who needed a clearance."""
    with opened(folder) as store:
        store.add_person(first)
        store.record(first.key, *known)
        erase(store.connection, first.key, NOW)
        store.add_person(again)
        return store.erased_before(again.key)


YES = Answers(at=NOW, yes=frozenset({Contraindication.GLAUCOMA}))
NEEDS = [
    YES,
    BlockedUntilCleared(number=1, at=NOW, session=1, sign=StopSign.NUMBNESS),
    Clearance(at=NOW, by="Dr No", on=NOW.date(), covers=frozenset({Contraindication.GLAUCOMA}), allows=False),
]


@pytest.mark.req("TP1", "TP15")
@pytest.mark.parametrize("known", NEEDS, ids=lambda value: type(value).__name__)
def test_erasing_and_adding_again_does_not_reset_the_need_of_a_clearance(tmp_path: Path, known: object) -> None:
    again = replace(PERSON, key="p-9", name=f"  {PERSON.name.upper()} ")
    assert erased_and_added_again(tmp_path, PERSON, again, known)


@pytest.mark.req("TP1", "TP15")
def test_the_need_outlives_being_erased_twice(tmp_path: Path) -> None:
    assert erased_and_added_again(tmp_path, PERSON, replace(PERSON, key="p-2"), YES)
    with opened(tmp_path) as store:
        erase(store.connection, "p-2", NOW)
        store.add_person(replace(PERSON, key="p-3"))
        assert store.erased_before("p-3")


@pytest.mark.req("TP15")
@pytest.mark.parametrize("again", [replace(PERSON, key="p-9", name="Marie Curie"), replace(PERSON, key="p-9", birth_year=1968)])
def test_somebody_else_is_not_taken_for_an_erased_person(tmp_path: Path, again: Person) -> None:
    assert not erased_and_added_again(tmp_path, PERSON, again, YES)


@pytest.mark.req("TP15")
def test_who_never_needed_a_clearance_comes_back_as_a_stranger(tmp_path: Path) -> None:
    assert not erased_and_added_again(tmp_path, PERSON, replace(PERSON, key="p-2"), Answers(at=NOW, no=frozenset(Contraindication)))


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


def test_erasing_nobody_is_one_line(tmp_path: Path) -> None:
    with opened(tmp_path) as store, pytest.raises(RecordsError, match=r"^p-1: nobody has this key$"):
        erase(store.connection, "p-1", NOW)
