"""What the panel asks a person to confirm while the table stands idle, and what they have confirmed.  Values only; dialogue.py asks.

The core knows neither who it is nor what the points mean: whoever gave an Asking gets its occasion and keys back with the answer.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One point: a display pair and a spoken phrase."""

    key: str  # handed back when it is confirmed
    title: str  # in the first line, beside its number: 11 characters at most, so that a tick has room too
    shows: str  # runs through the second line
    says: str  # spoken when it is shown
    with_locks: bool = False  # confirmed only while both ankle locks are closed


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Points that belong together: all of them are to be confirmed, or one of them is to be chosen."""

    occasion: str  # whose and what for; opaque here
    rule: str  # "TP3"
    questions: tuple[Question, ...]
    one: bool = False  # True: the point that is confirmed is chosen, the others are not asked
    done: str = "Confirmed."  # spoken at the end


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """The answer to an Asking, whole: half a checklist is none."""

    occasion: str
    keys: tuple[str, ...]
