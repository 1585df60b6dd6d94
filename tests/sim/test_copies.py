"""Forked copies: what one does stays in it, what it finds comes back, what goes wrong in it is said."""

from __future__ import annotations

import os
from functools import partial

import pytest

from sim.copies import Copies, CopyError, in_a_copy
from sim.world import World


def test_a_copy_of_a_running_world_goes_its_own_way() -> None:
    world = World(board="avr")
    world.run_ms(100)

    def later() -> int:
        world.run_ms(50)
        return world.now_ms

    assert in_a_copy(later) == 150
    assert world.now_ms == 100


def test_results_come_back_in_order_and_whole() -> None:
    found: list[bytes] = []
    copies: Copies[bytes] = Copies(2, found.append)
    for number in range(5):
        copies.start(partial(bytes, 100_000 * number))
    copies.rest()
    assert [len(data) for data in found] == [0, 100_000, 200_000, 300_000, 400_000]


def test_what_goes_wrong_in_a_copy_is_one_line_here() -> None:
    with pytest.raises(CopyError, match="ZeroDivisionError"):
        in_a_copy(lambda: 1 // 0)


def test_a_copy_that_dies_without_a_word_is_noticed() -> None:
    with pytest.raises(CopyError, match="without a word"):
        in_a_copy(partial(os._exit, 3))
