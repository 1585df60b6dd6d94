"""Kept fuzzer histories on every test run, a short search beside them; the invariants that judge both notice what is planted."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sim import build
from tests.firmware.fuzz import __main__ as fuzz
from tests.firmware.fuzz.build import TARGETS, replay, replayer

PLANTED = {
    "SR1: an open": ("inputs", "rules.c", "return !in->estop_a_closed || !in->estop_b_closed;", "return !in->estop_a_closed;"),
    "SR2: no more": ("inputs", "budget.c", "board->memory.inverted_ds > BUDGET_MOST_DS", "board->memory.inverted_ds == 6001U"),
    "SR4: half rate": ("inputs", "limits.h", "BOARD_HALF_RATE_CDPS              75", "BOARD_HALF_RATE_CDPS              80"),
    "SR6: no descent": ("inputs", "limits.h", "BOARD_LOCKS_CLOSED_MS           1000U", "BOARD_LOCKS_CLOSED_MS           10U"),
}


@pytest.mark.req("SR1", "SR2", "SR4", "SR5", "SR6", "SR7", "SR11", "SR13")
@pytest.mark.parametrize("target", TARGETS)
def test_no_kept_history_breaks_an_invariant_or_the_language(target: str, tmp_path: Path) -> None:
    done = replay(replayer(target, tmp_path), target)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "histories" in done.stdout


@pytest.mark.parametrize("target", TARGETS)
def test_a_short_search_finds_nothing(target: str, tmp_path: Path) -> None:
    _, found, code, words = fuzz.search(target, 3, tmp_path)
    assert code == 0, words
    assert len(list(found.iterdir())) > 10


@pytest.mark.parametrize("sentence", PLANTED)
def test_a_planted_fault_breaks_the_sentence_about_it(sentence: str, tmp_path: Path) -> None:
    target, name, right, wrong = PLANTED[sentence]
    core = tmp_path / "core"
    shutil.copytree(build.FIRMWARE, core)
    text = (core / name).read_text(encoding="utf-8")
    assert right in text, "the planted change no longer fits the source"
    (core / name).write_text(text.replace(right, wrong), encoding="utf-8")
    done = replay(replayer(target, tmp_path, core=core), target)
    assert done.returncode != 0
    assert sentence in done.stderr
