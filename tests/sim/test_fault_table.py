"""The fault table: a small sample of what `python -m sim.fault_table` does, and that the published tables are whole."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from sim import faults
from sim.fault_cases import Case
from sim.fault_store import About, StoreError, about, opened
from sim.fault_table import DOCUMENT, Plan, campaign, moments, rows_for, table

SEED = 5
FAULTS = ("pot_open", "cable_out", "estop_pressed", "board_hang", "motor_stall")
CATALOGUE = {"pot_open": "STO", "cable_out": "CRTN", "estop_pressed": "STO", "board_hang": "reset", "motor_stall": "STO"}
"""Restated from the catalogue by hand."""


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    found: list[Case] = []
    plan = Plan(rows=tuple(faults.find(name) for name in FAULTS), count=4, seed=SEED, board="native", at_once=2)
    campaign(plan, (), found.append)
    return found


@pytest.mark.req("SE6", "SE5", "SR7", "SR9")
def test_no_monitor_sees_a_rule_broken_and_nobody_stays_down(cases: list[Case]) -> None:
    assert len(cases) == 4 * len(FAULTS)
    assert [case.violations for case in cases if case.violations] == []
    assert [case for case in cases if case.ended.startswith("NOT UP")] == []


@pytest.mark.req("SE6")
def test_the_reaction_of_a_moving_table_is_the_catalogues(cases: list[Case]) -> None:
    moving = [case for case in cases if case.moving]
    assert {case.fault for case in moving} == set(FAULTS)
    assert {(case.fault, case.reaction) for case in moving} == set(CATALOGUE.items())


def test_the_first_moment_is_watched_until_the_person_is_up(cases: list[Case]) -> None:
    assert {case.ended for case in cases[: len(FAULTS)]} <= {"by itself", "RETURN", "lever", "never left"}


def test_a_campaign_goes_on_where_it_was_broken_off_even_in_the_middle_of_a_line(tmp_path: Path) -> None:
    path, plan = tmp_path / "cases.jsonl", Plan(rows=(faults.find("F3"),), count=2, seed=SEED, board="native", at_once=1)
    this = about("native", SEED, 2)
    first: list[Case] = []
    campaign(plan, (), first.append)
    opened(path, this).keep(first[0])
    with path.open("a", encoding="utf-8") as out:
        out.write('{"fault": "pot_op')
    store = opened(path, this)
    assert store.cases == first[:1]
    campaign(plan, tuple(store.cases), store.keep)
    assert opened(path, this).cases == first


@pytest.mark.parametrize("unlike", [{"board": "avr"}, {"seed": 4}, {"moments": 3}, {"program": "world-fast-0.so"}])
def test_cases_of_another_campaign_or_another_program_are_not_mixed_in(unlike: dict[str, object], tmp_path: Path) -> None:
    path, this = tmp_path / "cases.jsonl", about("native", SEED, 2)
    opened(path, this)
    fields = {name: getattr(this, name) for name in About.__slots__}
    with pytest.raises(StoreError, match=r"its cases are of .*name another file"):
        opened(path, About(**{**fields, **unlike}))


def test_a_file_of_something_else_is_refused_in_one_line_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text("a diary\n", encoding="utf-8")
    with pytest.raises(StoreError, match="is not a file of fault cases"):
        opened(path, about("native", SEED, 2))
    assert path.read_text(encoding="utf-8") == "a diary\n"


def test_moments_are_in_order_and_each_once() -> None:
    taken = moments(200, 1, 250.0)
    assert taken == sorted(set(taken))
    assert len(taken) == 200
    assert taken != moments(200, 2, 250.0)


def test_a_broken_rule_and_a_person_left_down_stand_in_the_table(cases: list[Case]) -> None:
    bad = replace(cases[0], violations=("SR3 rest_at_gate at 3.00 s: rises",), ended="NOT UP, 40 deg")
    [*_, row] = table((faults.find(bad.fault),), [bad])
    assert "**SR3 rest_at_gate 1**" in row
    assert "NOT UP 1" in row


@pytest.mark.req("SE6")
def test_the_published_table_has_every_fault() -> None:
    text = DOCUMENT.read_text(encoding="utf-8").split("<!-- faults: native -->")[1].split("<!-- end -->")[0]
    assert re.findall(r"^\| (F\d+) ", text, re.M) == [row.id for row in rows_for("native")]
