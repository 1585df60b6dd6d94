"""Reading beside a running writer, and exports that other programs open."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from controller.core.model import Mode
from controller.programme.sessions import Felt
from controller.records import database
from controller.records.database import RecordsError
from controller.records.migrate import newest
from controller.records.reader import as_csv, reading
from controller.records.store import opened
from controller.records.summarise import Occasion
from tests.hygiene.sources import ROOT
from tests.records.tables import Watched, finished, journal, started, until
from tests.records.values import EVERYTHING, NOW, PERSON, values

WRITER = """
import sys
from pathlib import Path
from tests.records.tables import INPUTS, journal, story
made = journal(Path(sys.argv[1]))
number = 0
print("ready", flush=True)
while True:
    made.put(INPUTS, story(number)); number += 1
    import threading; threading.Event().wait(0.002)
"""


@pytest.fixture
def full(tmp_path: Path) -> Path:
    """One person with everything, one session by the journal with a trip in it."""
    with opened(tmp_path) as store:
        store.add_person(PERSON)
        store.record(PERSON.key, *values(EVERYTHING))
    made = journal(tmp_path, occasion=lambda: Occasion(person=PERSON.key, session=3))
    table = Watched(made.put)
    started(table).until(Mode.HOLDING)
    table.run(20.0)
    table.board_heard = False
    table.run(12.0)
    table.board_heard = True
    table.until(Mode.LEVEL_WAIT).press("ok")
    finished(table)
    made.close()
    return tmp_path


@pytest.mark.req("TP15")
def test_a_reader_in_another_process_sees_one_moment_while_the_writer_writes(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        counts = []
        with reading(tmp_path) as reader:
            count = "SELECT count(*) FROM events"
            first = reader.connection.execute(count).fetchone()[0]
            for _ in range(40):
                until(lambda: False, 0.02)
                assert reader.connection.execute(count).fetchone()[0] == first
        for _ in range(5):
            until(lambda: False, 0.4)
            with reading(tmp_path) as reader:
                counts.append(reader.connection.execute(count).fetchone()[0])
        assert writer.poll() is None
        writer.kill()
    assert counts == sorted(counts)
    assert counts[-1] > counts[0] >= first


@pytest.mark.req("SR12")
def test_a_reader_cannot_write(full: Path) -> None:
    with reading(full) as reader, pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.connection.execute("DELETE FROM clearances")


def test_sessions_and_what_happened_in_them(full: Path) -> None:
    with reading(full) as reader:
        sessions = reader.sessions(PERSON.key)
        assert [session["number"] for session in sessions] == [3, 2, 1]
        happened = reader.what_happened(sessions[0]["id"])
        assert [phase["mode"] for phase in happened["phases"]][:3] == ["PROOF_TEST", "DESCENDING", "HOLDING"]
        assert happened["trips"][0]["cause"].startswith("board_silent")
        assert {"mode", "plan", "reason"} <= {event["kind"] for event in happened["events"]}
        assert reader.people() == (PERSON,)
        assert reader.history(PERSON.key).ratings == EVERYTHING.ratings


@pytest.mark.req("TP12")
def test_progress_is_one_line_for_each_session_with_the_newest_ratings(full: Path) -> None:
    with opened(full) as store:
        store.record(PERSON.key, replace(EVERYTHING.ratings[1], pain=2))
    with reading(full) as reader:
        lines = reader.progress(PERSON.key)
    assert [(line["session"], line["pain_before"], line["pain_after"], line["night_pain"]) for line in lines] == [
        (1, 7, 2, 1),
        (2, None, None, None),
        (3, None, None, None),
    ]
    assert lines[0]["toe_touch_before_cm"] == -2.5


@pytest.mark.req("SE9")
def test_the_black_box_of_a_trip_is_every_tick_of_a_minute_and_of_what_followed(full: Path) -> None:
    with reading(full) as reader:
        trip = reader.trips()[-1]
        ticks = list(reader.box(trip["id"]))
        assert trip["ticks_before"] == 3000
        with pytest.raises(RecordsError, match="trip 999: has no black box"):
            list(reader.box(999))
    times_s = [float(str(tick["now_s"])) for tick in ticks]
    assert {round(later - earlier, 6) for earlier, later in pairwise(times_s)} == {0.02}
    at = times_s.index(trip["at_s"])
    assert at == 2999
    assert times_s[-1] - trip["at_s"] >= 10.0
    assert "board_silent" in str(ticks[at]["reasons"])
    assert "board_silent" not in str(ticks[at - 1]["reasons"])


@pytest.mark.req("TP15")
def test_everything_about_a_person_is_exported_as_json(full: Path) -> None:
    with reading(full) as reader:
        found = json.loads(reader.export_json(PERSON.key))
    assert found["version"] == newest()
    assert found["people"][0]["name"] == PERSON.name
    for table in ("answers", "clearances", "sessions", "ratings", "felt", "blocks", "prompts", "phases", "events", "trips"):
        assert found[table] != [], table
    assert len(found["sessions"]) == 3


@pytest.mark.req("TP15")
def test_everything_about_a_person_is_exported_as_csv(full: Path) -> None:
    with opened(full) as store:
        store.record(PERSON.key, Felt(at=NOW, session=2, note="=HYPERLINK(1)"))
    with reading(full) as reader:
        files = reader.export_csv(PERSON.key)
    assert {"people.csv", "sessions.csv", "ratings.csv", "events.csv"} <= set(files)
    felt = list(csv.DictReader(io.StringIO(files["felt.csv"])))
    assert [row["note"] for row in felt] == ["left-foot-tingling", "'=HYPERLINK(1)"]
    assert next(csv.DictReader(io.StringIO(files["ratings.csv"])))["toe_touch_cm"] == "-2.5"


@pytest.mark.req("TP15")
def test_an_export_holds_nobody_else(full: Path) -> None:
    with opened(full) as store:
        store.add_person(replace(PERSON, key="p-2", name="Another Person"))
        store.record("p-2", *values(EVERYTHING))
    with reading(full) as reader:
        assert "Another Person" not in reader.export_json(PERSON.key)
        assert len(reader.export("p-2")["ratings"]) == 2


def test_nothing_to_read_and_a_file_of_another_version_are_one_line(tmp_path: Path) -> None:
    with pytest.raises(RecordsError, match=r"records\.db: cannot be read: No such file or directory$"), reading(tmp_path):
        pass
    database.prepare(tmp_path)
    with pytest.raises(RecordsError, match=r"records\.db is not a records file of this program$"), reading(tmp_path):
        pass
    for version, says in ((newest() - 1, f"this program reads version {newest()}"), (newest() + 1, "install the newer program")):
        folder = tmp_path / str(version)
        with opened(folder) as store:
            store.connection.execute(f"PRAGMA user_version = {version}")
        with pytest.raises(RecordsError, match=f"the records are version {version}\\b.*{says}"), reading(folder):
            pass


def test_texts_that_a_spreadsheet_would_run_are_made_harmless() -> None:
    assert as_csv([{"a": "=1+1", "b": -1.5, "c": "x", "d": None}]) == "a,b,c,d\r\n'=1+1,-1.5,x,\r\n"
