"""Pictures from the command line, of a session that really ran and was really recorded."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from controller.people.__main__ import main
from tests.therapy.evening import evening
from tests.therapy.test_evening import NOBODY, known_session


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The records after ada's first session."""
    records = tmp_path_factory.mktemp("pictures") / "records"
    with evening(records) as table:
        table.prepare()
        table.until_records(lambda: table.journal.known is not None and NOBODY not in table.refusals())
        table.step_on()
        table.session()
        table.until_records(lambda: known_session(table, 1))
    return records


@pytest.mark.req("PU4")
@pytest.mark.parametrize("what", ["progress", "session", "events"])
@pytest.mark.parametrize("ending", [".png", ".svg"])
def test_a_picture_is_drawn_that_only_its_owner_sees(folder: Path, tmp_path: Path, what: str, ending: str) -> None:
    path = tmp_path / f"drawn{ending}"
    assert main(["--records", str(folder), "draw", "ada", what, "--to", str(path)]) == 0
    data = path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert data.startswith(b"\x89PNG\r\n\x1a\n" if ending == ".png" else b"<?xml")
    assert len(data) > 5_000


@pytest.mark.req("PU4")
def test_the_figures_of_a_session_are_those_of_the_table(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--records", str(folder), "--json", "draw", "ada", "session"]) == 0
    found = json.loads(capsys.readouterr().out)
    modes = [phase["mode"] for phase in found["phases"]]
    assert modes[:3] == ["PROOF_TEST", "DESCENDING", "HOLDING"]
    holding = next(phase for phase in found["phases"] if phase["mode"] == "HOLDING")
    assert holding["deepest_deg"] == pytest.approx(15.0, abs=1.0)
    assert holding["lasted_s"] == pytest.approx(30.0, abs=1.0)


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("draw", "ada", "progress"), 2, "draw: say where --to, or ask for the figures with --json"),
        (("draw", "ada", "progress", "--to", "x.gif"), 2, "--to x.gif: ends in .gif; .png or .svg would be right"),
        (("draw", "ada", "session", "--session", "7", "--to", "x.png"), 2, "ada: there is no session 7; there are: 1 to 1"),
    ],
)
def test_what_cannot_be_drawn_is_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], code: int, says: str
) -> None:
    assert main(["--records", str(folder), *arguments]) == code
    assert capsys.readouterr().err == f"inversion-table-people: {says}\n"
