"""Same seed, same calls, same bytes: of the whole world, every millisecond, and after going back to a snapshot."""

from __future__ import annotations

import pytest

from controller.core.wire import Request
from sim.faults import FAULTS
from sim.world import World
from tests.sim.hand import Hand, descending


def world_bytes(seed: int) -> bytes:
    hand = descending(seed, angle_deg=-70.0)
    hand.world.inject("pot_noise")
    hand.world.inject("frame_corrupted")
    hand.ticks(100, Request.FOLLOW, 1.5)
    hand.world.estop()
    hand.ticks(50)
    return hand.world.snapshot().data


@pytest.mark.req("SE3")
def test_the_same_seed_twice_gives_the_same_world_to_the_byte() -> None:
    assert world_bytes(11) == world_bytes(11)


@pytest.mark.req("SE3")
def test_another_seed_gives_another_world() -> None:
    assert world_bytes(11) != world_bytes(12)


@pytest.mark.req("SE3")
def test_a_world_taken_back_to_its_snapshot_lives_through_the_same_again() -> None:
    hand = descending(3, angle_deg=-72.0)
    hand.world.inject("weight_shift")
    before = hand.world.snapshot()
    hand.ticks(100, Request.FOLLOW, 1.5)
    first = hand.world.snapshot()
    hand.world.clear("weight_shift")
    hand.world.restore(before)
    assert hand.world.active_faults == ("weight_shift",)
    hand.ticks(100, Request.FOLLOW, 1.5)
    assert hand.world.snapshot().data == first.data


@pytest.mark.req("SE3")
def test_how_the_milliseconds_are_grouped_changes_nothing() -> None:
    one, many = World(5), World(5)
    one.run_ms(1000)
    for _ in range(250):
        many.run_ms(4)
    assert one.snapshot().data == many.snapshot().data


@pytest.mark.req("SE3")
def test_looking_at_the_truth_or_the_sensors_changes_no_physics() -> None:
    watched, alone = World(5), World(5)
    hand = Hand(watched)
    alone.open_port(raw=False)
    for _ in range(200):
        watched.run_ms(5)
        hand.machine.sense()
        watched.imu_sample()
        watched.instruments()
        alone.run_ms(5)
    assert watched.snapshot().data == alone.snapshot().data


@pytest.mark.req("SE1")
def test_a_session_on_the_undefined_behaviour_sanitiser_is_the_same_session() -> None:
    """UBSan stops the process at the first overflow, bad shift or misaligned read in physics or board code."""
    angles = []
    for sanitised in (False, True):
        hand = Hand(World(4, sanitised=sanitised))
        hand.start()
        hand.ticks(200, Request.FOLLOW, 1.5)
        hand.world.reset_board(4)
        hand.ticks(50)
        angles.append(hand.world.truth())
    assert angles[0] == angles[1]


@pytest.mark.req("SE6")
@pytest.mark.parametrize("name", sorted(row.name for row in FAULTS if row.simulated))
def test_no_fault_leads_into_undefined_behaviour(name: str) -> None:
    """On the sanitiser: an overflow or bad conversion anywhere ends the process."""
    hand = Hand(World(4, sanitised=True, angle_deg=20.0))
    hand.ticks(3)
    hand.world.inject(name)
    hand.ticks(15, Request.RETURN_UP, -1.5)
    assert hand.world.now_ms >= 360
