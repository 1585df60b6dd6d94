"""While the service starts, what has not been read yet is no news; what is still broken afterwards is told once."""

from __future__ import annotations

import pytest

from controller.core.model import Event, Mode
from controller.core.wire import BoardReason
from tests.core.ideal import Ideal


def told(world: Ideal, *kinds: str) -> list[Event]:
    return [event for event in world.seen if event.kind in kinds]


@pytest.mark.req("PU2")
def test_a_healthy_start_tells_no_reason_and_clears_none() -> None:
    world = Ideal().until(Mode.IDLE).run(1.0)
    assert told(world, "reason", "cleared") == []


@pytest.mark.req("PU2", "SR11")
def test_what_is_unread_while_starting_still_is_a_broken_rule() -> None:
    world = Ideal()
    world.board_heard = False
    world.tick()
    assert world.out.mode is Mode.STARTING
    assert "board_silent" in {reason.name for reason in world.out.reasons}


@pytest.mark.req("PU2", "SR10")
def test_what_is_broken_beyond_the_start_is_told_once_when_the_start_is_over() -> None:
    world = Ideal()
    world.mains = False
    world.until(Mode.IDLE)
    begun_s = world.now_s
    world.run(3.0)
    lost = [event for event in told(world, "reason") if event.rule == "SR10"]
    assert [event.text for event in lost] == ["mains_lost: Mains power is gone; running on battery."]
    assert lost[0].at_s == pytest.approx(begun_s, abs=0.021)
    world.mains = True
    world.run(1.0)
    assert [event.text for event in told(world, "cleared")] == ["mains_lost"]


@pytest.mark.req("PU2")
def test_what_breaks_and_heals_while_starting_is_never_told() -> None:
    world = Ideal()
    world.reasons = BoardReason.PI_SILENT
    world.run(0.2)
    assert world.out.mode is Mode.STARTING
    world.reasons = 0
    world.until(Mode.IDLE).run(1.0)
    assert told(world, "reason", "cleared") == []


@pytest.mark.req("PU2", "SR7")
def test_a_start_that_takes_longer_than_five_seconds_tells_why() -> None:
    world = Ideal()
    world.board_heard = False
    world.run(5.0)
    assert told(world, "reason") == []
    world.run(0.2)
    assert world.out.mode is Mode.STARTING
    assert {event.text.split(":")[0] for event in told(world, "reason")} == {"board_silent", "board_stranger"}
    world.run(10.0)
    assert len(told(world, "reason")) == 2
