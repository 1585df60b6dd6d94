"""Start interlocks (SR11): each alone refuses in words, and lifting exactly it lets Start through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from controller.core.model import AnkleLocks, Host, ImuReading, Inputs, Lamp, Latches, Mode, Outputs, Refusal, SessionPlan, Stage
from controller.core.refusals import INTERLOCKS
from controller.core.wire import BoardMode, BoardReason, Contact, Request, StatusFlag
from tests.core.ideal import GOOD, Ideal

Spoil = Callable[[Inputs], Inputs]


def board(**changes: Any) -> Spoil:
    return lambda inputs: replace(inputs, board=replace(inputs.board, **changes))


def flags(*, on: int = 0, off: int = 0) -> Spoil:
    return lambda inputs: replace(inputs, board=replace(inputs.board, flags=inputs.board.flags & ~off | on))


def contacts(*, on: int = 0, off: int = 0) -> Spoil:
    return lambda inputs: replace(inputs, board=replace(inputs.board, contacts=inputs.board.contacts & ~off | on))


def host(**changes: Any) -> Spoil:
    return lambda inputs: replace(inputs, host=replace(inputs.host, **changes))


def permission(**changes: Any) -> Spoil:
    return lambda inputs: replace(inputs, permission=replace(inputs.permission, **changes))


def panel(**changes: Any) -> Spoil:
    return lambda inputs: replace(inputs, panel=replace(inputs.panel, **changes))


CLEARANCE = Refusal(rule="TP1", says="No clinician has signed.", way_back="Have it recorded.")
NOT_TRUSTED = "The angle is not trusted."
NO_ESTOP = "Emergency stop is not closed."
NO_LOCKS = "Ankle locks are not closed."
STILL_BUSY = "The drive board still finishes a return."

# what is wrong, the rules that refuse, words that are among the refusals
CASES: dict[str, tuple[Spoil, set[str], str]] = {
    "emergency stop channel A open": (contacts(off=Contact.ESTOP_A), {"SR1"}, NO_ESTOP),
    "emergency stop channel B open": (contacts(off=Contact.ESTOP_B), {"SR1"}, NO_ESTOP),
    "not at upright rest": (flags(off=StatusFlag.AT_UPRIGHT), {"SR11"}, "Not at upright rest."),
    "left lock open at the Pi": (lambda i: replace(i, ankles=AnkleLocks(left_closed=False, right_closed=True)), {"SR6"}, NO_LOCKS),
    "right lock open at the Pi": (lambda i: replace(i, ankles=AnkleLocks(left_closed=True, right_closed=False)), {"SR6"}, NO_LOCKS),
    "left lock open at the board": (contacts(off=Contact.ANKLE_LEFT), {"SR6"}, NO_LOCKS),
    "right lock open at the board": (contacts(off=Contact.ANKLE_RIGHT), {"SR6"}, NO_LOCKS),
    "battery below two returns": (board(battery_mv=22999), {"SR10"}, "Battery below two full returns."),
    "battery low by the board": (board(reasons=BoardReason.BATTERY_LOW), {"SR10"}, "Battery below two full returns."),
    "mains lost": (flags(off=StatusFlag.MAINS), {"SR10"}, "Mains power is gone; running on battery."),
    "inverted time not cleared": (board(budget_left_s=594.9), {"SR2"}, "The inverted time of the last session has not cleared."),
    "board does not trust its angle": (flags(off=StatusFlag.ANGLE_TRUSTED), {"SR8"}, NOT_TRUSTED),
    "Pi has no angle": (lambda i: replace(i, imu=ImuReading()), {"SR8"}, NOT_TRUSTED),
    "board allows only a return": (flags(on=StatusFlag.RETURN_ONLY), {"SR13"}, STILL_BUSY),
    "board waits at level": (flags(on=StatusFlag.LEVEL_WAIT), {"SR13"}, STILL_BUSY),
    "board's session open": (flags(on=StatusFlag.SESSION_OPEN), {"SR13"}, STILL_BUSY),
    "nothing chosen": (permission(plan=None), {"TP5"}, "No session is chosen."),
    "spotter required": (permission(spotter_required=True), {"TP8"}, "A spotter is required."),
    "no clearance": (permission(refusals=(CLEARANCE,)), {"TP1"}, "No clinician has signed."),
    "records cannot be written": (host(storage_ok=False), {"SR11"}, "Records cannot be written."),
    "too hot": (host(temperature_c=80.1), {"SR11"}, "The controller is too hot."),
    "board silent": (board(age_s=0.101), {"SR1", "SR6", "SR7", "SR8"}, "The drive board is not heard."),
    "board of another version": (board(identified=False), {"SR1", "SR6", "SR7", "SR8"}, "The drive board speaks another version."),
    "board refuses us": (board(reasons=BoardReason.STRANGER), {"SR7"}, "The drive board refuses our commands."),
    "slow link": (board(round_trip_s=0.056), {"SR7"}, "The link to the drive board is slow."),
    "late": (host(late_s=0.011), {"SR7"}, "The controller is late."),
    "release lever": (contacts(on=Contact.RELEASE), {"SR9"}, "The manual release lever is pulled."),
    "board stalled": (board(reasons=BoardReason.STALL), {"SR9"}, "drive board: motor commanded but nothing moves"),
}  # fmt: skip


def told(out: Outputs) -> set[str]:
    return {refusal.says for refusal in out.refusals}


def refuses(world: Ideal, rules: set[str], says: str) -> None:
    """START is pressed; nothing moves, and the person hears and reads why."""
    assert {refusal.rule for refusal in world.out.refusals} == rules
    assert says in told(world.out)
    begun = len(world.seen)
    world.press("start", for_s=0.1).run(0.5)
    assert world.out.mode is Mode.IDLE
    assert all(command is None or command.request is Request.HOLD for _, _, command in world.commands[-35:])
    events = [event for event in world.seen[begun:] if event.kind == "refusal"]
    assert {event.rule for event in events} == rules
    assert any(event.text.startswith(says) and len(event.text) > len(says) + 5 for event in events), "what happened and what to do"
    heard = [*world.phrases, *(said for said, _ in world.state.screen.to_say)]
    assert any(phrase.startswith(says) for phrase in heard)
    assert world.out.lamps.ready is not Lamp.ON
    assert world.out.lines[1] != "Press START"


def obeys(world: Ideal) -> None:
    assert world.out.refusals == ()
    world.press("start", for_s=0.1)
    assert world.out.mode is Mode.PROOF_TEST


@pytest.mark.req("SR11", "PU2")
@pytest.mark.parametrize("name", list(CASES))
def test_each_interlock_alone_refuses_in_words_and_lifting_it_lets_start_through(name: str) -> None:
    spoil, rules, says = CASES[name]
    world = Ideal().ready()
    world.extra = spoil
    refuses(world.run(0.5), rules, says)
    world.extra = None
    obeys(world.run(6.0))


@pytest.mark.req("SR11")
@pytest.mark.parametrize(
    "spoil",
    [
        board(battery_mv=23000), board(budget_left_s=595.0), host(temperature_c=80.0), host(late_s=0.01), board(round_trip_s=0.055),
        board(age_s=0.1), board(reasons=BoardReason.ASKED | BoardReason.NOT_STARTED),
    ],
)  # fmt: skip
def test_just_inside_every_bound_start_is_obeyed(spoil: Spoil) -> None:
    world = Ideal().ready()
    world.extra = spoil
    obeys(world.run(0.5))


@pytest.mark.req("SR6", "SR11")
def test_locks_must_have_been_closed_for_a_second() -> None:
    for closed_s, obeyed in ((0.9, False), (1.1, True)):
        world = Ideal()
        world.ankles_closed = False
        world.run(4.0)
        world.ankles_closed = True
        world.run(closed_s)
        assert (NO_LOCKS not in told(world.out)) == obeyed


LOCK_SWITCHES: dict[str, Spoil] = {
    "left at the Pi": lambda i: replace(i, ankles=replace(i.ankles, left_closed=True)),
    "right at the Pi": lambda i: replace(i, ankles=replace(i.ankles, right_closed=True)),
    "left at the board": contacts(on=Contact.ANKLE_LEFT),
    "right at the board": contacts(on=Contact.ANKLE_RIGHT),
}


@pytest.mark.req("SR16", "SR11")
@pytest.mark.parametrize("switch", list(LOCK_SWITCHES))
def test_every_one_of_the_four_lock_switches_must_be_seen_open_then_closed(switch: str) -> None:
    world = Ideal(extra=LOCK_SWITCHES[switch]).prepare()
    refuses(world, {"SR16"}, "An ankle lock has not been seen open since the last session.")
    world.extra, world.ankles_closed = None, False
    world.run(0.5)
    world.ankles_closed = True
    obeys(world.run(1.2))


@pytest.mark.req("SR16", "SR11")
def test_an_obeyed_start_wants_the_locks_opened_again_before_the_next() -> None:
    world = Ideal().ready().press("start", for_s=0.1).press("return_").until(Mode.SETTLING, 10.0)
    assert world.state.watch.locks_seen_open == 0


@pytest.mark.req("SR6", "SR16", "SR11")
@pytest.mark.parametrize(
    ("latches", "rule", "says"),
    [
        (replace(GOOD, inspection_due=True), "SR6", "An ankle lock opened in the last session."),
        (replace(GOOD, load_refused=True), "SR16", "The last load was too heavy or badly balanced."),
    ],
)
def test_what_only_an_inspection_lifts_refuses_until_ok_and_spotter_are_held_five_seconds(latches: Latches, rule: str, says: str) -> None:
    world = Ideal(latches=latches).ready()
    refuses(world, {rule}, says)
    world.press("ok", for_s=5.5).press("spotter", for_s=5.5).press("ok", "spotter", for_s=4.9)
    assert says in told(world.out)
    assert "inspection recorded" not in world.kinds("cleared")
    world.press("ok", "spotter", for_s=5.2)
    assert world.kinds("cleared").count("inspection recorded") == 1
    obeys(world)


@pytest.mark.req("SR6")
def test_an_inspection_counts_only_at_upright_rest() -> None:
    world = Ideal(latches=replace(GOOD, inspection_due=True)).ready()
    world.extra = flags(off=StatusFlag.AT_UPRIGHT)
    world.press("ok", "spotter", for_s=6.0)
    assert world.out.latches.inspection_due


@pytest.mark.req("PU6", "SR11")
def test_return_held_refuses_and_a_start_pressed_beside_it_says_so_in_words() -> None:
    world = Ideal().ready()
    world.panel = replace(world.panel, return_=True)
    world.run(0.1)
    assert told(world.out) == {"RETURN is held or stuck."}
    world.press("start", for_s=0.5)
    assert Mode.PROOF_TEST not in world.modes
    assert "two_buttons: Two buttons that mean opposite things." in world.kinds("reason")
    world.panel = replace(world.panel, return_=False)
    obeys(world.run(0.1))


@pytest.mark.req("PU6", "SR11")
@pytest.mark.parametrize("button", ["return_", "dizzy", "ok", "select_minus", "select_plus", "spotter", "start"])
def test_a_button_never_seen_released_refuses_start_until_it_is(button: str) -> None:
    world = Ideal(extra=panel(**{button: True})).prepare()
    assert "A button has not been seen released." in told(world.out)
    assert world.press("start", for_s=0.1).out.mode is Mode.IDLE
    world.extra = None
    obeys(world.run(0.1))


@pytest.mark.req("SR11")
def test_wrong_settings_refuse_for_as_long_as_the_service_runs() -> None:
    world = Ideal().ready()
    world.extra = host(config_ok=False)
    refuses(world.run(0.5), {"SR11"}, "The settings are wrong.")
    world.extra = None
    assert told(world.run(10.0).out) == {"The settings are wrong."}


@pytest.mark.req("TP8")
def test_a_spotters_press_lifts_the_spotters_refusal() -> None:
    world = Ideal(spotter_required=True).ready()
    refuses(world, {"TP8"}, "A spotter is required.")
    obeys(world.press("spotter", for_s=0.1))


@pytest.mark.req("SR1")
@pytest.mark.parametrize("mode", [BoardMode.STOPPED, BoardMode.RESCUE, BoardMode.FAULT])
def test_a_latched_board_refuses_until_it_is_reset_and_sends_nobody_to_a_mushroom_that_is_not_pushed(mode: BoardMode) -> None:
    world = Ideal().ready()
    world.board_mode = mode
    world.run(0.5).press("start", for_s=0.1)
    assert world.out.mode in (Mode.STOPPED, Mode.RESCUE, Mode.FAULT)
    assert told(world.out) == {"The emergency stop or a fault is still latched."}


@pytest.mark.req("SR1", "SR11")
@pytest.mark.parametrize("mode", [BoardMode.STOPPED, BoardMode.RESCUE, BoardMode.FAULT])
def test_start_in_the_very_tick_in_which_the_board_latches_is_not_obeyed(mode: BoardMode) -> None:
    world = Ideal().ready()
    world.board_mode = mode
    world.tick()
    assert "The emergency stop or a fault is still latched." in told(world.out)


@pytest.mark.req("SR1", "SR11")
def test_the_auxiliary_contact_alone_refuses() -> None:
    world = Ideal().ready()
    world.extra = lambda inputs: replace(inputs, estop_aux_closed=False)
    world.tick()
    assert told(world.out) == {NO_ESTOP, "Emergency stop pressed."}


@pytest.mark.req("SR11", "PU2")
def test_while_starting_and_during_a_session_start_is_refused_in_words() -> None:
    assert told(Ideal().run(0.1).out) == {"The controller is still starting."}
    world = Ideal().started().until(Mode.DESCENDING).run(1.0).press("start", for_s=0.1)
    assert told(world.out) == {"A session is under way."}
    assert "A session is under way. Wait until it has finished, or press RETURN to end it." in world.kinds("refusal")


def test_every_row_has_words_for_what_happened_and_what_to_do_and_none_says_the_same() -> None:
    assert len({row.refusal.says for row in INTERLOCKS}) == len(INTERLOCKS) == 15
    assert all(len(row.refusal.says) > 10 and len(row.refusal.way_back) > 10 for row in INTERLOCKS)


@pytest.mark.req("SR2")
def test_a_plan_alone_is_permission_enough_only_when_nothing_else_is_open() -> None:
    short = SessionPlan(name="a", title="A", ceiling_deg=15.0, stages=(Stage(angle_deg=15.0, hold_s=30.0),))
    obeys(Ideal(plan=short).ready())
    assert Host().config_ok is False
