"""Leaving upright rest, how far and how fast: the board's half of the start interlocks and its limits (SR4, SR5, SR6, SR10, SR11, SR16)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.firmware.bench import DOWN, HALF, HOLD, SESSION, Bench, BoardMode, BoardReason, Order, Request, StatusFlag


def leaves(bench: Bench, order: Order = DOWN) -> bool:
    bench.run(1.5, order)
    return bench.now.angle_deg > -74.6


@pytest.mark.req("SR11")
def test_a_fresh_start_with_everything_good_leaves_upright_rest() -> None:
    bench = Bench()
    bench.lie_down()
    bench.press("start")
    assert leaves(bench)
    assert bench.shows(StatusFlag.SESSION_OPEN)


def nothing(_bench: Bench) -> None:
    """START is all that is missing."""


def start(bench: Bench) -> None:
    bench.press("start")


def late(bench: Bench) -> None:
    bench.press("start")
    bench.run(5.0, HOLD)


def lock_open(bench: Bench) -> None:
    bench.world.set_ankle("left", closed=False)
    bench.run(0.3)
    bench.press("start")


def lock_too_young(bench: Bench) -> None:
    bench.world.set_ankle("left", closed=False)
    bench.run(0.3)
    bench.world.press("start")
    bench.world.set_ankle("left", closed=True)
    bench.run(0.1)
    bench.world.press("start", pressed=False)
    bench.run(0.06, DOWN)


def on_battery(bench: Bench) -> None:
    bench.world.set_mains(False)
    bench.run(0.3)
    bench.press("start")


def lever(bench: Bench) -> None:
    bench.world.stuck("release", 2)
    bench.press("start")


def after_a_trip(bench: Bench) -> None:
    bench.run(0.1, Order(request=int(Request.TRIP)))
    bench.press("start")


def start_held_for_ever(bench: Bench) -> None:
    bench.world.press("start")
    bench.world.reset_board()
    bench.run(1.0)


def both_wires_open_at_the_down_stop(bench: Bench) -> None:
    bench.world.set_fault("end_stop_down", 1.0)
    bench.run(0.2)
    bench.press("start")


def the_up_wire_is_open(bench: Bench) -> None:
    bench.world.set_fault("end_stop_up", 1.0)
    bench.run(0.2)
    bench.press("start")


MISSING: tuple[Callable[[Bench], None], ...] = (
    nothing,
    late,
    lock_open,
    on_battery,
    lever,
    after_a_trip,
    start_held_for_ever,
    both_wires_open_at_the_down_stop,
    the_up_wire_is_open,
)


@pytest.mark.req("SR11", "SR6", "SR10", "SR9", "PU6", "SR5")
@pytest.mark.parametrize("prepare", MISSING, ids=lambda prepare: prepare.__name__)
def test_upright_rest_is_not_left_with_one_thing_missing(prepare: Callable[[Bench], None]) -> None:
    bench = Bench()
    bench.lie_down()
    prepare(bench)
    assert not leaves(bench), bench.story()


@pytest.mark.req("SR6")
def test_locks_must_have_been_closed_for_a_second_before_the_table_leaves() -> None:
    bench = Bench()
    bench.lie_down()
    lock_too_young(bench)
    bench.run(0.6, DOWN)
    assert not bench.moves
    bench.run(1.5, DOWN)
    assert bench.moves


@pytest.mark.req("SR11", "SR12")
def test_the_pis_word_alone_moves_nothing_and_is_told_so() -> None:
    bench = Bench()
    bench.lie_down()
    assert not leaves(bench)
    assert bench.says(BoardReason.NOT_STARTED)


@pytest.mark.req("SR11")
def test_a_start_without_the_pis_word_moves_nothing() -> None:
    bench = Bench()
    bench.lie_down()
    bench.press("start")
    assert not leaves(bench, Order(request=int(Request.FOLLOW), rate_dps=1.5, flags=0))


@pytest.mark.req("SR10", "SR11")
def test_a_battery_below_two_returns_refuses_start() -> None:
    bench = Bench()
    bench.lie_down()
    bench._lib.world_table(bench._native).mains_v = 22.5
    bench.run(1.0)
    assert bench.says(BoardReason.BATTERY_LOW)
    bench.press("start")
    assert not leaves(bench)


@pytest.mark.req("SR11", "PU6")
def test_a_start_button_stuck_since_reset_is_told_and_never_counts() -> None:
    bench = Bench()
    bench.world.press("start")
    bench.world.close_ankles()
    bench.world.reset_board()
    bench.run(2.0)
    assert bench.says(BoardReason.BUTTON_STUCK)
    assert not leaves(bench)


@pytest.mark.req("SR5")
@pytest.mark.parametrize("permitted_deg", [15.0, 45.0, 90.0])
def test_no_command_passes_the_least_permitted_angle_heard_in_the_session(permitted_deg: float) -> None:
    bench = Bench()
    bench.start()
    bench.run(1.0, Order(request=int(Request.FOLLOW), rate_dps=3.0, permitted_deg=permitted_deg))
    for _ in range(8):
        bench.run(9.0, Order(request=int(Request.FOLLOW), rate_dps=3.0, permitted_deg=90.0))
        bench.press("ok")
    assert permitted_deg - 1.0 < bench.max_angle_deg < permitted_deg + 0.3


@pytest.mark.req("SR5")
def test_a_ceiling_lowered_under_the_person_brings_them_up() -> None:
    bench = Bench()
    bench.at(20.0)
    bench.run(13.0)
    lower = Order(permitted_deg=17.0)
    bench.run(5.0, lower)
    assert bench.says(BoardReason.PAST_LIMIT)
    assert bench.now.rate_dps < -1.0


@pytest.mark.req("SR4")
@pytest.mark.parametrize("rate_dps", [0.3, 1.5, 3.0])
def test_rate_and_acceleration_stay_within_the_limits_in_both_directions(rate_dps: float) -> None:
    bench = Bench()
    bench.start()
    down = Order(request=int(Request.FOLLOW), rate_dps=rate_dps)
    up = Order(request=int(Request.RETURN_UP), rate_dps=-rate_dps)
    seen: list[tuple[float, float]] = []
    for order in (down, HOLD, up, HOLD):
        bench.run(5.0, order, watch=lambda now: seen.append((now.now_s, now.rate_dps)))
    changes = [abs(after[1] - before[1]) / (after[0] - before[0]) for before, after in zip(seen, seen[5:], strict=False)]
    assert max(abs(rate) for _, rate in seen) < 3.0
    assert max(changes) < 3.3


@pytest.mark.req("SR4")
def test_half_rate_is_three_quarters_of_a_degree_a_second() -> None:
    bench = Bench()
    bench.at(60.0)
    bench.peak_rate_dps = 0.0
    bench.run(6.0, Order(request=int(Request.RETURN_UP), rate_dps=-3.0, flags=SESSION | HALF))
    assert 0.7 < bench.peak_rate_dps < 0.85


@pytest.mark.req("SR5")
def test_upright_rest_is_reached_and_not_passed() -> None:
    bench = Bench()
    bench.at(10.0)
    bench.press("return")
    bench.until(lambda _now: bench.upright(), HOLD, within_s=90.0)
    bench.run(2.0)
    assert -75.3 < bench.now.angle_deg < -74.5
    assert not bench.shows(StatusFlag.SESSION_OPEN)
    assert not bench.shows(StatusFlag.RETURNING)
    assert bench.mode() is BoardMode.BRAKED


@pytest.mark.req("SR16")
@pytest.mark.parametrize(("brake", "held"), [(1.0, True), (0.3, False)])
def test_the_brake_test_pushes_against_the_set_brake_and_tells_a_weak_one(brake: float, held: bool) -> None:
    bench = Bench()
    bench.lie_down()
    bench.world.set_fault("brake_factor", brake)
    bench.press("start")
    bench.run(1.0, Order(request=int(Request.TEST_BRAKE)))
    assert bench.shows(StatusFlag.BRAKE_TESTED)
    assert bench.shows(StatusFlag.BRAKE_HELD) == held
    assert bench.now.angle_deg < -74.0


@pytest.mark.req("SR16")
def test_the_brake_test_needs_a_start_and_upright_rest() -> None:
    bench = Bench()
    bench.lie_down()
    bench.run(1.0, Order(request=int(Request.TEST_BRAKE)))
    assert not bench.shows(StatusFlag.BRAKE_TESTED)
    assert bench.now.duty == 0
