"""Whose turn it is to be spoken: an alarm cuts a prompt, nothing cuts an alarm, nothing stale is said.  Pure; time is an argument."""

from __future__ import annotations

from dataclasses import dataclass, replace

MOST_WAITING = 16
"""The longest call for help has five sentences; more than three of them waiting is no longer a message."""

STALE_S = 6.0
"""A prompt that had to wait longer than this speaks of a moment that is over; what is urgent is said however late."""

BREATH_S = 0.5
"""What was asked within this of the phrase before it belongs to it, such as the second reason of a refused START: said however long the
first one took."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """A phrase somebody asked to be said."""

    text: str
    urgent: bool
    asked_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What is being spoken now, and what waits."""

    speaking: Utterance | None = None
    waiting: tuple[Utterance, ...] = ()


SILENT = Turn()


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """What the loudspeaker does now: cut what sounds, then begin `play` if there is one."""

    cut: bool = False
    play: Utterance | None = None


NOTHING = Next()


def asked(turn: Turn, utterance: Utterance) -> Turn:
    """Somebody wants this said.  The same words, already sounding or waiting, are not said twice."""
    said = (*turn.waiting, turn.speaking) if turn.speaking is not None else turn.waiting
    if any(other is not None and other.text == utterance.text and other.urgent >= utterance.urgent for other in said):
        return turn
    kept = [other for other in turn.waiting if other.urgent] if utterance.urgent else list(turn.waiting)
    waiting = [*kept, utterance]
    while len(waiting) > MOST_WAITING:
        chatter = next((number for number, other in enumerate(waiting) if not other.urgent), 0)
        del waiting[chatter]
    return replace(turn, waiting=tuple(waiting))


def go_on(turn: Turn, now_s: float, *, sounding: bool) -> tuple[Turn, Next]:
    """The next step; `sounding` is whether the loudspeaker is still at what it was last given."""
    waiting = tuple(other for other in turn.waiting if not _stale(other, turn.speaking, now_s))
    chosen = next((other for other in waiting if other.urgent), waiting[0] if waiting else None)
    speaking = turn.speaking if sounding else None
    if speaking is not None and not (chosen is not None and chosen.urgent and not speaking.urgent):
        return Turn(speaking=speaking, waiting=waiting), NOTHING
    if chosen is None:
        return Turn(), NOTHING
    rest = tuple(other for other in waiting if other is not chosen)
    return Turn(speaking=chosen, waiting=rest), Next(cut=speaking is not None, play=chosen)


def _stale(waiting: Utterance, before: Utterance | None, now_s: float) -> bool:
    """`before`: what sounds, or has just ended."""
    one_breath = before is not None and waiting.asked_s - before.asked_s <= BREATH_S
    return not waiting.urgent and now_s - waiting.asked_s > STALE_S and not one_breath
