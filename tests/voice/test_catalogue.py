"""The phrase file holds every sentence the table can say, in each language, and nothing that is never said."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from controller import strict_toml
from controller.core import panel
from controller.core.limits import Limits
from controller.core.words import PHRASES
from controller.programme.protocols import builtin_protocols, condition_protocols
from controller.programme.rules import Rules
from controller.programme.verdict import judge
from controller.voice.catalogue import PHRASES_FILE, load, sentences
from hardware.speech.ahead import phrases
from tests.programme.people import at, case, held_on

CATALOGUE = load()
HYDRATE = next(reminder.text for reminder in judge(case(held_on(0), at(1))).reminders if reminder.key == "hydrate")
SAID = (*phrases((*builtin_protocols(), *condition_protocols()), Limits(), Rules()), HYDRATE)
SENTENCES = sorted({sentence for text in SAID for sentence in sentences(text)})


def test_there_is_a_second_language() -> None:
    assert set(CATALOGUE.languages) == {"en", "de"}


@pytest.mark.req("PU2")
def test_every_mode_says_something_but_the_start() -> None:
    assert [mode.value for mode, phrase in PHRASES.items() if not phrase] == ["STARTING"]


@pytest.mark.req("PU2")
@pytest.mark.parametrize("sentence", SENTENCES)
def test_each_sentence_the_table_can_say_is_in_the_file(sentence: str) -> None:
    assert CATALOGUE.knows(sentence)
    assert CATALOGUE.speak(sentence, "de").language == "de"


def test_the_file_has_nothing_that_is_never_said() -> None:
    never = [english for english in CATALOGUE.phrases if not any(_says(english, sentence) for sentence in SENTENCES)]
    assert never == []


def _says(english: str, sentence: str) -> bool:
    return re.fullmatch(re.sub(r"\\\{[a-z_]+\\\}", ".+", re.escape(english)), sentence) is not None


def test_what_stands_in_a_place_is_translated_too() -> None:
    hold = f"Holding here for {panel.spoken(185)}. Press RETURN to come up at any time."
    assert CATALOGUE.speak(hold, "de").text == "Hier bleiben wir 3 Minuten 5 Sekunden. RETURN bringt dich jederzeit hoch."
    assert CATALOGUE.speak("Next: 20 degrees for one minute.", "de").text == "Als Nächstes: 20 Grad, eine Minute."


def test_one_unknown_sentence_makes_the_whole_text_english_in_the_english_voice() -> None:
    spoken = CATALOGUE.speak("Coming up. Think of the sea.", "de")
    assert (spoken.text, spoken.language) == ("Coming up. Think of the sea.", "en")


@pytest.mark.parametrize(
    ("planted", "complaint"),
    [
        ('"Ready." = { de = "Bereit." }', '"Ready." = { fr = "Prêt." }'),
        ('"Es geht auf {target} Grad."', '"Es geht los."'),
        ("speed_wpm = 150", 'speed_wpm = "fast"'),
        ('name = "en"', 'name = "eo"'),
        ('{ de = "Bereit." }', "{ de = 5 }"),
    ],
)
def test_a_mistake_in_the_file_is_one_line_with_its_place(tmp_path: Path, planted: str, complaint: str) -> None:
    text = PHRASES_FILE.read_text(encoding="utf-8")
    assert planted in text
    file = tmp_path / "phrases.toml"
    file.write_text(text.replace(planted, complaint, 1), encoding="utf-8")
    with pytest.raises(strict_toml.FileError, match=rf"^{re.escape(str(file))}:\d+: \S+") as error:
        load(file)
    assert "\n" not in str(error.value)
