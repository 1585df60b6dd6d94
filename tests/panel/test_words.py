"""The page has words, a tone and a next step for everything that the controller and the board can be in."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from controller.core.limits import Limits
from controller.core.model import Buzzer, Lamp, Mode
from controller.core.wire import BoardMode
from controller.panel.site import ASSETS
from controller.panel.words import ABOUT, page_words
from tests.hygiene.sources import ROOT

PAGE = (ASSETS / "page.js").read_text(encoding="utf-8")
COACH = (ROOT / "sim/virtual/assets/coach.js").read_text(encoding="utf-8")


def keys(script: str, table: str) -> set[str]:
    """The keys of an object literal in a script; each entry's value holds no brace of its own on a line that begins with a key."""
    body = re.search(rf"const {table} = \{{(.*?)\}};", script, re.S | re.M)
    assert body, table
    return set(re.findall(r"(?:^|[{,])\s*\"?([A-Za-z_]+)\"?:", body.group(1), re.M))


@pytest.mark.req("PU2")
def test_every_mode_has_words_a_tone_and_a_next_step() -> None:
    modes = {mode.value for mode in Mode}
    assert {mode.value for mode in ABOUT} == modes
    assert keys(PAGE, "TONES") == modes
    assert modes <= keys(COACH, "BY_MODE")
    told = json.loads(page_words(Limits()))
    assert all(each["title"] and each["happens"] and each["next"] for each in told["modes"].values())


@pytest.mark.req("PU2")
def test_every_lamp_pattern_buzzer_sound_and_board_mode_has_words() -> None:
    assert keys(PAGE, "LAMP_WORDS") == {lamp.value for lamp in Lamp}
    assert keys(PAGE, "BUZZER_WORDS") == {buzzer.value for buzzer in Buzzer}
    assert keys(PAGE, "BOARD_WORDS") == {mode.name for mode in BoardMode}


def test_the_page_draws_the_limits_of_the_settings() -> None:
    told = json.loads(page_words(Limits(upright_deg=-70.0, rest_s=15.0)))["limits"]
    assert (told["upright_deg"], told["rest_s"], told["gate_deg"], told["max_inverted_s"]) == (-70.0, 15.0, 30.0, 600.0)


@pytest.mark.parametrize("folder", ["controller/panel/assets", "sim/virtual/assets"])
def test_no_page_asks_anybody_else_for_anything(folder: str) -> None:
    """No link and no code from elsewhere, nothing inline that the content policy would have to allow."""
    for path in sorted((ROOT / Path(folder)).glob("*.*")):
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://|//[a-z]+\.[a-z]|innerHTML|outerHTML|insertAdjacentHTML|\beval\(|\sstyle=|\son[a-z]+=", text), path
