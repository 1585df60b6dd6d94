"""The phrase file: what the program says in English -> what is spoken, in the language of the table.  Reads one file, decides nothing.

The English sentence is its own key, so that no caller has to know that there are languages.  A text is translated sentence by
sentence; one with a sentence that the file does not have is spoken whole in English, by the English voice: understood beats pretty.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import msgspec

from controller import strict_toml

PHRASES_FILE = Path(__file__).parent / "phrases.toml"
ENGLISH = "en"

_SENTENCE_END = re.compile(r"(?<=[.?!]) (?=[A-Z])")
_PLACE = re.compile(r"\{([a-z_]+)\}")
_WORD = re.compile(r"[a-z]+")
_VALUE = r"-?\d+(?:\.\d+)?|(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten) (?:minute|second)s?(?: \d+ seconds?)?"
"""What may stand in a place: a number, or a time as controller.core.panel.spoken and the protocols write it."""


class Language(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one language is spoken: the engine's voice, words a minute, and its words for what may stand in a place."""

    name: str
    voice: str
    speed_wpm: int
    words: dict[str, str] = {}


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    languages: tuple[Language, ...]
    phrases: dict[str, dict[str, object]]  # each text is looked at by `load`, which knows its place in the file


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A text, and the language it is in."""

    text: str
    language: str


class Catalogue:
    """Every phrase in every language.  Made once by `load`."""

    def __init__(self, languages: dict[str, Language], phrases: dict[str, dict[str, str]]) -> None:
        self.languages = languages
        self.phrases = phrases
        self._templates = [(_pattern(english), english) for english in phrases if _PLACE.search(english)]

    def speak(self, english: str, language: str) -> Spoken:
        """`english` in `language`; in English where a sentence is missing."""
        if language == ENGLISH:
            return Spoken(text=english, language=ENGLISH)
        said = [self._sentence(sentence, language) for sentence in sentences(english)]
        if not all(said):
            return Spoken(text=english, language=ENGLISH)
        return Spoken(text=" ".join(part for part in said if part), language=language)

    def knows(self, sentence: str) -> bool:
        """Whether the file has this English sentence."""
        return self._entry(sentence) is not None

    def _entry(self, sentence: str) -> tuple[dict[str, str], dict[str, str]] | None:
        """The languages of a sentence, and what stands in its places."""
        if sentence in self.phrases and not _PLACE.search(sentence):
            return self.phrases[sentence], {}
        for pattern, english in self._templates:
            found = pattern.fullmatch(sentence)
            if found:
                return self.phrases[english], found.groupdict()
        return None

    def _sentence(self, sentence: str, language: str) -> str:
        """Empty when the file cannot say it."""
        entry = self._entry(sentence)
        if entry is None or language not in entry[0]:
            return ""
        words = self.languages[language].words
        values = {name: _WORD.sub(lambda word: words.get(word[0], word[0]), value) for name, value in entry[1].items()}
        return entry[0][language].format(**values)


def sentences(text: str) -> list[str]:
    """A text's sentences, each with its full stop."""
    return [sentence for sentence in _SENTENCE_END.split(text.strip()) if sentence]


def load(path: Path = PHRASES_FILE) -> Catalogue:
    """The phrase file, checked.  Raises strict_toml.FileError, one clear line."""
    file, where = strict_toml.load(path, _File)
    languages = {language.name: language for language in file.languages}
    if ENGLISH not in languages:
        raise where.wrong(("languages",), f'the program writes English: one of the languages must be named "{ENGLISH}"')
    phrases: dict[str, dict[str, str]] = {}
    for english, translations in file.phrases.items():
        phrases[english] = {}
        for name, text in translations.items():
            place = ("phrases", english, name)
            if name not in languages:
                raise where.wrong(place, f"no such language; one of {', '.join(languages)}")
            if not isinstance(text, str) or sorted(_PLACE.findall(text)) != sorted(_PLACE.findall(english)):
                raise where.wrong(
                    place, f"must be text with the same places as the English: {', '.join(_PLACE.findall(english)) or 'none'}"
                )
            phrases[english][name] = text
    return Catalogue(languages, phrases)


def _pattern(english: str) -> re.Pattern[str]:
    parts = _PLACE.split(english)
    return re.compile("".join(f"(?P<{part}>{_VALUE})" if index % 2 else re.escape(part) for index, part in enumerate(parts)))
