"""Every rule that refuses START is shown by a shipped scenario, in which START meets its words; or it is said here why none can."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from controller.core import refusals
from controller.core.model import Refusal
from controller.programme.refusal_rules import REFUSALS, every_name, rule_of
from sim.scenario import Scenario
from sim.scenario_loader import load_scenario
from tests.hygiene.sources import ROOT

FOLDER = ROOT / "sim/scenarios"

NOT_A_SCENARIO: dict[str, str] = {
    # a refusal of the programme: why no scenario shows it, and which test does
    "not_recorded_yet": "a scenario has no records to wait for: tests/therapy/test_evening.py",
    "nothing_fits": "every ceiling of the settings leaves the first session: tests/programme/test_refusals.py",
}
NOT_BY_A_PRESS: dict[str, str] = {
    # an interlock of the core: why START cannot meet it in a scenario, and which test shows that it refuses
    "Not at upright rest.": "the table does not stand idle away from upright rest, it comes up: tests/core/test_refusals_rows.py",
    "RETURN is held or stuck.": "START beside RETURN is two buttons at once, and no press: tests/core/test_refusals_rows.py",
    "The inverted time of the last session has not cleared.": "RELEASE lasts until it has: tests/core/test_refusals_rows.py",
    "The drive board still finishes a return.": "the table is not idle until it has: tests/core/test_refusals_rows.py",
}


@cache
def scenarios() -> tuple[Scenario, ...]:
    return tuple(load_scenario(path) for path in sorted(FOLDER.rglob("*.toml")))


def expects(scenario: Scenario, refusal: Refusal) -> bool:
    """Whether it expects START to meet this, by words of its own."""
    said = f"{refusal.says} {refusal.way_back}".lower()
    return any(
        expect.check == "refused" and expect.value == refusal.rule and str(expect.extras.get("says", "-")).lower() in said
        for expect in scenario.expects
    )


def shown_by_the_programme() -> set[str]:
    """Names of the programme's refusals that some scenario's person has and START meets."""
    asked = [(scenario, scenario.permission) for scenario in scenarios() if scenario.permission is not None]
    return {refusal.name for scenario, permission in asked for refusal in permission.refusals if expects(scenario, refusal)}


@pytest.mark.req("SR11", "SE4", "TP1", "TP2", "TP3", "TP4", "TP5", "TP6", "TP9", "TP11", "TP12", "TP15")
@pytest.mark.parametrize("name", tuple(every_name()))
def test_each_refusal_of_the_programme_is_met_by_start_in_a_scenario(name: str) -> None:
    shown = shown_by_the_programme()
    found = {each for each in shown if each == name or (name.endswith("_") and each.startswith(name))}
    assert bool(found) is not (name in NOT_A_SCENARIO), f"{name}: {'no longer needs an excuse' if found else 'no scenario shows it'}"


@pytest.mark.req("SR11", "SE4", "TP9", "TP11")
def test_a_family_is_shown_by_each_rule_that_its_members_give() -> None:
    given = {
        (refusal.rule, row.name)
        for scenario in scenarios()
        if scenario.permission is not None
        for refusal in scenario.permission.refusals
        if expects(scenario, refusal) and (row := rule_of(refusal.name)) is not None
    }
    blocked = next(row for row in REFUSALS if row.name == "blocked_")
    assert {(rule, "blocked_") for rule in blocked.rules} <= given


@pytest.mark.req("SR11", "SE4", "SR1", "SR6", "SR8", "SR10", "SR16", "TP8", "PU6")
@pytest.mark.parametrize(
    "refusal",
    [*(row.refusal for row in refusals.INTERLOCKS), *refusals.BUSY, *refusals.STARTING],
    ids=lambda refusal: refusal.says[:40],
)
def test_each_interlock_of_the_core_is_met_by_start_in_a_scenario(refusal: Refusal) -> None:
    found = [scenario.name for scenario in scenarios() if expects(scenario, refusal)]
    excuse = NOT_BY_A_PRESS.get(refusal.says)
    assert bool(found) is not bool(excuse), f"{refusal.says} {found or 'no scenario shows it'}"


def test_every_excuse_names_a_test_that_is_there() -> None:
    for excuse in (*NOT_A_SCENARIO.values(), *NOT_BY_A_PRESS.values()):
        assert (ROOT / Path(excuse.rsplit(": ", 1)[1])).exists()
