"""Bounds of what may be written down about a person, each with one clear line for a value outside.  Must never name the person.

The bounds catch slips of the hand (grams for kilograms, inches for centimetres); what the table refuses is fit.py's.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from math import isfinite

MOST_TEXT = 200
"""Characters of a name, a clinician's words, a note: one line each."""

_JOINERS = dict.fromkeys((0x200C, 0x200D))
"""Zero-width joiners belong to names in Persian and in Indian scripts; of all that cannot be seen, only they may stand in a line."""


def number(name: str, value: float | None, least: float, most: float) -> None:
    """Raises ValueError for a value outside [least, most]; None has not been said and is always right."""
    if value is not None and not (isfinite(value) and least <= value <= most):
        raise ValueError(f"{name}: {value:g} is outside {least:g} to {most:g}")


def line(name: str, value: str, *, least: int = 1) -> None:
    """One printable line of `least` to MOST_TEXT characters; the value itself is not repeated, it may be somebody's name."""
    shown = value.translate(_JOINERS)
    if len(shown.strip()) < least or len(value) > MOST_TEXT or not shown.isprintable():
        raise ValueError(f"{name}: must be one line of {least} to {MOST_TEXT} printable characters")


def key(name: str, value: str) -> None:
    """A name for machines: lower-case letters, digits, underscores and hyphens."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,63}", value):
        raise ValueError(f"{name}: will not do; lower-case letters, digits, underscores and hyphens, 64 at most")


def instant(name: str, value: datetime | None) -> None:
    """Moments are kept in UTC; one without a zone could be any of 26 hours."""
    if value is not None and value.utcoffset() != timedelta(0):
        raise ValueError(f"{name}: {value.isoformat()} is not in UTC; a moment like 2026-11-25T18:30:00+00:00 would be right")
