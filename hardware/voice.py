"""The spoken word.  For now the phrase goes to the service's log; a loudspeaker is a separate piece of work behind the same call."""

from __future__ import annotations

from collections.abc import Callable


class LogVoice:
    """Implements controller.ports.Voice; `write` must return at once."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write

    def say(self, phrase: str, urgent: bool) -> None:
        self._write(f"voice{' (urgent)' if urgent else ''}: {phrase}")
