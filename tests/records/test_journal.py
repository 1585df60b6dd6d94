"""The journal: what happened is on the disk, nothing that the disk does holds the loop, what cannot be kept is counted and told."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from controller.core.model import BoardReport, Inputs, Latches, Mode, Outputs
from controller.latches import read_latches
from controller.programme.sessions import Ending
from controller.records.journal import ITEMS_MOST, RecordsJournal
from controller.records.store import opened
from controller.records.summarise import Occasion
from tests.core.ideal import GOOD
from tests.records.tables import INPUTS, LIMITS, Watched, finished, journal, rows, started, story, texts, until
from tests.records.values import MOMENT, PERSON

DANGEROUS = Latches(inspection_due=True, load_refused=False, clean_shutdown=False)


def test_what_happened_is_on_the_disk_in_order(tmp_path: Path) -> None:
    made = journal(tmp_path)
    for number in range(5):
        made.put(INPUTS, story(number))
    made.close()
    assert texts(tmp_path) == [f"number {number}" for number in range(5)]


@pytest.mark.req("SR13")
def test_latches_survive_and_are_read_by_the_next_run(tmp_path: Path) -> None:
    made = journal(tmp_path)
    assert made.latches() == DANGEROUS
    made.put(INPUTS, Outputs(latches=GOOD))
    made.close()
    again = journal(tmp_path)
    again.close()
    assert again.latches() == GOOD


def test_quiet_ticks_write_nothing(tmp_path: Path) -> None:
    made = journal(tmp_path)
    made.put(INPUTS, Outputs(latches=GOOD))
    assert until(lambda: made.waiting == 0)
    before = (tmp_path / "records.db-wal").stat()
    for _ in range(200):
        made.put(INPUTS, Outputs(latches=GOOD))
    assert made.waiting == 0
    after = (tmp_path / "records.db-wal").stat()
    made.close()
    assert (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size)


def test_a_run_knows_when_it_began_and_ended(tmp_path: Path) -> None:
    journal(tmp_path).close()
    assert rows(tmp_path, "SELECT begun_at, ended_at, dropped FROM runs") == [(MOMENT.at.isoformat(), MOMENT.at.isoformat(), 0)]


# ------------------------------------------------------------------ a session


@pytest.mark.req("TP6", "TP15")
def test_a_session_counts_from_the_moment_start_is_obeyed(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.add_person(PERSON)
    made = journal(tmp_path, occasion=lambda: Occasion(person=PERSON.key, session=1))
    started(Watched(made.put))
    assert until(lambda: made.kept_sessions == 1)
    with opened(tmp_path) as store:
        begun = store.history(PERSON.key).sessions
    made.close()
    assert [(session.number, session.ended_at, session.ending, session.held) for session in begun] == [(1, None, Ending.UNKNOWN, True)]


@pytest.mark.req("TP15")
def test_a_finished_session_stands_with_its_phases_and_its_events(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.add_person(PERSON)
    made = journal(tmp_path, occasion=lambda: Occasion(person=PERSON.key, session=1))
    made.want(PERSON.key)
    table = Watched(made.put)
    finished(started(table))
    made.close()
    with opened(tmp_path) as store:
        (kept,) = store.history(PERSON.key).sessions
    assert (kept.ending, kept.settled, kept.ended_at) == (Ending.COMPLETED, True, MOMENT.at)
    assert [row[0] for row in rows(tmp_path, "SELECT mode FROM phases ORDER BY number")] == [mode.value for mode in table.modes[2:-1]]
    assert rows(tmp_path, "SELECT DISTINCT session_id, person_id FROM events WHERE session_id IS NOT NULL") == [(1, 1)]


@pytest.mark.req("SR13")
def test_a_session_that_the_service_ends_stands_with_its_end_unknown(tmp_path: Path) -> None:
    made = journal(tmp_path)
    table = Watched(made.put)
    started(table).until(Mode.HOLDING)
    table.run(5.0)
    made.close()
    ((ending, ended_at, deepest_deg),) = rows(tmp_path, "SELECT ending, ended_at, deepest_deg FROM sessions")
    assert (ending, ended_at) == ("unknown", None)
    assert deepest_deg == pytest.approx(60.0, abs=1.0)


@pytest.mark.req("TP6")
def test_the_history_at_hand_has_the_session_that_has_just_ended(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.add_person(PERSON)
    made = journal(tmp_path, occasion=lambda: Occasion(person=PERSON.key, session=1))
    assert made.known is None
    made.want(PERSON.key)
    assert until(lambda: made.known is not None)
    finished(started(Watched(made.put)))
    assert until(lambda: made.known is not None and made.known.history.sessions[-1:] != () and made.known.history.sessions[0].completed)
    made.want("p-2")
    assert made.known is None
    made.close()


@pytest.mark.req("TP15")
def test_what_another_program_writes_is_at_hand_within_two_seconds(tmp_path: Path) -> None:
    made = journal(tmp_path)
    with opened(tmp_path) as store:
        store.add_person(PERSON)
    assert until(lambda: made.people == (PERSON,), 4.0)
    made.close()


# ------------------------------------------------------------------ the black box


@pytest.mark.req("SE9")
def test_a_trip_freezes_the_minute_before_it_and_ten_seconds_after(tmp_path: Path) -> None:
    made = journal(tmp_path)
    table = Watched(made.put)
    started(table).until(Mode.HOLDING)
    table.run(20.0)
    table.board_heard = False
    table.run(30.0)
    made.close()
    found = rows(tmp_path, "SELECT part, ticks, trip_id, session_id FROM boxes JOIN trips ON trips.id = trip_id ORDER BY boxes.id")
    assert found[0] == ("before", 3000, 1, 1)
    assert found[1][0] == "after"
    assert 500 <= found[1][1] <= 3000
    assert "board_silent" in rows(tmp_path, "SELECT cause FROM trips WHERE id = 1")[0][0]


# ------------------------------------------------------------------ bad disks, in this process


@pytest.mark.req("F58")
def test_a_database_that_is_locked_does_not_hold_the_loop_and_is_told_after_a_second(tmp_path: Path) -> None:
    made = journal(tmp_path)
    with closing(sqlite3.connect(tmp_path / "records.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        begin_s = time.perf_counter()
        for number in range(200):
            made.put(INPUTS, story(number))
        assert time.perf_counter() - begin_s < 0.5
        assert until(lambda: not made.storage_ok, 4.0)
        other.execute("ROLLBACK")
    assert until(lambda: made.storage_ok)
    made.close()
    assert texts(tmp_path) == [f"number {number}" for number in range(200)]
    assert made.dropped == 0


@pytest.mark.req("F58")
def test_more_than_memory_may_hold_is_dropped_counted_told_and_written_down(tmp_path: Path) -> None:
    made = journal(tmp_path)
    with closing(sqlite3.connect(tmp_path / "records.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for number in range(5 * ITEMS_MOST):
            made.put(INPUTS, story(number))
        assert made.dropped > ITEMS_MOST
        assert not made.storage_ok
        other.execute("ROLLBACK")
    made.close(20.0)
    assert len(texts(tmp_path)) == 5 * ITEMS_MOST - made.dropped
    assert rows(tmp_path, "SELECT dropped FROM runs") == [(made.dropped,)]


@pytest.mark.req("F58", "SE9")
def test_what_a_sessions_records_could_not_take_is_said_at_its_end(tmp_path: Path) -> None:
    said: list[str] = []
    made = journal(tmp_path, say=said.append)
    table = started(Watched(made.put))
    with closing(sqlite3.connect(tmp_path / "records.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for number in range(5 * ITEMS_MOST):
            made.put(INPUTS, story(number))
        other.execute("ROLLBACK")
    assert made.dropped > 0
    assert until(lambda: made.storage_ok, 20.0), made.trouble
    assert not [line for line in said if "are lost" in line], "the session is not over"
    finished(table)
    made.close(20.0)
    lost = made.dropped  # the writer may still be letting go of some when the disk is free again
    assert [line for line in said if "are lost" in line] == [f"records: {lost} items of this session could not be kept and are lost"]


@pytest.mark.req("F58")
def test_latches_and_sessions_are_not_among_what_is_dropped(tmp_path: Path) -> None:
    made = journal(tmp_path)
    with closing(sqlite3.connect(tmp_path / "records.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for number in range(2 * ITEMS_MOST):
            made.put(INPUTS, story(number))
        finished(started(Watched(made.put)))
        made.put(INPUTS, Outputs(latches=Latches(load_refused=True)))
        for number in range(2 * ITEMS_MOST):
            made.put(INPUTS, story(number, Latches(load_refused=True)))
        other.execute("ROLLBACK")

    def ticks_on() -> bool:
        """What did not fit into the queue is handed over by the ticks that follow."""
        made.put(INPUTS, Outputs(latches=Latches(load_refused=True)))
        return made.storage_ok

    assert until(ticks_on, 20.0), made.trouble
    made.close(20.0)
    assert rows(tmp_path, "SELECT ending FROM sessions") == [("completed",)]
    assert read_latches(tmp_path) == Latches(load_refused=True)


@pytest.mark.req("F57")
@pytest.mark.parametrize("folder", ["/proc", "/proc/nowhere"])
def test_a_folder_that_cannot_be_written_is_told_from_the_start(folder: str) -> None:
    lines: list[str] = []
    made = RecordsJournal(Path(folder), LIMITS, moment=lambda: MOMENT, say=lines.append)
    assert not made.storage_ok
    assert made.latches() == DANGEROUS
    assert until(lambda: lines != [])
    made.put(INPUTS, story(1))
    made.close()
    assert not made.storage_ok
    assert len(lines) == 1
    assert lines[0].startswith("records: ")
    assert folder in lines[0]


@pytest.mark.req("F57")
def test_a_file_that_is_taken_away_is_noticed_and_a_new_one_begun(tmp_path: Path) -> None:
    made = journal(tmp_path)
    made.put(INPUTS, story(1))
    assert until(lambda: texts(tmp_path) == ["number 1"])
    for file in tmp_path.glob("records.db*"):
        file.unlink()
    made.put(INPUTS, story(2))
    assert until((tmp_path / "records.db").exists)
    made.close()
    assert texts(tmp_path) == ["number 2"]


@pytest.mark.req("F57")
def test_a_file_that_another_takes_the_place_of_is_not_written_to_any_more(tmp_path: Path) -> None:
    made = journal(tmp_path)
    with opened(tmp_path / "restored"):
        pass
    for file in tmp_path.glob("records.db-*"):
        file.unlink()
    (tmp_path / "restored" / "records.db").replace(tmp_path / "records.db")
    made.put(INPUTS, story(1))
    made.close()
    assert texts(tmp_path) == ["number 1"]


def test_numbers_that_no_sensor_should_tell_do_not_end_the_loop(tmp_path: Path) -> None:
    made = journal(tmp_path)
    table = Watched()
    started(table).until(Mode.HOLDING)
    wild = float("nan")
    for inputs, outputs in table.ticks:
        made.put(
            replace(inputs, board=replace(inputs.board, angle_deg=wild, current_ma=10**30)),
            replace(outputs, angle_deg=1e300 if outputs.mode is Mode.HOLDING else wild, inverted_s=1e9),
        )
    made.put(Inputs(now_s=table.now_s + 1.0, board=BoardReport(angle_deg=wild)), replace(table.out, mode=Mode.STOPPED, angle_deg=wild))
    made.close()
    assert rows(tmp_path, "SELECT count(*) FROM sessions") == [(1,)]
