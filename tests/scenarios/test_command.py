"""`inversion-table-sim scenario`: files and folders, trace, picture and JSON, exit codes, one line for every mistake."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from sim import build
from sim.__main__ import main
from sim.avr.build import shim_library
from sim.trace import COLUMNS

GOOD = 'title = "Nothing happens"\nrules = ["SR12"]\nends_when = "t > 5"\n[routine]\nstart = "never"\n[[expect]]\nstill_after = "0s"\n'
BAD = GOOD + '[[expect]]\nreach = "HOLDING"\n'


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.toml"
    path.write_text(GOOD)
    return path


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    path = tmp_path / "bad.toml"
    path.write_text(BAD)
    return path


def run(*arguments: object) -> int:
    return main(["scenario", *(str(argument) for argument in arguments)])


@pytest.mark.req("SE4")
def test_a_scenario_that_holds_ends_with_0_and_tells_its_story(good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(good) == 0
    told = capsys.readouterr().out
    for part in ("Nothing happens (good, fast)", "phase", "STARTING", "IDLE", "ankle locks closed", "holds", "ok "):
        assert part in told


@pytest.mark.req("SE4")
def test_a_scenario_that_does_not_hold_ends_with_1_and_says_which_line(bad: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(bad) == 1
    assert "FAILS  line 8 reach = HOLDING" in capsys.readouterr().out


@pytest.mark.req("SE4")
def test_a_folder_runs_whole_and_one_failure_fails_it(good: Path, bad: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(good.parent) == 1
    told = capsys.readouterr().out
    assert "1 of 2 runs hold" in told
    bad.unlink()
    assert run(good.parent) == 0


@pytest.mark.req("SE4")
def test_trace_picture_and_json_are_written(good: Path, tmp_path: Path) -> None:
    assert run(good, "--trace", tmp_path / "t.csv", "--plot", tmp_path / "p.png", "--json", tmp_path / "r.json", "--quiet") == 0
    with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file))
    assert tuple(header) == COLUMNS
    assert len(rows) >= 5 * 50
    assert (tmp_path / "p.png").read_bytes().startswith(b"\x89PNG")
    [told] = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert told["ok"] is True
    assert told["modes"] == ["STARTING", "IDLE"]
    assert told["violations"] == []
    assert told["expectations"][0]["ok"] is True


def test_of_several_runs_each_writes_its_own_trace(good: Path, bad: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    run(good, bad, "--trace", out / "t.csv", "--quiet")
    assert {path.name for path in out.iterdir()} == {"t-good-fast.csv", "t-bad-fast.csv"}


def test_the_json_of_the_same_seed_is_the_same_bytes(good: Path, tmp_path: Path) -> None:
    for name in ("a.json", "b.json"):
        assert run(good, "--json", tmp_path / name, "--quiet") == 0
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


def test_a_list_runs_nothing_and_names_rules(good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--list", good) == 0
    told = capsys.readouterr().out
    assert "good" in told
    assert "SR12" in told
    assert "Nothing happens" in told


def test_the_shipped_scenarios_are_listed_without_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--list") == 0
    assert len(capsys.readouterr().out.splitlines()) > 50


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ('title = "t"\nsed = 1\n', 65, "wrong.toml:2: sed: unknown key; did you mean seed?"),
        ("title = ", 65, "wrong.toml:1: is not TOML"),
        (None, 66, "wrong.toml: cannot be read"),
    ],
)
def test_a_mistake_is_one_line_an_exit_code_and_no_run(
    text: str | None, code: int, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "wrong.toml"
    if text is not None:
        path.write_text(text)
    assert run(path) == code
    out, err = capsys.readouterr()
    assert says in err
    assert len(err.splitlines()) == 1
    assert out == ""


def test_an_output_that_cannot_be_written_is_said_before_anything_runs(
    good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(good, "--trace", tmp_path / "nowhere" / "t.csv") == 73
    out, err = capsys.readouterr()
    assert "there is no folder" in err
    assert out == ""


def test_a_depth_nobody_offers_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "fast.toml"
    path.write_text('depth = "fast"\n' + GOOD)
    assert run(path, "--depth", "bus") == 65
    assert "none of the 1 scenarios is for the depth bus" in capsys.readouterr().err


AVR = 'title = "Nothing happens"\nboard = "avr"\nends_when = "t > 1"\n[routine]\nstart = "never"\n[[expect]]\nstill_after = "0s"\n'


@pytest.mark.req("SE2", "SE4")
def test_a_scenario_may_name_the_flashed_binary_and_the_option_overrides_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "flashed.toml"
    path.write_text(AVR)
    assert run(path) == 0
    assert "(flashed, fast, avr)" in capsys.readouterr().out
    assert run(path, "--board", "native", "--json", tmp_path / "r.json") == 0
    assert "(flashed, fast)" in capsys.readouterr().out
    assert json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))[0]["board"] == "native"


def test_without_the_boards_compiler_one_line_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "flashed.toml"
    path.write_text(AVR)
    (tmp_path / "build" / "native").mkdir(parents=True)
    for made in (build.library(), shim_library()):
        shutil.copy(made, tmp_path / "build" / "native")
    monkeypatch.setenv("CC", build.compiler())
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("INVERSION_TABLE_BUILD", str(tmp_path / "build"))
    assert run(path) == 69
    _, err = capsys.readouterr()
    assert "apt-get install gcc-avr avr-libc libsimavr-dev libelf-dev" in err
    assert len(err.splitlines()) == 1
