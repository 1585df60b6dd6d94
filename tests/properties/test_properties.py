"""The five properties over random histories of the whole stack, the same ones in every run of the tests.

New ones, and many more: python -m tests.properties.long --examples N --seed S.  What it finds is kept in test_found.py.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings

from tests.properties.properties import PROPERTIES

STOPS, UP, PAST, SKIPPED, ALONE = (PROPERTIES[name] for name in ("stops", "up", "past", "skipped", "alone"))
few = {
    name: settings(max_examples=it.examples, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    for name, it in PROPERTIES.items()
}


@pytest.mark.req("SR1", "SR13")
@few["stops"]
@given(STOPS.draw)
def test_the_emergency_stop_stops_from_any_state_and_nothing_but_a_held_return_moves_afterwards(drawn: Any) -> None:
    note(str(drawn[0]))
    STOPS.judge(drawn)


@pytest.mark.req("SR3", "SR7", "SR8", "SR10", "SR13", "SR14", "SR15")
@few["up"]
@given(UP.draw)
def test_from_any_state_the_person_can_come_up_or_help_is_called(drawn: Any) -> None:
    note(str(drawn[0]))
    UP.judge(drawn)


@pytest.mark.req("SR2", "SR4", "SR5")
@few["past"]
@given(PAST.draw)
def test_no_history_takes_the_table_past_angle_rate_acceleration_or_time(drawn: Any) -> None:
    note(str(drawn))
    PAST.judge(drawn)


@pytest.mark.req("SR3", "SR12")
@few["skipped"]
@given(SKIPPED.draw)
def test_no_pi_however_mad_brings_anybody_up_without_the_rest(drawn: Any) -> None:
    note(str(drawn))
    SKIPPED.judge(drawn)


@pytest.mark.req("SR11", "SR12", "TP10")
@few["alone"]
@given(ALONE.draw)
def test_upright_rest_is_left_only_for_a_fresh_start_with_every_interlock_good(drawn: Any) -> None:
    note(str(drawn))
    ALONE.judge(drawn)
