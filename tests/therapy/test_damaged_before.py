"""Records that are damaged when the service starts (F59), from power-on to the session that is allowed again."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from controller.core.model import Mode
from controller.core.words import WORDS
from controller.people.desk import RECORDS_FOLDER
from controller.records import database
from controller.records.database import kept_aside
from controller.records.store import opened
from tests.hygiene.sources import ROOT
from tests.records.test_trouble import spoil_a_page, spoil_by_cutting, spoil_everything, spoil_header
from tests.therapy.evening import Evening, evening
from tests.therapy.troubled_evening import Story, begin

SAYS, WAY_BACK = WORDS["storage"]


def recorded_then(spoil: Callable[[Path], None], folder: Path) -> bytes:
    """Ada is in the records, the service is down, and the file breaks; gives what it holds since."""
    with evening(folder) as before:
        before.prepare()
    file = folder / database.FILE
    with opened(folder) as store:
        store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    spoil(file)
    return file.read_bytes()


def met_by_start(table: Evening, story: Story) -> list[str]:
    """What a press of START is refused for."""
    seen = len(story.events)
    table.world.press("start")
    story.go_on(0.3)
    table.world.press("start", pressed=False)
    story.go_on(0.3)
    return [event.text for event in story.events[seen:] if event.kind == "refusal"]


def acknowledge(folder: Path) -> str:
    """As somebody at the command line does it."""
    assert folder != RECORDS_FOLDER
    command = [sys.executable, "-m", "controller.people", "--records", str(folder), "acknowledge", "--by", "A. Turner"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True).stdout


@pytest.mark.req("F59", "SR11", "SR12")
@pytest.mark.parametrize("spoil", [spoil_header, spoil_a_page, spoil_everything, spoil_by_cutting])
def test_records_that_are_damaged_at_power_on_are_kept_aside_and_start_waits_until_somebody_acknowledges_it(
    tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    folder = tmp_path / "records"
    damaged = recorded_then(spoil, folder)
    with evening(folder) as table:
        story = Story(table)
        table.until_records(lambda: bool(table.told))
        (aside,) = kept_aside(folder)
        assert aside.read_bytes() == damaged
        assert table.told == [f"records: damaged records were kept aside as {aside.name}; acknowledge that they are lost"]
        table.step_on()
        table.tap("spotter")
        assert f"{SAYS} {WAY_BACK}" in met_by_start(table, story)
        begin(table)  # even with somebody new in the new file who may start
        story.go_on(10.0)
        assert set(story.modes) == {"IDLE"}
        assert table.world.truth().angle_deg == pytest.approx(-75.0, abs=0.1)
        assert acknowledge(folder) == "1 damaged file acknowledged\n"
        table.until_records(lambda: table.journal.storage_ok)
        story.go_on(1.0)
        assert table.refusals() == set()
        assert met_by_start(table, story) == []
        story.until(Mode.HOLDING)
    assert aside.read_bytes() == damaged
