"""DIZZY (TP10): before the gate, past it, in every other case; it never lowers anybody who could not see it coming."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest

from controller.core.model import AnkleLocks, Inputs, Latches, Mode, SessionPlan, Stage
from controller.core.wire import BoardMode, BoardReason, Contact, Request
from tests.core.ideal import PLAN, Ideal, copied

Spoil = Callable[[Inputs], Inputs]
SIXTY = replace(PLAN, stages=(Stage(angle_deg=60.0, hold_s=5.0),))


@cache
def _coming_up(plan: SessionPlan, latches: Latches, deg: float) -> Ideal:
    world = Ideal(plan=plan, latches=latches).holding().press("return_")
    while world.angle_deg > deg or world.out.mode is not Mode.RETURNING:
        world.tick()
    return world


def coming_up(deg: float, plan: SessionPlan = SIXTY) -> Ideal:
    """On the way up, moving, at this angle."""
    return copied(_coming_up(plan, Ideal().latches, deg))


def descends(world: Ideal, seconds: float = 5.0) -> bool:
    deepest = world.angle_deg + 0.2  # the controlled stop itself never goes down
    for _ in range(round(seconds / 0.02)):
        world.tick()
        command = world.out.command
        if world.angle_deg > deepest or (command is not None and command.rate_dps > 0.0):
            return True
    return False


@pytest.mark.req("TP10")
@pytest.mark.parametrize("deg", [59.0, 45.0, 33.0])
def test_before_the_gate_the_return_goes_on_to_thirty_degrees_and_waits_there(deg: float) -> None:
    world = coming_up(deg)
    world.press("dizzy", for_s=0.06)
    assert world.out.mode is Mode.RETURNING
    assert "Going up to thirty degrees and waiting there." in [*world.phrases, *(said for said, _ in world.state.screen.to_say)]
    world.until(Mode.DIZZY_WAIT)
    assert world.angle_deg == pytest.approx(30.0, abs=2.0)
    assert not descends(world, 20.0)
    assert world.modes[-1] is Mode.DIZZY_WAIT


@pytest.mark.req("TP10", "SR3")
def test_return_resumes_from_that_wait_with_the_rest() -> None:
    world = coming_up(45.0).press("dizzy", for_s=0.06).until(Mode.DIZZY_WAIT).run(3.0).press("return_", for_s=0.06)
    while world.angle_deg > 27.9:
        world.tick()
    assert Mode.RESTING in world.modes[world.modes.index(Mode.DIZZY_WAIT) :]
    assert world.state.rest.done
    world.until(Mode.SETTLING)
    assert Mode.LEVEL_WAIT not in world.modes


@pytest.mark.req("TP10")
@pytest.mark.parametrize("deg", [27.0, 5.0, -40.0])
def test_past_the_gate_while_ascending_with_good_locks_it_is_back_down_to_thirty(deg: float) -> None:
    world = coming_up(deg)
    assert descends(world.press("dizzy", for_s=0.06))
    assert world.out.mode is Mode.DIZZY_BACK
    assert world.out.command is not None
    assert world.out.command.request is Request.DIZZY_BACK
    world.until(Mode.DIZZY_WAIT)
    assert 28.0 <= world.angle_deg <= 31.0


def ankle(side: str) -> Spoil:
    return lambda inputs: replace(inputs, ankles=AnkleLocks(left_closed=side != "left", right_closed=side != "right"))


def contact(bit: int) -> Spoil:
    return lambda inputs: replace(inputs, board=replace(inputs.board, contacts=inputs.board.contacts & ~bit))


NOT_GOOD: dict[str, Spoil] = {
    "left lock at the Pi": ankle("left"),
    "right lock at the Pi": ankle("right"),
    "left lock at the board": contact(Contact.ANKLE_LEFT),
    "right lock at the board": contact(Contact.ANKLE_RIGHT),
    "the board says an ankle lock opened": lambda i: replace(i, board=replace(i.board, reasons=BoardReason.ANKLE_OPEN)),
}


@pytest.mark.req("TP10", "SR6")
@pytest.mark.parametrize("name", list(NOT_GOOD))
def test_past_the_gate_with_any_lock_in_doubt_nobody_is_lowered(name: str) -> None:
    world = coming_up(5.0)
    world.extra = NOT_GOOD[name]
    world.press("dizzy", for_s=0.06)
    assert not descends(world)
    assert Mode.DIZZY_BACK not in world.modes
    assert world.out.mode is Mode.DIZZY_WAIT


@pytest.mark.req("TP10", "SR6")
def test_a_lock_that_opened_earlier_and_is_closed_again_is_no_good_lock() -> None:
    world = coming_up(5.0)
    world.ankles_closed = False
    world.tick()
    world.ankles_closed = True
    world.run(1.0).press("dizzy", for_s=0.06)
    assert not descends(world)
    assert Mode.DIZZY_BACK not in world.modes


@pytest.mark.req("TP10")
def test_past_the_gate_but_standing_it_only_waits() -> None:
    world = Ideal(plan=replace(PLAN, stages=(Stage(angle_deg=15.0, hold_s=40.0),))).holding().press("return_").until(Mode.RESTING)
    world.press("dizzy", for_s=0.06)
    assert not descends(world)
    assert world.out.mode is Mode.DIZZY_WAIT


@pytest.mark.req("TP10", "SR4")
def test_in_the_two_seconds_of_warning_before_a_return_past_the_gate_it_only_waits() -> None:
    """Rested long enough, so that the return is due at once, but nothing ascends yet."""
    world = Ideal(plan=replace(PLAN, stages=(Stage(angle_deg=15.0, hold_s=60.0),))).holding().run(20.0)
    world.mains = False
    world.tick()
    assert world.modes[-1:] == [Mode.RETURNING]
    world.press("dizzy", for_s=0.06)
    assert not descends(world)
    assert world.modes[-1:] == [Mode.DIZZY_WAIT]


@pytest.mark.req("TP10")
@pytest.mark.parametrize("programme_mode", [Mode.DESCENDING, Mode.HOLDING, Mode.PAUSED])
def test_in_the_programme_it_is_a_controlled_stop_and_a_wait(programme_mode: Mode) -> None:
    world = Ideal().started().until(Mode.DESCENDING).run(40.0)
    if programme_mode is Mode.PAUSED:
        world.reasons = BoardReason.PI_SILENT
        world.until(Mode.PAUSED)
        world.reasons = 0
    world.until(programme_mode).press("dizzy", for_s=0.06).run(1.5)
    assert world.out.mode is Mode.DIZZY_WAIT
    assert abs(world.rate_dps) < 0.01
    assert not descends(world)


@pytest.mark.req("TP10", "SR2")
def test_without_the_time_for_thirty_degrees_it_is_level_instead() -> None:
    """Down from -40 degrees 48 s, a minute's wait, then up at half rate with the rest: about 160 s of inverted time."""
    for left_s, target_deg in ((300.0, 30.0), (100.0, -3.0)):
        world = coming_up(-40.0)
        world.extra = lambda i, left_s=left_s: replace(i, board=replace(i.board, budget_left_s=left_s))
        world.press("dizzy", for_s=0.06).until(Mode.DIZZY_WAIT)
        assert world.angle_deg == pytest.approx(target_deg, abs=2.0)


@pytest.mark.req("TP10")
def test_where_a_clinician_set_level_it_is_level() -> None:
    world = coming_up(5.0, replace(SIXTY, dizzy_to_level=True))
    world.press("dizzy", for_s=0.06).until(Mode.DIZZY_WAIT)
    assert world.angle_deg == pytest.approx(-3.0, abs=2.0)
    assert max(angle for angle, mode, _ in world.commands if mode is Mode.DIZZY_BACK) < 5.1


@pytest.mark.req("TP10", "TP9")
def test_return_in_the_way_back_down_never_lowers_any_further() -> None:
    world = coming_up(5.0).press("dizzy", for_s=0.06).run(8.0)
    assert world.rate_dps > 0.5
    world.press("return_", for_s=0.06)
    deepest, begun = world.angle_deg + 1.0, len(world.commands)  # where the controlled stop ends
    world.until(Mode.SETTLING)
    assert max(angle for angle, _, _ in world.commands[begun:]) <= deepest


@pytest.mark.req("TP10")
def test_dizzy_in_the_way_back_down_stops_it() -> None:
    world = coming_up(-20.0).press("dizzy", for_s=0.06).run(8.0).press("dizzy", for_s=0.06).run(1.5)
    assert world.out.mode is Mode.DIZZY_WAIT
    assert world.angle_deg < 0.0
    assert abs(world.rate_dps) < 0.01


@pytest.mark.req("TP10")
@pytest.mark.parametrize("mode", [Mode.STARTING, Mode.IDLE, Mode.SETTLING, Mode.RELEASE, Mode.STOPPED, Mode.FAULT])
def test_at_upright_rest_it_never_moves_anything(mode: Mode) -> None:
    world = Ideal() if mode is Mode.STARTING else Ideal().ready()
    if mode in (Mode.SETTLING, Mode.RELEASE):
        world = Ideal(brake_holds=False).started().until(mode)
    world.board_mode = {Mode.STOPPED: BoardMode.STOPPED, Mode.FAULT: BoardMode.FAULT}.get(mode, world.board_mode)
    world.run(0.1)
    begun = len(world.commands)
    world.press("dizzy").run(5.0)
    commands = [command for _, _, command in world.commands[begun:] if command is not None]
    assert {command.request for command in commands} == {Request.HOLD}
    assert Mode.DIZZY_BACK not in world.modes
    assert Mode.DIZZY_WAIT not in world.modes


@pytest.mark.req("TP10")
def test_within_three_degrees_of_upright_rest_nobody_is_taken_back_down() -> None:
    world = coming_up(-72.5)
    world.press("dizzy", for_s=0.06)
    assert not descends(world)
    assert Mode.DIZZY_BACK not in world.modes


@pytest.mark.req("TP10", "SR15")
def test_at_level_it_is_no_answer_and_moves_nothing() -> None:
    world = Ideal().holding()
    world.mains = False
    world.until(Mode.LEVEL_WAIT).press("dizzy").run(2.0)
    assert world.out.mode is Mode.LEVEL_WAIT
    assert abs(world.rate_dps) < 0.01
