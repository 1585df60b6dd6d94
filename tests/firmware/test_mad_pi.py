"""A Pi gone mad, a bounded search: no stream of valid commands starts a session, passes a limit, skips the rest or keeps anybody down."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sim.mad_judge import AIMS, Judge
from sim.mad_pi import aims_of, reached, replayed, search
from sim.mad_situations import SITUATIONS, deep, press
from sim.orders import DOWN, HOLD, UP, Order, Pi
from sim.world import World
from tests.firmware.bench import HOLD as STAY
from tests.firmware.bench import UP as RISE
from tests.firmware.bench import Bench, BoardMode, Request
from tests.firmware.bench import Order as Wish

STREAMS = 12
"""For each situation and aim; `python -m sim.mad_pi` is the full measure."""
QUICK = [situation for situation in SITUATIONS if "530" not in situation.name and "88" not in situation.name]


@pytest.mark.req("SR1", "SR3", "SR4", "SR5", "SR11", "SR13")
@pytest.mark.parametrize("situation", QUICK, ids=[situation.name for situation in QUICK])
def test_no_stream_of_valid_commands_breaks_a_rule(situation: object) -> None:
    chosen = next(each for each in SITUATIONS if each is situation)
    world = reached(chosen)
    ready = world.snapshot()
    for aim in aims_of(chosen):
        found = search(world, ready, chosen, aim, STREAMS, seed=3)
        assert found.streams == STREAMS
        assert found.frames > 100 * STREAMS
        assert found.value <= aim.most, found.worst[0]
        assert replayed(chosen, [found.worst[0][1]], "native") == []


@pytest.mark.req("SR2")
def test_with_the_time_nearly_used_no_stream_keeps_the_person_down() -> None:
    """The cruelest by hand: hold, crawl, start dizzy back, trip, for as long as it takes."""
    [situation] = [each for each in SITUATIONS if "530" in each.name]
    world = reached(situation)
    ready = world.snapshot()
    [aim] = [each for each in AIMS if each.rule == "SR2"]
    found = search(world, ready, situation, aim, 4, seed=3)
    assert 535.0 < found.value <= 600.5
    for order in (HOLD, replace(UP, rate_dps=-0.05), Order(request=4, rate_dps=1.5), Order(request=5), Order(request=1, rate_dps=0.0)):
        world.restore(ready)
        pi = Pi(world)
        pi.until(lambda now: now.angle_deg < 0.0, order, within_s=150.0)
        assert pi.now.inverted_s <= 600.0


def test_the_judge_sees_a_skipped_rest_and_a_person_lowered() -> None:
    """A judge that cannot object proves nothing."""
    world = World()
    pi = Pi(world)
    deep(pi)
    judge = Judge(pi.now)
    for angle_deg in (40.0, 33.0, 29.0, 27.0, 45.0):
        judge(pi.now._replace(angle_deg=angle_deg, max_angle_deg=angle_deg, peak_rate_dps=1.5))
    assert judge.missing_rest_s == 10.0
    assert judge.sunk_deg == 15.0


def test_the_searched_streams_do_move_the_table() -> None:
    """The same sender in its right mind goes down and comes up again."""
    pi = Pi(World())
    deep(pi)
    pi.obey(replace(DOWN, lasts_s=4.0))
    assert pi.now.angle_deg > 64.0
    press(pi, "return", UP)
    pi.obey(replace(UP, lasts_s=5.0))
    assert pi.now.angle_deg < 62.0


@pytest.mark.req("SR15", "SR2")
def test_a_stop_that_only_the_pi_asked_for_keeps_nobody_head_down() -> None:
    """80 s without an answer; then at half rate, warned, with the rest, waiting at level, and further trips of the Pi count no more."""
    bench = Bench()
    bench.at(40.0)
    trip = Wish(request=int(Request.TRIP))
    bench.run(40.0, trip)
    assert bench.mode() is BoardMode.FAULT
    bench.until(lambda now: now.board_mode == BoardMode.ASCENT, trip, within_s=42.0)
    judge = Judge(bench.now)
    for _ in range(60):
        bench.run(1.0, trip, watch=judge)
        bench.run(1.0, STAY, watch=judge)
    assert -3.5 < judge.missing_rest_s < -1.5, "ten seconds are the least, twelve are taken"
    assert bench.now.angle_deg == pytest.approx(-3.0, abs=0.6)
    assert bench.peak_rate_dps < 3.05


@pytest.mark.req("SR9", "SR15")
def test_a_stop_that_the_board_found_itself_waits_for_return_however_long() -> None:
    bench = Bench()
    bench.at(40.0)
    bench.world.set_fault("motor_jammed", 1.0)
    bench.run(1.0, RISE)
    assert bench.mode() is BoardMode.FAULT
    bench.run(0.1, Wish(request=int(Request.TRIP)))
    bench.run(90.0, STAY)
    assert bench.mode() is BoardMode.FAULT
    assert not bench.moves
