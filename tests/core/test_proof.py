"""The proof test after Start (SR16): each failing part by its name, said and shown, and nobody is inverted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from controller.core.model import AnkleLocks, BoardReport, Inputs, Mode
from controller.core.proof import Part
from controller.core.wire import Contact, StatusFlag
from tests.core.ideal import Ideal

Spoil = Callable[[Inputs], Inputs]

ESTOP = "Test failed: emergency stop not closed."
ANKLES = "Test failed: ankle locks not closed."
BRAKE = "Test failed: the brake does not hold."
SILENT = "Test failed: the brake test did not run. Press START firmly and try again."
MOTION = "Test failed: the table did not move as asked."
SENSORS = "Test failed: the angle sensors do not agree while moving."
CURRENT = "Test failed: motor current is not plausible."
BATTERY = "Test failed: the battery does not hold its voltage."


def board(change: Callable[[BoardReport], BoardReport]) -> Spoil:
    return lambda inputs: replace(inputs, board=change(inputs.board))


def proved(spoil: Spoil, world: Ideal | None = None) -> Ideal:
    """From READY, with the spoiled input, through START to wherever the test leads."""
    world = (world or Ideal()).ready()
    world.extra = spoil
    world.press("start", for_s=0.06)
    for _ in range(2000):
        world.tick()
        if world.state.proof.part in (Part.PASSED, Part.FAILED):
            return world
    raise AssertionError(f"the test never ended; stands in {world.state.proof.part}")


def nobody_was_inverted(world: Ideal, words: str) -> None:
    assert world.kinds("proof") == [words]
    assert words in world.phrases or words in [said for said, _ in world.state.screen.to_say]
    seen: set[str] = set()
    for _ in range(1500):
        world.tick()
        seen.add(world.out.lines[1])
        assert world.out.mode in (Mode.RETURNING, Mode.SETTLING)
    assert any(part in line for part in ("Test failed", "est failed:") for line in seen), "the display says which test failed"
    assert max(angle for angle, _, _ in world.commands) < -72.0
    assert world.angle_deg < -74.0


def flags_off(bits: int) -> Spoil:
    return board(lambda report: replace(report, flags=report.flags & ~bits))


def contacts_off(bits: int) -> Spoil:
    """From START on only: they were closed when Start was obeyed."""
    return board(lambda report: replace(report, contacts=report.contacts & ~bits))


@pytest.mark.req("SR16")
def test_with_everything_good_the_test_passes_within_three_degrees_and_the_descent_begins() -> None:
    world = proved(lambda inputs: inputs)
    assert world.kinds("proof") == ["passed"]
    assert world.out.mode is Mode.DESCENDING
    assert -73.5 < max(angle for angle, _, _ in world.commands) < -72.0


@pytest.mark.req("SR16")
def test_a_brake_that_slips_is_named() -> None:
    nobody_was_inverted(proved(lambda inputs: inputs, Ideal(brake_holds=False)), BRAKE)


@pytest.mark.req("SR16")
def test_a_brake_test_that_the_board_never_reports_is_named() -> None:
    world = proved(flags_off(StatusFlag.BRAKE_TESTED | StatusFlag.BRAKE_HELD))
    nobody_was_inverted(world, SILENT)


@pytest.mark.req("SR16")
def test_a_verdict_on_the_brake_left_over_from_before_does_not_count() -> None:
    """The board pushes for 400 ms; a verdict that is there at once is an old one, here followed by a slip."""
    world = Ideal().ready()
    begun_s = world.now_s

    def old_then_slipped(inputs: Inputs) -> Inputs:
        good = StatusFlag.BRAKE_TESTED | StatusFlag.BRAKE_HELD
        held = good if inputs.now_s - begun_s < 0.35 else StatusFlag.BRAKE_TESTED
        return replace(inputs, board=replace(inputs.board, flags=inputs.board.flags & ~good | held))

    world.extra = old_then_slipped
    world.press("start", for_s=0.06).run(2.0)
    assert world.kinds("proof") == [BRAKE]


@pytest.mark.req("SR16", "SR1")
@pytest.mark.parametrize("bit", [Contact.ESTOP_A, Contact.ESTOP_B])
def test_either_emergency_stop_channel_open_during_the_test_is_named(bit: int) -> None:
    world = Ideal().ready().press("start").until(Mode.PROOF_TEST)
    world.extra = contacts_off(bit)
    world.tick()
    world.extra = None  # while it is open the rule's own words stand there
    nobody_was_inverted(world, ESTOP)


@pytest.mark.req("SR16", "SR6")
@pytest.mark.parametrize(
    "spoil",
    [
        contacts_off(Contact.ANKLE_LEFT),
        contacts_off(Contact.ANKLE_RIGHT),
        lambda inputs: replace(inputs, ankles=AnkleLocks(left_closed=False, right_closed=True)),
        lambda inputs: replace(inputs, ankles=AnkleLocks(left_closed=True, right_closed=False)),
    ],
    ids=["left at the board", "right at the board", "left at the Pi", "right at the Pi"],
)
def test_any_of_the_four_lock_switches_opening_during_the_test_is_named(spoil: Spoil) -> None:
    world = Ideal().ready().press("start").until(Mode.PROOF_TEST)
    world.extra = spoil
    world.tick()
    nobody_was_inverted(world, ANKLES)


def frozen(name: str) -> Spoil:
    first: dict[str, float] = {}

    def freeze(inputs: Inputs) -> Inputs:
        changed: dict[str, Any] = {name: first.setdefault(name, getattr(inputs.board, name))}
        return replace(inputs, board=replace(inputs.board, **changed))

    return freeze


def seen_of_the_move(name: str, part: float) -> Spoil:
    """The sensor sees only this part of every degree moved from upright rest."""
    return board(lambda report: replace(report, **{name: -75.0 + part * (getattr(report, name) + 75.0)}))


@pytest.mark.req("SR16", "SR8")
@pytest.mark.parametrize("name", ["pot_deg", "encoder_deg"])
def test_a_sensor_that_stands_still_while_the_others_move_is_named(name: str) -> None:
    nobody_was_inverted(proved(frozen(name)), SENSORS)


@pytest.mark.req("SR16", "SR8")
@pytest.mark.parametrize("name", ["pot_deg", "encoder_deg"])
@pytest.mark.parametrize(("part", "wrong"), [(0.75, False), (1.25, False), (0.55, True), (1.45, True), (-1.0, True)])
def test_sensors_may_differ_by_seven_tenths_of_a_degree_over_the_two_degree_move(name: str, part: float, wrong: bool) -> None:
    assert proved(seen_of_the_move(name, part)).kinds("proof") == [SENSORS if wrong else "passed"]


@pytest.mark.req("SR16")
def test_a_table_that_does_not_move_is_named() -> None:
    world = Ideal().ready()
    world.press("start", for_s=0.06)
    for _ in range(800):
        world.angle_deg, world.rate_dps = -75.0, 0.0
        world.tick()
    assert world.kinds("proof") == [MOTION]
    nobody_was_inverted(world, MOTION)


@pytest.mark.req("SR16")
@pytest.mark.parametrize(("current_ma", "wrong"), [(19, True), (20, False), (-20, False), (8000, False), (8001, True), (-8001, True)])
def test_the_motors_current_must_be_between_20_and_8000_milliamperes(current_ma: int, wrong: bool) -> None:
    world = proved(board(lambda report: replace(report, current_ma=current_ma)))
    assert world.kinds("proof") == [CURRENT if wrong else "passed"]


@pytest.mark.req("SR16")
def test_an_implausible_current_inverts_nobody() -> None:
    nobody_was_inverted(proved(board(lambda report: replace(report, current_ma=0))), CURRENT)


@pytest.mark.req("SR16", "SR10")
@pytest.mark.parametrize(("sag_mv", "wrong"), [(1500, False), (1501, True)])
def test_the_battery_may_sag_by_one_and_a_half_volts_under_load(sag_mv: int, wrong: bool) -> None:
    world = proved(board(lambda report: replace(report, battery_mv=26000 - (sag_mv if report.current_ma else 0))))
    assert world.kinds("proof") == [BATTERY if wrong else "passed"]


@pytest.mark.req("SR16", "SR14")
def test_a_watcher_that_does_not_watch_inverts_nobody() -> None:
    words = "Test failed: the watcher on the other computer does not watch."
    nobody_was_inverted(proved(lambda inputs: replace(inputs, host=replace(inputs.host, watcher_armed=False))), words)


@pytest.mark.req("SR16", "TP9")
def test_return_pressed_in_the_test_ends_it() -> None:
    world = Ideal().ready().press("start", for_s=0.06).run(1.0).press("return_", for_s=0.06).run(10.0)
    assert Mode.DESCENDING not in world.modes
    assert world.out.mode is Mode.SETTLING
    assert max(angle for angle, _, _ in world.commands) < -72.0


@pytest.mark.req("SR16", "SR1")
def test_the_emergency_stop_in_the_test_stops_it() -> None:
    world = Ideal().ready().press("start", for_s=0.06).run(1.0)
    world.estop_pressed = True
    world.run(5.0)
    assert world.out.mode is Mode.STOPPED
    assert Mode.DESCENDING not in world.modes


@pytest.mark.req("SR16", "PU2")
def test_a_new_start_forgets_the_last_tests_failure() -> None:
    world = Ideal(brake_holds=False).started().until(Mode.RELEASE)
    world.ankles_closed = False
    world.until(Mode.IDLE).run(1.0)
    world.ankles_closed = world.brake_holds = True
    world.run(2.0).press("start", for_s=0.06).until(Mode.DESCENDING)
    assert world.kinds("proof") == [BRAKE, "passed"]
    assert "ailed" not in world.run(1.0).out.lines[1]
