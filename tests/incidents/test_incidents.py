"""The incident suite (SE7): published accidents and recalls as scenarios; each must end well, at both depths where both are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.cli import SHIPPED
from sim.runner import run_scenario
from sim.scenario_loader import find_scenarios, load_scenario

FILES = find_scenarios([SHIPPED / "incidents"])
PUBLISHED = {
    "trapped_inverted_alone",
    "ankle_clamp_releases",
    "angle_strap_not_attached",
    "stop_out_of_reach",
    "damaged_handset_tilts",
    "frozen_imu",
    "host_dies_at_its_last_speed",
    "resume_with_a_jerk",
    "software_fights_the_stop",
}


def test_no_published_incident_is_missing() -> None:
    assert {path.stem for path in FILES} == PUBLISHED


@pytest.mark.req("SE7")
@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_an_incident_cannot_happen_here(path: Path) -> None:
    scenario = load_scenario(path)
    assert "SE7" in scenario.rules
    assert scenario.about != "-"
    assert run_scenario(scenario, depth="fast").failures() == []
