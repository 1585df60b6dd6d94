"""Buttons at exactly their bounds, every opposite pair, and fingers that stay for minutes (PU6, faults 69 to 71)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from controller.core import buttons
from controller.core.buttons import ALL, DIZZY, NAMES, OK, RETURN, SELECT_MINUS, SELECT_PLUS, SPOTTER, START, Buttons
from controller.core.limits import Limits
from controller.core.model import Panel
from tests.core.test_buttons import FIELDS, Fingers

LIMITS = Limits()
EVERY = list(FIELDS)


def panel(bits: int, age_s: float = 0.0) -> Panel:
    return Panel(**{name: bool(bits & bit) for bit, name in FIELDS.items()}, age_s=age_s)


def read(state: Buttons, bits: int, now_s: float, age_s: float = 0.0) -> Buttons:
    return buttons.read(state, panel(bits, age_s), LIMITS, now_s)


def released() -> Buttons:
    """All seen released long ago."""
    return read(read(Buttons(), 0, 8.0), 0, 9.0)


@pytest.mark.req("PU1")
@pytest.mark.parametrize("bit", EVERY)
def test_every_button_has_its_own_bit_and_its_own_name(bit: int) -> None:
    assert buttons.levels(panel(bit)) == bit
    assert buttons.names(bit) == NAMES[bit]


def test_the_bits_and_names_are_these() -> None:
    assert (START, RETURN, DIZZY, OK, SELECT_MINUS, SELECT_PLUS, SPOTTER) == (1, 2, 4, 8, 16, 32, 64)
    assert ALL == 127
    assert list(NAMES.values()) == ["START", "RETURN", "DIZZY", "OK", "SELECT -", "SELECT +", "SPOTTER"]
    assert buttons.names(0) == ""


@pytest.mark.req("PU6", "SR11")
def test_before_anything_is_read_every_button_counts_as_pressed_and_none_as_seen_released() -> None:
    assert Buttons() == Buttons(
        raw=127, since_s=(0.0,) * 7, down=127, pressed=0, masked=0, conflict=0, stuck=0, seen_released=0, read=False
    )
    first = read(Buttons(), 0, 50.0)
    assert (first.seen_released, first.pressed, first.read) == (0, 0, True)
    assert first.since_s == (50.0,) * 7
    assert read(first, 0, 50.02).seen_released == 0
    assert read(first, 0, 50.04).seen_released == ALL


@pytest.mark.req("PU6")
@pytest.mark.parametrize("bit", [bit for bit in EVERY if bit != RETURN])
def test_a_press_counts_at_30_ms_once_and_shows_on_one_tick(bit: int) -> None:
    state = read(released(), bit, 0.0)
    assert (state.down, state.pressed) == (0, 0)
    assert read(state, bit, 0.0299).pressed == 0
    state = read(state, bit, 0.03)
    assert (state.down, state.pressed) == (bit, bit)
    state = read(state, bit, 0.05)
    assert (state.down, state.pressed) == (bit, 0)


@pytest.mark.req("PU6", "TP9")
def test_return_is_down_on_its_first_edge_and_up_only_when_stable() -> None:
    state = read(released(), RETURN, 10.0)
    assert (state.down, state.pressed) == (RETURN, RETURN)
    state = read(state, 0, 10.01)
    assert state.down == RETURN
    state = read(state, RETURN, 10.02)
    assert state.pressed == 0
    state = read(read(state, 0, 10.03), 0, 10.07)
    assert state.down == 0
    assert read(state, RETURN, 10.08).pressed == RETURN


@pytest.mark.req("PU6", "SR11")
def test_return_held_since_the_service_began_is_down_and_never_a_press() -> None:
    state = read(read(Buttons(), RETURN, 1.0), RETURN, 2.0)
    assert (state.down, state.pressed, state.seen_released) == (RETURN, 0, ALL & ~RETURN)


PAIRS = [(START, RETURN), (START, DIZZY), (SELECT_MINUS, SELECT_PLUS)]


@pytest.mark.req("PU6")
def test_these_pairs_are_opposite_and_no_others() -> None:
    assert list(buttons.OPPOSITES) == [START | RETURN, START | DIZZY, SELECT_MINUS | SELECT_PLUS]
    for one in EVERY:
        for other in EVERY:
            pair = one | other
            conflict = Fingers().hold(pair, 0.1).state.conflict
            assert conflict == (pair if pair in buttons.OPPOSITES else 0)


@pytest.mark.req("PU6", "TP9", "TP10")
@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_of_two_opposite_buttons_only_return_and_dizzy_count(one: int, other: int) -> None:
    urgent = (one | other) & (RETURN | DIZZY)
    fingers = Fingers().hold(one | other, 0.2)
    assert fingers.presses == urgent
    assert fingers.state.masked == (one | other) & ~urgent


@pytest.mark.req("PU6")
@pytest.mark.parametrize(("one", "other"), [*PAIRS, (SELECT_PLUS, SELECT_MINUS)])
def test_the_second_of_a_pair_pressed_later_masks_it_until_both_are_up(one: int, other: int) -> None:
    ignored = (one | other) & ~(RETURN | DIZZY)
    fingers = Fingers().hold(one, 0.2).hold(one | other, 0.2)
    assert fingers.state.masked == ignored
    assert fingers.hold(other, 0.5).state.masked == ignored
    assert fingers.hold(0, 0.02).state.masked == ignored
    assert fingers.hold(0, 0.1).state.masked == 0
    fingers.presses = 0
    assert fingers.hold(one, 0.1).presses == one


@pytest.mark.req("PU6", "SR11")
def test_start_let_go_and_pressed_again_while_return_stays_held_is_no_start() -> None:
    fingers = Fingers().hold(START | RETURN, 0.2).hold(RETURN, 0.2).hold(START | RETURN, 0.2)
    assert fingers.presses == RETURN


@pytest.mark.req("PU6")
def test_a_masked_button_does_not_mask_another() -> None:
    fingers = Fingers().hold(SELECT_MINUS | SELECT_PLUS, 0.2).hold(SELECT_MINUS | SELECT_PLUS | OK, 0.2)
    assert fingers.presses == OK
    assert fingers.state.masked == SELECT_MINUS | SELECT_PLUS


@pytest.mark.req("PU6")
@pytest.mark.parametrize("bit", [bit for bit in EVERY if bit != RETURN])
def test_a_button_is_stuck_at_ten_seconds_and_stays_so_for_minutes_until_it_is_up(bit: int) -> None:
    state = read(read(released(), bit, 20.0), bit, 21.0)
    assert read(state, bit, 29.99).stuck == 0
    state = read(state, bit, 30.0)
    assert (state.stuck, state.pressed) == (bit, 0)
    state = read(state, bit, 400.0)
    assert (state.stuck, state.pressed) == (bit, 0)
    state = read(read(state, 0, 400.1), 0, 400.2)
    assert (state.stuck, state.down) == (0, 0)


@pytest.mark.req("PU6")
def test_a_button_up_for_minutes_is_not_stuck_and_return_never_is() -> None:
    assert read(released(), OK, 500.0).stuck == 0
    state = read(read(released(), RETURN, 10.0), RETURN, 700.0)
    assert (state.stuck, state.down) == (0, RETURN)


@pytest.mark.req("PU6", "SR7")
def test_a_panel_older_than_100_ms_changes_nothing_but_ends_a_press() -> None:
    state = read(released(), OK, 20.0)
    assert read(state, OK, 20.05, age_s=0.1).pressed == OK
    assert read(state, OK, 20.05, age_s=0.101) is state
    pressed = read(state, OK, 20.05)
    assert pressed.pressed == OK
    after = read(pressed, 0, 20.07, age_s=0.2)
    assert (after.pressed, after.raw, after.down) == (0, OK, OK)


@pytest.mark.req("PU6", "SR7")
def test_nothing_is_a_fresh_press_on_the_authority_of_an_old_panel() -> None:
    pressed = replace(read(read(released(), OK, 20.0), OK, 20.05), raw=OK | SPOTTER)
    assert read(pressed, 0, 20.5, age_s=0.2).pressed == 0


def test_with_no_finger_anywhere_the_very_same_object_comes_back() -> None:
    state = released()
    assert read(state, 0, 500.0) is state
    assert read(state, OK, 500.0) is not state


def test_a_release_is_followed_until_nothing_is_left_of_it() -> None:
    state = read(read(released(), OK, 20.0), OK, 20.05)
    state = read(state, 0, 20.06)
    assert (state.raw, state.down) == (0, OK)
    assert read(state, 0, 20.08).down == OK
    assert read(state, 0, 20.1).down == 0


@pytest.mark.req("SR1", "SR6")
def test_how_long_buttons_are_held_together_is_counted_from_the_last_of_them() -> None:
    state = read(read(read(released(), OK, 20.0), OK | SPOTTER, 23.0), OK | SPOTTER, 23.5)
    assert buttons.held_s(state, OK, 25.0) == 5.0
    assert buttons.held_s(state, OK | SPOTTER, 25.0) == 2.0
    assert buttons.held_s(state, OK | START, 25.0) == 0.0
    never = replace(state, seen_released=ALL & ~SPOTTER)
    assert buttons.held_s(never, OK | SPOTTER, 25.0) == 0.0
    assert buttons.held_s(never, OK, 25.0) == 5.0
