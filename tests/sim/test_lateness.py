"""The lateness histogram counts every tick once, and its verdict is the design's budget."""

from __future__ import annotations

import os
import signal

import pytest

from controller.core.limits import Limits
from controller.programme.protocols import builtin_protocols
from hardware.clock import MonotonicClock
from sim import lateness
from sim.desk import Desk


def found(*late_ms: float, trips: tuple[str, ...] = (), stood: tuple[lateness.Stood, ...] = ()) -> lateness.Found:
    """Ticks that were due at 0.02 s, 0.04 s and so on."""
    due_s = [0.02 * (number + 1) for number in range(len(late_ms))]
    return lateness.Found(due_s=due_s, late_ms=[*late_ms], took_ms=[1.5] * len(due_s), trips=[*trips], stood=[*stood])


def test_every_tick_stands_in_one_range_of_the_histogram_and_once_more_without_what_the_core_stood_still() -> None:
    lines = lateness.histogram(found(0.0, 0.05, 0.1, 4.9, 5.0, 25.0, stood=((0.119, 0.144),)))
    counts = [(int(line.split()[-3]), int(line.split()[-1])) for line in lines[1:10]]
    assert counts == [(2, 2), (1, 1), (0, 0), (0, 0), (0, 1), (1, 1), (1, 1), (0, 0), (1, 0)]


def test_the_latest_ticks_are_named_with_when_and_what_went_before() -> None:
    lines = lateness.histogram(found(0.0, 0.0, 12.5, 0.0, stood=((0.06, 0.07),)))
    assert "at 0.04 s 12.50 ms late, of which the core stood still 10.00; the tick before took 1.50 ms" in lines


@pytest.mark.parametrize(
    ("stood", "own_ms"),
    [
        ((), 10.0),
        (((0.0, 0.02),), 10.0),  # it ran again before the tick was due
        (((0.015, 0.025),), 5.0),
        (((0.021, 0.022), (0.023, 0.025)), 7.0),
        (((0.029, 0.04),), 9.0),
        (((0.03, 0.04),), 10.0),  # it stood still after the tick had begun
        (((0.01, 0.05),), 0.0),
    ],
)
def test_only_what_the_core_stood_still_between_due_and_begun_is_taken_off(stood: tuple[lateness.Stood, ...], own_ms: float) -> None:
    assert found(10.0, stood=stood).own_ms() == [pytest.approx(own_ms)]


def test_a_witness_that_cannot_run_for_fifty_ms_says_from_when_to_when() -> None:
    clock, stood = MonotonicClock(), list[lateness.Stood]()
    with lateness.witnessed(stood) as witness:
        kept_s = clock.now_s()
        os.kill(witness, signal.SIGSTOP)
        clock.sleep_until(kept_s + 0.06)
        os.kill(witness, signal.SIGCONT)
        clock.sleep_until(kept_s + 0.1)
    granted = os.geteuid() == 0
    around = [start for start, end in stood if start <= kept_s + 0.002 and end >= kept_s + 0.05]
    assert len(around) == granted


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
    run = lateness.run(Desk(list(builtin_protocols(Limits())), Limits(), depth="bus"), 2.0)
    assert len(run.late_ms) == 100
    assert all(late_ms >= 0.0 for late_ms in run.late_ms)
