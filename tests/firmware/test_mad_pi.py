"""A Pi gone mad, a bounded search: no stream of valid commands starts a session, passes a limit, skips the rest or keeps anybody down."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sim.mad_judge import AIMS, Judge
from sim.mad_pi import aims_of, reached, replayed, search
from sim.mad_situations import SITUATIONS, deep, press
from sim.orders import DOWN, HOLD, UP, Order, Pi
from sim.world import World

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
