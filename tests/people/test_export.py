"""An export has what the black boxes hold, and an erasure leaves none of it."""

from __future__ import annotations

import csv
import json
import stat
from itertools import pairwise
from pathlib import Path

import pytest

from controller.core.model import Mode
from controller.records.store import opened
from controller.records.summarise import Occasion
from tests.people.test_people import Table
from tests.records.tables import Watched, finished, journal, started


@pytest.fixture
def ada(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Table:
    made = Table(tmp_path, capsys)
    made.does("add", "Ada Lovelace", "--height", "165cm", "--weight", "62kg", "--shaft", "7")
    return made


@pytest.mark.req("SE9", "TP15")
@pytest.mark.parametrize("kind", ["csv", "json"])
def test_an_export_has_the_black_box_of_each_trip_and_an_erasure_leaves_none(ada: Table, tmp_path: Path, kind: str) -> None:
    key = ada.knows("show", "ada")["person"]["key"]
    made = journal(ada.folder, occasion=lambda: Occasion(person=key, session=1))
    at_table = Watched(made.put)
    started(at_table).until(Mode.HOLDING)
    at_table.board_heard = False
    at_table.run(12.0)
    at_table.board_heard = True
    at_table.until(Mode.LEVEL_WAIT).press("ok")
    finished(at_table)
    made.close()
    files = [Path(name) for name in ada.knows("export", "ada", "--to", str(tmp_path), "--as", kind)["files"]]
    (box,) = [file for file in files if f"{key}-box-" in file.name]
    assert stat.S_IMODE(box.stat().st_mode) == 0o600
    ticks = list(csv.DictReader(box.read_text().splitlines())) if kind == "csv" else json.loads(box.read_text())
    times_s = [float(tick["now_s"]) for tick in ticks]
    assert len(ticks) > 500
    assert all(later - earlier == pytest.approx(0.02) for earlier, later in pairwise(times_s))
    assert any("board_silent" in str(tick["reasons"]) for tick in ticks)
    with opened(ada.folder) as store:
        assert store.connection.execute("SELECT count(*) FROM boxes").fetchone()[0] == 2
        ada.does("erase", "ada", "--really")
        assert [store.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("boxes", "trips")] == [0, 0]
