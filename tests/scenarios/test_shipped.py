"""Every shipped scenario holds its expectations and all monitors, fast; a chosen set runs at the bus as well."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.cli import SHIPPED
from sim.runner import run_scenario
from sim.scenario_loader import find_scenarios, load_scenario

FILES = [path for path in find_scenarios([SHIPPED]) if path.parent.name != "incidents"]  # tests/incidents runs those
AT_THE_BUS = (
    "first",
    "week_1",
    "week_3",
    "week_5",
    "sr01_estop_in_a_descent",
    "sr06_lock_opens_in_the_descent",
    "sr08_imu_stuck",
    "pi_restarts",
)
"""The whole sessions, and one for each driver: the handset, the emergency stop, the locks, the IMU, the link."""


def ids(paths: list[Path]) -> list[str]:
    return [path.stem for path in paths]


@pytest.mark.req("SE4", "SE5")
@pytest.mark.parametrize("path", FILES, ids=ids(FILES))
def test_a_shipped_scenario_holds(path: Path) -> None:
    scenario = load_scenario(path)
    result = run_scenario(scenario, depth=scenario.depths[0])
    assert result.failures() == []


BUS_FILES = [path for path in FILES if path.stem in AT_THE_BUS]


@pytest.mark.req("SE2", "SE4", "SE5")
@pytest.mark.parametrize("path", BUS_FILES, ids=ids(BUS_FILES))
def test_a_shipped_scenario_holds_and_tells_the_same_story_with_the_real_drivers(path: Path) -> None:
    scenario = load_scenario(path)
    result = run_scenario(scenario, depth="bus")
    assert result.failures() == []
    assert result.modes == run_scenario(scenario, depth="fast").modes


@pytest.mark.req("SE4")
def test_every_rule_and_every_way_to_end_has_a_scenario() -> None:
    shown = {rule for path in find_scenarios([SHIPPED]) for rule in load_scenario(path).rules}
    assert {f"SR{number}" for number in range(1, 17)} <= shown
    assert len(ids(BUS_FILES)) == len(AT_THE_BUS)
