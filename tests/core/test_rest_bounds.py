"""SR3's rest at exactly its bounds: where it counts, how much, what keeps it and what loses it."""

from __future__ import annotations

import pytest

from controller.core import rest
from controller.core.limits import Limits
from controller.core.rest import NONE, Rest

LIMITS = Limits()
LONGER = Limits(rest_s=15.0)


def tick(taken: Rest, angle_deg: float, *, known: bool = True, at_rest: bool = True, seconds: float = 1.0, limits: Limits = LIMITS) -> Rest:
    return rest.update(taken, angle_deg, limits, seconds, known=known, at_rest=at_rest)


def at(place_deg: float, counted_s: float) -> Rest:
    return Rest(place_deg=place_deg, counted_s=counted_s)


@pytest.mark.req("SR3")
def test_twelve_seconds_from_28_degrees_on_and_ten_below() -> None:
    assert rest.due_s(32.0, LIMITS) == rest.due_s(28.0, LIMITS) == 12.0
    assert rest.due_s(27.99, LIMITS) == rest.due_s(-70.0, LIMITS) == 10.0
    assert rest.due_s(30.0, LONGER) == 15.0


@pytest.mark.req("SR3")
def test_rest_may_be_taken_up_to_32_degrees() -> None:
    assert rest.may_rest(32.0, LIMITS)
    assert not rest.may_rest(32.01, LIMITS)


@pytest.mark.req("SR3")
def test_what_was_counted_belongs_to_a_place_two_degrees_wide_on_either_side() -> None:
    taken = at(20.0, 5.0)
    assert rest.counted_s(taken, 22.0, LIMITS) == rest.counted_s(taken, 18.0, LIMITS) == 5.0
    assert rest.counted_s(taken, 22.01, LIMITS) == rest.counted_s(taken, 17.99, LIMITS) == 0.0
    assert rest.counted_s(NONE, 30.0, LIMITS) == 0.0


@pytest.mark.req("SR3")
def test_the_first_tick_finds_the_place_and_the_next_ones_count() -> None:
    first = tick(NONE, 30.0)
    assert first == at(30.0, 0.0)
    assert tick(first, 31.0) == Rest(place_deg=30.0, counted_s=1.0, done=False, highest_deg=31.0)


@pytest.mark.req("SR3")
@pytest.mark.parametrize(("angle_deg", "nearly_s", "enough_s"), [(30.0, 10.5, 11.0), (28.0, 10.5, 11.0), (27.0, 8.5, 9.0)])
def test_rest_is_done_at_exactly_its_length(angle_deg: float, nearly_s: float, enough_s: float) -> None:
    assert not tick(at(angle_deg, nearly_s), angle_deg).done
    done = tick(at(angle_deg, enough_s), angle_deg)
    assert done.done
    assert (done.place_deg, done.counted_s, done.highest_deg) == (angle_deg, enough_s + 1.0, angle_deg)


@pytest.mark.req("SR3", "SR8")
def test_without_an_angle_nothing_changes() -> None:
    for taken in (NONE, at(30.0, 5.0), Rest(place_deg=30.0, counted_s=12.0, done=True, highest_deg=30.0)):
        assert tick(taken, 80.0, known=False) == taken


@pytest.mark.req("SR3")
def test_moving_within_the_place_keeps_the_count_and_leaving_it_loses_it() -> None:
    taken = at(30.0, 5.0)
    assert tick(taken, 32.0, at_rest=False) == taken
    assert tick(taken, 28.0, at_rest=False) == taken
    assert tick(taken, 32.01, at_rest=False) == NONE
    assert tick(taken, 27.99, at_rest=False) == NONE
    assert tick(NONE, 60.0, at_rest=False) is NONE


@pytest.mark.req("SR3")
def test_standing_a_little_before_the_gate_keeps_what_was_counted_but_counts_nothing() -> None:
    assert tick(at(31.5, 5.0), 33.0) == at(31.5, 5.0)
    assert tick(at(30.0, 5.0), 33.0) == NONE
    assert tick(NONE, 33.0) == NONE


@pytest.mark.req("SR3")
def test_standing_at_another_place_begins_anew_there() -> None:
    assert tick(at(30.0, 11.5), 32.0).counted_s == 12.5
    assert tick(at(30.0, 11.5), 27.9) == at(27.9, 0.0)
    assert tick(at(29.0, 11.5), 31.5) == at(31.5, 0.0)


DONE = Rest(place_deg=30.0, counted_s=12.0, done=True, highest_deg=30.0)


@pytest.mark.req("SR3")
@pytest.mark.parametrize("at_rest", [True, False])
def test_rest_taken_is_lost_more_than_two_degrees_further_down(at_rest: bool) -> None:
    assert tick(DONE, 32.0, at_rest=at_rest) is DONE
    assert tick(DONE, 32.01, at_rest=at_rest) == NONE


@pytest.mark.req("SR3")
def test_rest_taken_follows_the_person_up_in_half_degree_steps() -> None:
    assert tick(DONE, 29.5) is DONE
    up = tick(DONE, 29.49)
    assert up == Rest(place_deg=30.0, counted_s=12.0, done=True, highest_deg=29.49)
    further = tick(up, 10.0, at_rest=False)
    assert further.highest_deg == 10.0
    assert tick(further, 12.0, at_rest=False).done
    assert not tick(further, 12.1, at_rest=False).done


def test_nothing_has_been_counted_nowhere_at_first() -> None:
    assert Rest(place_deg=999.0, counted_s=0.0, done=False, highest_deg=999.0) == NONE
