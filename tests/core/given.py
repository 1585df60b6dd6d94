"""A healthy tick's facts, and the same with anything in them otherwise: for tests of one function's bounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from controller.core.facts import Facts
from controller.core.perceive import perceive
from tests.core.ideal import LIMITS, Ideal

HEALTHY = perceive(Ideal().ready().state, Ideal().inputs(), LIMITS)
"""At upright rest, idle, locks closed."""

Changes = Mapping[str, Any]
EVERY_FLAG, EVERY_CONTACT = 0xFFFF, 0xFF


def put(value: Any, place: str, new: Any) -> Any:
    """The same with another value at a place like `inputs.panel.age_s`."""
    first, _, rest = place.partition(".")
    return replace(value, **{first: put(getattr(value, first), rest, new) if rest else new})


def facts(*changes: Changes) -> Facts:
    f: Facts = HEALTHY
    for change in changes:
        for place, new in change.items():
            f = put(f, place, new)
    return f
