"""Phrase -> WAV file, by the speech engine that Debian has (espeak-ng), kept so that the next time costs nothing.  Plays nothing."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import wave
from pathlib import Path

from controller.voice.catalogue import Catalogue, Spoken

ENGINE = "espeak-ng"
LONGEST_S = 10.0
"""An engine that needs longer for one phrase is broken; a phrase takes it some 30 ms."""

MOST_FILES = 2000
"""About 200 MB; what was used longest ago goes first."""


class SpeechError(Exception):
    """The engine is missing or said nothing; the message is one line with the cure."""


def engine_path() -> str:
    """Where the engine is.  Raises SpeechError with the cure."""
    found = shutil.which(ENGINE)
    if found is None:
        raise SpeechError(f"{ENGINE} is not installed, so nothing is spoken: sudo apt install {ENGINE} alsa-utils")
    return found


class Renderer:
    """Renders into `folder`; the same words in the same voice are rendered once in the folder's life."""

    def __init__(self, catalogue: Catalogue, folder: Path) -> None:
        self._engine = engine_path()
        self._catalogue = catalogue
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def file(self, spoken: Spoken) -> Path:
        """The WAV file of a phrase, rendered now if it has not been.  Raises SpeechError."""
        path = self._path(spoken)
        if path.exists():
            os.utime(path)
            return path
        self._render(spoken, path)
        self._forget_oldest()
        return path

    def has(self, spoken: Spoken) -> bool:
        return self._path(spoken).exists()

    def _path(self, spoken: Spoken) -> Path:
        language = self._catalogue.languages[spoken.language]
        name = hashlib.sha256(f"{language.voice}\0{language.speed_wpm}\0{spoken.text}".encode()).hexdigest()[:32]
        return self._folder / f"{name}.wav"

    def _render(self, spoken: Spoken, path: Path) -> None:
        """Under another name first, so that a power cut leaves no half a phrase behind."""
        language = self._catalogue.languages[spoken.language]
        unfinished = path.with_suffix(".part")
        command = [self._engine, "-v", language.voice, "-s", str(language.speed_wpm), "-w", str(unfinished), "--stdin"]
        try:
            done = subprocess.run(command, input=spoken.text.encode(), capture_output=True, timeout=LONGEST_S, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise SpeechError(f"{ENGINE} could not speak {spoken.text!r}: {error}") from error
        if done.returncode != 0 or not unfinished.exists() or length_s(unfinished) == 0.0:
            raise SpeechError(
                f"{ENGINE} made no sound of {spoken.text!r}: {done.stderr.decode(errors='replace').strip() or 'no reason given'}"
            )
        unfinished.replace(path)

    def _forget_oldest(self) -> None:
        files = sorted(self._folder.glob("*.wav"), key=lambda file: file.stat().st_mtime)
        for file in files[: max(0, len(files) - MOST_FILES)]:
            file.unlink(missing_ok=True)


def length_s(path: Path) -> float:
    """How long a WAV file sounds; 0 when there is nothing in it.  Raises SpeechError for what is no WAV file."""
    try:
        with wave.open(str(path)) as sound:
            return float(sound.getnframes()) / float(sound.getframerate())
    except (wave.Error, EOFError) as error:
        raise SpeechError(f"{path} is not a sound: {error}") from error
