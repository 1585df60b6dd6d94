"""The words themselves: whole sentences, plain, and never an order that would hurt somebody (PU2, SR14)."""

from __future__ import annotations

import pytest

from controller.core.model import Mode
from controller.core.safety import RULES
from controller.core.words import GOING_ON, LADDER_WORDS, PHRASES, PROOF_WORDS, RESCUE_STEPS, WORDS

SPOKEN = [
    *(word for pair in WORDS.values() for word in pair), *PHRASES.values(), *GOING_ON.values(), *PROOF_WORDS.values(),
    *LADDER_WORDS.values(), *RESCUE_STEPS,
]  # fmt: skip


@pytest.mark.req("PU2")
def test_every_rule_has_its_two_sentences_and_no_words_are_left_over() -> None:
    assert {rule.name for rule in RULES} | {"board_told"} == set(WORDS)
    assert set(PHRASES) == set(Mode)


@pytest.mark.req("PU2")
@pytest.mark.parametrize("words", [words for words in SPOKEN if words])
def test_every_sentence_begins_large_and_ends(words: str) -> None:
    assert words[0].isupper()
    assert words[-1] in ".?!"
    assert not any(code in words for code in ("SR", "TP", "_", "{angle"))


@pytest.mark.req("SR14")
def test_nobody_is_ever_told_to_kick_or_to_open_a_lock_upside_down() -> None:
    assert [words for words in SPOKEN if "kick" in words.lower()] == [RESCUE_STEPS[-1]]
    assert "Never kick" in RESCUE_STEPS[-1]
    opens = [mode for mode, phrase in PHRASES.items() if "open the ankle locks" in phrase]
    assert opens == [Mode.SETTLING, Mode.RELEASE]


@pytest.mark.req("TP9", "SR1")
def test_return_and_the_way_out_of_a_stop_are_told_where_they_are_needed() -> None:
    for mode in (Mode.HOLDING, Mode.PAUSED, Mode.LEVEL_WAIT, Mode.DIZZY_WAIT, Mode.STOPPED, Mode.RESCUE, Mode.FAULT):
        assert "RETURN" in PHRASES[mode]
    assert "hold RETURN" in PHRASES[Mode.STOPPED]
    assert "OK" in PHRASES[Mode.PAUSED]


@pytest.mark.req("PU2")
def test_phrases_leave_only_what_is_filled_in() -> None:
    assert PHRASES[Mode.DESCENDING].format(target=60, hold="") == "Going to 60 degrees. Breathe through your nose."
    assert "3 minutes" in PHRASES[Mode.HOLDING].format(target=60, hold="3 minutes")
