"""Datagrams in, sound out: hears what the service says, takes turns, renders ahead while there is nothing to say."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from controller.voice import turn
from controller.voice.catalogue import Catalogue, Spoken
from controller.voice.turn import SILENT, Turn, Utterance
from hardware.speech.player import Player
from hardware.speech.renderer import Renderer, SpeechError

MOST_BYTES = 2048
LOOK_EVERY_S = 0.02  # while something sounds: a phrase's end, or an alarm, is noticed within a tick
IDLE_S = 0.25


class Say(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One datagram: JSON with these two fields."""

    say: str
    urgent: bool = False


def listen(path: Path) -> socket.socket:
    """The socket at which the service is heard; one that a dead process left behind is replaced.  Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
    ear.bind(str(path))
    return ear


class Mouth:
    """One loudspeaker.  `complain` gets a line for each thing that could not be said."""

    def __init__(
        self, *, catalogue: Catalogue, language: str, renderer: Renderer, player: Player, complain: Callable[[str], object]
    ) -> None:
        self._catalogue = catalogue
        self._language = language
        self._renderer = renderer
        self._player = player
        self._complain = complain
        self._turn: Turn = SILENT

    def run(self, ear: socket.socket, ahead: Iterable[str], now_s: Callable[[], float], stop: Callable[[], bool]) -> None:
        """Until `stop()`.  Between datagrams one phrase at a time of `ahead` is rendered, so that none is late when it is needed."""
        to_render = iter(ahead)
        waits_s = 0.0
        while not stop():
            ear.settimeout(waits_s if waits_s > 0.0 else 0.000001)
            heard = _heard(ear, self._complain)
            if heard is not None:
                self._turn = turn.asked(self._turn, Utterance(text=heard.say, urgent=heard.urgent, asked_s=now_s()))
            quiet = self.step(now_s())
            waits_s = LOOK_EVERY_S if not quiet else 0.0 if self._ahead(to_render) else IDLE_S

    def step(self, now_s: float) -> bool:
        """Begin what is due; whether all is silent."""
        trouble = self._player.trouble()
        if trouble:
            self._complain(f"the loudspeaker: {trouble}")
        self._turn, due = turn.go_on(self._turn, now_s, sounding=self._player.sounding())
        if due.cut:
            self._player.cut()
        if due.play is not None:
            self._play(due.play)
        return self._turn.speaking is None and not self._turn.waiting

    def _play(self, utterance: Utterance) -> None:
        try:
            self._player.play(self._renderer.file(self._spoken(utterance.text)))
        except (SpeechError, OSError) as error:
            self._complain(str(error))

    def _spoken(self, english: str) -> Spoken:
        return self._catalogue.speak(english, self._language)

    def _ahead(self, to_render: Iterable[str]) -> bool:
        """Render the next phrase that is not there yet; False when all are."""
        for english in to_render:
            spoken = self._spoken(english)
            if not self._renderer.has(spoken):
                try:
                    self._renderer.file(spoken)
                except (SpeechError, OSError) as error:
                    self._complain(str(error))
                return True
        return False


def _heard(ear: socket.socket, complain: Callable[[str], object]) -> Say | None:
    try:
        data = ear.recv(MOST_BYTES)
    except (TimeoutError, BlockingIOError):
        return None
    try:
        return msgspec.json.decode(data, type=Say)
    except msgspec.MsgspecError as error:
        complain(f"not a phrase: {error}")
        return None
