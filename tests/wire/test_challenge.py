"""The answer that shows the control thread alive (fault 38): the same on both ends, and not to be hit by accident."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.drive.protocol import challenge_reply
from tests.wire.native import codec

WORD = st.integers(0, 0xFFFF)


@pytest.mark.req("SR7")
@given(challenge=WORD, tick_ms=WORD)
def test_both_ends_give_the_same_answer(challenge: int, tick_ms: int) -> None:
    _, lib = codec()
    assert lib.protocol_challenge_reply(challenge, tick_ms) == challenge_reply(challenge, tick_ms)


@pytest.mark.req("SR7")
def test_an_old_challenge_or_a_standing_clock_never_gives_the_right_answer() -> None:
    """One to one in each argument: no two challenges, and no two ticks, share an answer."""
    assert len({challenge_reply(challenge, 1234) for challenge in range(0x10000)}) == 0x10000
    assert len({challenge_reply(1234, tick_ms) for tick_ms in range(0x10000)}) == 0x10000


def test_the_answer_is_neither_the_challenge_nor_the_tick_nor_nothing() -> None:
    assert challenge_reply(0, 0) != 0
    assert sum(challenge_reply(challenge, 500) in {challenge, 500} for challenge in range(0x10000)) < 10


@given(challenge=WORD, tick_ms=WORD, bit=st.integers(0, 15))
def test_one_other_bit_in_the_challenge_changes_the_answer(challenge: int, tick_ms: int, bit: int) -> None:
    assert challenge_reply(challenge ^ (1 << bit), tick_ms) != challenge_reply(challenge, tick_ms)


def test_the_answers_as_they_were_agreed() -> None:
    """Changing the mix needs a new protocol version: old boards would fall silent."""
    assert [challenge_reply(*pair) for pair in ((0, 0), (1, 0), (0, 1), (0xFFFF, 0xFFFF), (0x1234, 0x5678))] == AGREED


AGREED = [39390, 19246, 30659, 39390, 6367]
