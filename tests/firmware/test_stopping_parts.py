"""The speeds that are looked up: none from which the table could not stop (SR3 to SR5)."""

from __future__ import annotations

from math import sqrt

import pytest

from tests.firmware.parts import Parts


@pytest.mark.req("SR3", "SR4", "SR5")
@pytest.mark.parametrize("way", range(421))
def test_a_looked_up_speed_is_a_crawl_or_stops_within_its_way_at_one_degree_a_second_squared(way: int) -> None:
    """By hand: the root of twice the way and 1 deg/s2; the first 16 hundredths of a degree lead to a crawl of 0.2 deg/s, not to nothing."""
    most, straight = sqrt(200.0 * way), 20.0 + 2.25 * way
    found = Parts().lib.stopping_cdps(way)
    assert found <= (straight if way < 16 else most)
    assert found > (straight if way < 16 else most) - 3.5
