"""What the bench says of campaigns, memory and a start is measured on the real thing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sim import bench, bench_rates, faults
from sim.desk import Desk


def five_minutes(look: Callable[[Desk], None]) -> None:
    bench.session(1, "fast", for_s=90.0, look=look)


@pytest.mark.req("SE6")
def test_injections_are_made_into_a_session_under_way_and_a_million_an_hour_are_in_reach() -> None:
    assert bench_rates.injections_an_hour(200, five_minutes) > 1_000_000


@pytest.mark.req("SE6")
def test_sessions_with_a_fault_are_whole_ones_forked_where_the_fault_comes() -> None:
    assert bench_rates.fault_sessions_an_hour(1) > 1_000


def test_the_faults_injected_at_board_level_are_those_of_the_board() -> None:
    rows = [row.name for row in faults.FAULTS if bench_rates.on_the_board(row)]
    assert {"pot_open", "motor_stall", "cable_out"} <= set(rows)
    assert not {"service_crash", "disk_full"} & set(rows)
    assert len(rows) >= 40


LEAK_BYTES = 64 * 2**20
"""More than an allocator keeps back from what others have freed: it always comes from the system."""


def test_memory_that_grows_is_seen() -> None:
    kept: list[bytearray] = []

    def leaks(look: Callable[[Desk], None], until_s: float) -> None:
        def look_and_leak(desk: Desk) -> None:
            look(desk)
            if desk.now_s >= 600.0 and not kept:
                kept.append(bytearray(b"x") * LEAK_BYTES)

        bench.session(1, "fast", for_s=until_s, look=look_and_leak)

    early_mb, late_mb = bench_rates.memory_mb(600.2, leaks)
    assert late_mb - early_mb > 50.0


@pytest.mark.req("SR13")
def test_the_service_starts_in_its_time_and_memory() -> None:
    spent_s, most_mb = bench_rates.start_cost()
    assert 0.05 < spent_s <= 1.5
    assert 10.0 < most_mb <= 80.0
