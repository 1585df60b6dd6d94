"""Buttons: bounce, first edges, two at once, stuck ones (PU6; faults 69 to 71)."""

from __future__ import annotations

import pytest

from controller.core import buttons
from controller.core.buttons import DIZZY, OK, RETURN, SELECT_MINUS, SELECT_PLUS, SPOTTER, START, Buttons
from controller.core.limits import Limits
from controller.core.model import Panel

LIMITS = Limits()
FIELDS = {
    START: "start", RETURN: "return_", DIZZY: "dizzy", OK: "ok",
    SELECT_MINUS: "select_minus", SELECT_PLUS: "select_plus", SPOTTER: "spotter",
}  # fmt: skip


class Fingers:
    """Feeds levels every 10 ms and remembers every press."""

    def __init__(self) -> None:
        self.now_s, self.state, self.presses = 50.0, Buttons(), 0
        self.hold(0, 0.2)

    def hold(self, bits: int, seconds: float, age_s: float = 0.0) -> Fingers:
        panel = Panel(**{name: bool(bits & bit) for bit, name in FIELDS.items()}, age_s=age_s)
        for _ in range(round(seconds / 0.01)):
            self.now_s += 0.01
            self.state = buttons.read(self.state, panel, LIMITS, self.now_s)
            self.presses |= self.state.pressed
        return self


@pytest.mark.req("PU6")
@pytest.mark.parametrize("bit", [START, DIZZY, OK, SELECT_MINUS, SELECT_PLUS, SPOTTER])
def test_a_press_counts_only_when_stable_for_30_ms(bit: int) -> None:
    assert Fingers().hold(bit, 0.03).hold(0, 0.1).presses == 0
    assert Fingers().hold(bit, 0.05).presses == bit


@pytest.mark.req("PU6", "TP9")
def test_return_counts_on_its_first_edge() -> None:
    assert Fingers().hold(RETURN, 0.01).presses == RETURN


@pytest.mark.req("PU6")
def test_a_bouncing_press_is_one_press() -> None:
    fingers, count = Fingers(), 0
    for bits in (RETURN, 0, RETURN, 0, RETURN, RETURN, RETURN, RETURN):
        fingers.hold(bits, 0.01)
        count += fingers.state.pressed == RETURN
    assert count == 1


@pytest.mark.req("PU6")
@pytest.mark.parametrize("bit", list(FIELDS))
def test_a_button_held_since_the_service_began_never_counts(bit: int) -> None:
    state, pressed = Buttons(), 0
    for tick in range(300):
        state = buttons.read(state, Panel(**{FIELDS[bit]: True}, age_s=0.0), LIMITS, 50.0 + tick * 0.02)
        pressed |= state.pressed
    assert pressed == 0
    assert not state.seen_released & bit


@pytest.mark.req("PU6")
def test_start_and_return_together_are_a_return_and_never_a_start() -> None:
    fingers = Fingers().hold(START | RETURN, 0.5)
    assert fingers.presses == RETURN
    assert fingers.state.conflict == START | RETURN


@pytest.mark.req("PU6")
def test_an_opposite_pair_stays_ignored_until_both_are_released() -> None:
    fingers = Fingers().hold(SELECT_MINUS | SELECT_PLUS, 0.2).hold(SELECT_MINUS, 0.3)
    assert fingers.presses == 0
    assert fingers.hold(0, 0.1).hold(SELECT_MINUS, 0.1).presses == SELECT_MINUS


@pytest.mark.req("TP10", "PU6")
def test_dizzy_counts_whatever_else_is_held() -> None:
    assert Fingers().hold(DIZZY | OK, 0.1).presses & DIZZY
    assert Fingers().hold(DIZZY | START, 0.1).presses == DIZZY


@pytest.mark.req("PU6")
@pytest.mark.parametrize("bit", [START, DIZZY, OK, SPOTTER])
def test_a_button_is_stuck_after_ten_seconds(bit: int) -> None:
    assert Fingers().hold(bit, 9.9).state.stuck == 0
    assert Fingers().hold(bit, 10.2).state.stuck == bit


@pytest.mark.req("PU6")
def test_return_has_no_hold_limit() -> None:
    assert Fingers().hold(RETURN, 60.0).state.stuck == 0


@pytest.mark.req("PU6")
def test_a_panel_that_cannot_be_read_presses_nothing() -> None:
    assert Fingers().hold(START, 0.5, age_s=0.2).presses == 0


@pytest.mark.req("SR6")
def test_holding_two_buttons_counts_from_the_later_one() -> None:
    fingers = Fingers().hold(OK, 3.0).hold(OK | SPOTTER, 2.0)
    assert buttons.held_s(fingers.state, OK | SPOTTER, fingers.now_s) == pytest.approx(2.0, abs=0.05)
    assert buttons.held_s(fingers.hold(SPOTTER, 0.1).state, OK | SPOTTER, fingers.now_s) == 0.0


def test_names_are_what_is_printed_on_the_panel() -> None:
    assert buttons.names(START | RETURN) == "START and RETURN"


@pytest.mark.req("PU6")
def test_two_knocks_a_second_apart_are_no_press_that_has_lasted_since_the_first() -> None:
    fingers = Fingers()
    for _ in range(2):
        fingers.hold(START, 0.01).hold(0, 1.0)
    assert fingers.presses == 0
