"""What is remembered between ticks: locks, upright rest, standing still, lateness."""

from __future__ import annotations

from math import inf
from typing import Any

import pytest

from controller.core import watch
from controller.core.model import AnkleLocks
from controller.core.watch import Watch
from controller.core.wire import Contact

BOTH = Contact.ANKLE_LEFT | Contact.ANKLE_RIGHT
CLOSED = AnkleLocks(left_closed=True, right_closed=True)


def tick(state: Watch, now_s: float, **changes: Any) -> Watch:
    usual = {"locks_open": 0, "heard": True, "upright": False, "still": False, "estop_open": False, "late_s": 0.0}
    return watch.update(state, now_s, **{**usual, **changes})


@pytest.mark.req("SR6")
def test_each_of_the_four_lock_switches_has_its_own_bit() -> None:
    assert watch.open_locks(CLOSED, BOTH, heard=True) == 0
    assert watch.open_locks(AnkleLocks(left_closed=False, right_closed=True), BOTH, heard=True) == 1
    assert watch.open_locks(AnkleLocks(left_closed=True, right_closed=False), BOTH, heard=True) == 2
    assert watch.open_locks(CLOSED, Contact.ANKLE_RIGHT, heard=True) == 4
    assert watch.open_locks(CLOSED, Contact.ANKLE_LEFT, heard=True) == 8
    assert watch.open_locks(AnkleLocks(), 0, heard=True) == 15


@pytest.mark.req("SR6", "SR16")
def test_the_boards_switches_are_unknown_while_it_is_not_heard_and_never_count_as_seen_open() -> None:
    assert watch.open_locks(CLOSED, 0, heard=False) == 0
    assert watch.open_locks(AnkleLocks(), 0, heard=False) == 3
    assert tick(Watch(), 5.0, heard=False).ankles_since_s == inf


@pytest.mark.req("SR6")
def test_the_second_of_closed_locks_begins_anew_with_every_opening() -> None:
    state = tick(tick(Watch(), 5.0), 6.0)
    assert state.ankles_since_s == 5.0
    state = tick(state, 7.0, locks_open=4)
    assert state.ankles_since_s == inf
    assert tick(state, 8.0).ankles_since_s == 8.0


@pytest.mark.req("SR16")
def test_what_was_seen_open_stays_seen() -> None:
    state = tick(tick(tick(Watch(), 1.0, locks_open=1), 2.0, locks_open=8), 3.0)
    assert state.locks_seen_open == 9


@pytest.mark.req("SR2", "TP11")
@pytest.mark.parametrize(("locks_open", "opened"), [(0, False), (4, False), (8, False), (3, False), (12, True), (15, True)])
def test_opened_means_both_secondary_switches_at_upright_rest(locks_open: int, opened: bool) -> None:
    state = tick(Watch(), 1.0, locks_open=locks_open, upright=True)
    assert state.opened_at_upright == opened
    assert tick(state, 2.0, upright=True).opened_at_upright == opened
    assert not tick(state, 2.0, upright=False).opened_at_upright
    assert not tick(Watch(), 1.0, locks_open=locks_open, upright=False).opened_at_upright


@pytest.mark.req("SR2", "SR3")
@pytest.mark.parametrize(("name", "flag"), [("upright_since_s", "upright"), ("still_since_s", "still"), ("estop_since_s", "estop_open")])
def test_a_time_begins_with_its_cause_and_ends_with_it(name: str, flag: str) -> None:
    state = tick(tick(Watch(), 3.0, **{flag: True}), 9.0, **{flag: True})
    assert getattr(state, name) == 3.0
    assert getattr(tick(state, 10.0), name) == inf


@pytest.mark.req("SR7")
def test_late_ticks_count_only_in_a_row_and_from_ten_milliseconds_on() -> None:
    state = tick(tick(Watch(), 1.0, late_s=0.0101), 2.0, late_s=0.5)
    assert state.late == 2
    assert tick(state, 3.0, late_s=0.01).late == 0


def test_nothing_new_gives_the_very_same_object() -> None:
    state = tick(Watch(), 1.0, upright=True, still=True)
    assert tick(state, 2.0, upright=True, still=True) is state
