"""What the virtual table says, as the product's loudspeaker renders it: the same catalogue, engine and cache, played by the browser."""

from __future__ import annotations

import threading
from collections import deque
from pathlib import Path

from controller.voice import catalogue
from controller.voice.catalogue import Spoken
from hardware.speech.renderer import Renderer, SpeechError

REMEMBERED = 400
"""Phrases that the table has said; nothing else is rendered, whatever a page asks for."""


class Voice:
    """`said` comes from the table's thread, `file` from the server's threads."""

    def __init__(self, folder: Path, language: str = catalogue.ENGLISH) -> None:
        self._language = language
        self._said: deque[str] = deque(maxlen=REMEMBERED)
        self._one_at_a_time = threading.Lock()
        self._catalogue = catalogue.load()
        self._renderer: Renderer | None = None
        self.trouble = ""
        try:
            self._renderer = Renderer(self._catalogue, folder)
        except SpeechError as error:
            self.trouble = str(error)

    def said(self, text: str) -> None:
        """The table has said this."""
        if text not in self._said:
            self._said.append(text)

    def file(self, text: str) -> Path | None:
        """The sound of it; None for what the table has not said.  Raises SpeechError."""
        if text not in self._said:
            return None
        if self._renderer is None:
            raise SpeechError(self.trouble)
        with self._one_at_a_time:
            return self._renderer.file(self._spoken(text))

    def _spoken(self, text: str) -> Spoken:
        return self._catalogue.speak(text, self._language)
