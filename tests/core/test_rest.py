"""The Pi's count of SR3's rest: where, how long, what keeps it and what loses it."""

from __future__ import annotations

import pytest

from controller.core import rest
from controller.core.limits import Limits
from controller.core.rest import NONE, Rest

LIMITS = Limits()


def rested(angle_deg: float, seconds: float, begin: Rest = NONE, *, still: bool = True, known: bool = True) -> Rest:
    taken = begin
    for _ in range(round(seconds / 0.02) + 1):  # the first tick finds the place
        taken = rest.update(taken, angle_deg, LIMITS, 0.02, known=known, at_rest=still)
    return taken


@pytest.mark.req("SR3")
@pytest.mark.parametrize(
    ("angle_deg", "too_short_s", "enough_s"),
    [(30.0, 11.9, 12.1), (31.9, 11.9, 12.1), (28.1, 11.9, 12.1), (27.9, 9.9, 10.1), (-20.0, 9.9, 10.1)],
)
def test_twelve_seconds_in_the_gate_and_ten_past_it(angle_deg: float, too_short_s: float, enough_s: float) -> None:
    assert not rested(angle_deg, too_short_s).done
    assert rested(angle_deg, enough_s).done


@pytest.mark.req("SR3")
def test_nothing_counts_before_the_gate_or_in_motion_or_without_an_angle() -> None:
    assert not rested(32.1, 60.0).done
    assert not rested(30.0, 60.0, still=False).done
    assert not rested(30.0, 60.0, known=False).done


@pytest.mark.req("SR3")
def test_rest_survives_a_small_drift_and_is_lost_by_a_move() -> None:
    half = rested(30.0, 6.0)
    assert rested(31.9, 6.2, half).done
    assert not rested(27.9, 6.2, half).done


@pytest.mark.req("SR3")
def test_rest_taken_stays_taken_on_the_way_up_and_is_lost_on_the_way_down() -> None:
    taken = rested(30.0, 12.1)
    for angle_deg in (25.0, 10.0, -3.0):
        taken = rest.update(taken, angle_deg, LIMITS, 0.02, known=True, at_rest=False)
        assert taken.done
    assert rest.update(taken, -1.1, LIMITS, 0.02, known=True, at_rest=False).done
    assert not rest.update(taken, -0.4, LIMITS, 0.02, known=True, at_rest=False).done
