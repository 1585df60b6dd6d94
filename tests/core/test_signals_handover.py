"""The board brings somebody up and they answer where it waits: the Pi asks for the rest of the way and does not take back the question
because the board's answer is still under way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from controller.core.model import Action, Inputs, Mode
from controller.core.modes import Signal
from controller.core.safety import Verdict
from controller.core.session import NONE
from controller.core.signals import signals
from controller.core.tick import Tick
from controller.core.wire import BoardMode, BoardReason, Request
from tests.core.given import Changes, facts
from tests.core.ideal import TICK_S, Ideal

ASKED = {
    "mode": Mode.RETURNING, "in_mode_s": 0.3, "warning": False, "at_rest": True, "board_mode": BoardMode.ASCENT, "at_upright": False,
    "off_upright": True, "angle_deg": -3.0, "tilt_ok": True,
}  # fmt: skip


def answered_at_level(reasons: int = 0, board_mode: BoardMode = BoardMode.ASCENT) -> Ideal:
    """The board has brought them up and waits at level; OK has just been pressed, and the return goes on."""
    world = Ideal(answers=False).holding()
    world.mains, world.reasons = False, reasons
    world.until(Mode.LEVEL_WAIT).board_mode = board_mode
    world.run(1.0)
    world.level_wait, world.panel = False, replace(world.panel, ok=True)
    while world.out.mode is Mode.LEVEL_WAIT:
        world.tick()
    world.panel = replace(world.panel, ok=False)
    assert world.out.mode is Mode.RETURNING
    return world


def asked(world: Ideal, began: int) -> list[Request | None]:
    return [None if command is None else command.request for _, _, command in world.commands[began:]]


@pytest.mark.req("SR7", "SR13", "SR15")
@pytest.mark.parametrize("late_ticks", [0, 1, 2, 5, 10])
def test_an_answer_that_takes_its_time_changes_nothing(late_ticks: int) -> None:
    world = answered_at_level()
    world.board_mode = BoardMode.FOLLOW  # it has heard the question ...
    heard_s = world.now_s + late_ticks * TICK_S + 0.001

    def older(inputs: Inputs) -> Inputs:
        mode = BoardMode.ASCENT if inputs.now_s < heard_s else inputs.board.mode
        return replace(inputs, board=replace(inputs.board, mode=mode, rate_dps=0.0)) if mode is BoardMode.ASCENT else inputs

    world.extra = older  # ... and we do not know it yet
    began = len(world.commands)
    world.run(1.0)
    assert set(asked(world, began)) == {Request.RETURN_UP}
    world.until(Mode.SETTLING)
    assert world.modes[-3:] == [Mode.LEVEL_WAIT, Mode.RETURNING, Mode.SETTLING]


@pytest.mark.req("SR7", "SR13")
def test_a_board_that_keeps_its_ascent_is_left_to_it_after_three_tenths_of_a_second() -> None:
    world = answered_at_level()

    began_s = world.now_s
    while world.out.mode is Mode.RETURNING:
        world.board_mode, world.rate_dps = BoardMode.ASCENT, 0.0  # it warns first
        world.tick()
    assert world.out.mode is Mode.BOARD_RETURN
    assert world.now_s - began_s == pytest.approx(0.32, abs=0.001)
    assert world.out.command is not None
    assert world.out.command.request is Request.ASCEND


@pytest.mark.req("SR7", "SR9")
@pytest.mark.parametrize("board_mode", [BoardMode.ASCENT, BoardMode.BRAKED])
def test_what_a_rule_leaves_to_the_board_is_not_asked_for(board_mode: BoardMode) -> None:
    """One request for it, crossing with the next that takes it back, and both would change their minds every tick for seconds."""
    world = answered_at_level(BoardReason.OBSTACLE, board_mode)
    assert asked(world, -1) == [Request.ASCEND]
    began = len(world.commands)
    world.run(1.0)
    assert set(asked(world, began)) == {Request.ASCEND}
    assert world.modes[-2:] == [Mode.RETURNING, Mode.BOARD_RETURN]


@pytest.mark.req("SR7", "SR8")
def test_nor_without_an_angle_of_our_own() -> None:
    world = Ideal().holding().press("return_").run(2.0)
    world.imu_alive = False
    world.until(Mode.BOARD_RETURN).run(3.0).press("dizzy").run(3.0)
    began = len(world.commands)
    world.press("return_").until(Mode.BOARD_RETURN, 1.0).run(1.0)
    assert Request.RETURN_UP not in asked(world, began)


def told(verdict: Verdict, *changes: Changes) -> list[Signal]:
    t = Tick()
    t.f, t.verdict, t.steady_s, t.session = facts(*changes), verdict, 0.0, NONE
    return signals(t)


@pytest.mark.req("SR7", "SR13")
def test_what_is_no_answer_and_what_is() -> None:
    calm = Verdict()
    assert Signal.BOARD_UP not in told(calm, ASKED)
    answers: tuple[Changes, ...] = ({"in_mode_s": 0.301}, {"warning": True}, {"at_rest": False}, {"mode": Mode.DIZZY_BACK})
    waits: tuple[Changes, ...] = ({"mode": Mode.RESTING}, {"mode": Mode.RESTING, "warning": True})  # it warns of what follows the rest
    for change in answers:
        assert Signal.BOARD_UP in told(calm, ASKED, change), change
    for change in waits:
        assert Signal.BOARD_UP not in told(calm, ASKED, change), change
    assert Signal.BOARD_UP in told(calm, ASKED, {"mode": Mode.RESTING, "in_mode_s": 0.301})
    assert Signal.BOARD_UP in told(replace(calm, action=Action.BOARD_RETURN), ASKED)
    assert Signal.BOARD_UP in told(calm, ASKED, {"tilt_ok": False})
    assert Signal.BOARD_UP not in told(calm, ASKED, {"board_mode": BoardMode.FOLLOW, "in_mode_s": 0.301})
