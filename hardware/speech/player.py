"""One WAV file at a time through ALSA's own player, which can be cut short.  Decides nothing about what is played."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from hardware.speech.renderer import SpeechError

PLAYER = "aplay"


class Player:
    """`device` is ALSA's name of the loudspeaker; "default" is the one the system is set to."""

    def __init__(self, device: str) -> None:
        found = shutil.which(PLAYER)
        if found is None:
            raise SpeechError(f"{PLAYER} is not installed, so nothing is heard: sudo apt install alsa-utils")
        self._player = found
        self._device = device
        self._process: subprocess.Popen[bytes] | None = None

    def play(self, path: Path) -> None:
        """Begin; whatever sounds is cut first."""
        self.cut()
        command = [self._player, "--quiet", "--device", self._device, str(path)]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def sounding(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def trouble(self) -> str:
        """Why the last file could not be played, once; empty when it could."""
        process = self._process
        if process is None or process.poll() is None:
            return ""
        self._process = None
        says = process.stderr.read().decode(errors="replace").strip() if process.stderr is not None else ""
        if process.stderr is not None:
            process.stderr.close()
        return " ".join(says.split()) or f"{PLAYER} ended with {process.returncode}" if process.returncode > 0 else ""

    def cut(self) -> None:
        """Silence now."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        if process.stderr is not None:
            process.stderr.close()
