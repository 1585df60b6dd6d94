"""The lateness histogram counts every tick once, and its verdict is the design's budget."""

from __future__ import annotations

import pytest

from sim import lateness


def found(*late_ms: float, trips: tuple[str, ...] = ()) -> lateness.Found:
    return lateness.Found(late_ms=[*late_ms], trips=[*trips])


def test_every_tick_stands_in_one_range_of_the_histogram() -> None:
    lines = lateness.histogram(found(0.0, 0.05, 0.1, 4.9, 5.0, 25.0))
    counts = [int(line.split()[-2]) for line in lines[:9]]
    assert counts == [2, 1, 0, 0, 0, 1, 1, 0, 1]


@pytest.mark.parametrize(
    ("late", "held"),
    [
        (found(*[0.1] * 1999, 9.9), True),
        (found(*[0.1] * 1999, 10.1), False),
        (found(*[0.1] * 996, 5.1, 5.1, 5.1, 5.1), False),
        (found(0.1, trips=("pi_late: late",)), False),
    ],
)
def test_the_budget_is_five_ms_for_all_but_one_in_a_thousand_ten_for_the_worst_and_no_trip(late: lateness.Found, held: bool) -> None:
    assert late.held is held


def test_two_seconds_of_the_loop_are_a_hundred_ticks_at_the_wall_clocks_pace() -> None:
    run = lateness.run(2.0)
    assert len(run.late_ms) == 100
    assert all(late_ms >= 0.0 for late_ms in run.late_ms)
