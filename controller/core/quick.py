"""Frozen values made quickly: the same call, the same value, a quarter of the time.  Pure; must never know what it makes.

A frozen slotted dataclass sets each field through `object.__setattr__`, and calling its class packs keywords into a
dictionary.  With 150 fields a tick that was half of the tick.  `maker` writes the function one would write by hand: it
fills an open twin of the class (same slots, plain assignment) and closes it, so that what leaves is as frozen as ever.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, fields
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def maker(cls: Callable[P, T]) -> Callable[P, T]:
    """A function that makes values of the frozen, slotted, keyword-only dataclass `cls`; called as the class is.

    Not for a class that checks its values when it is made (`__post_init__`): the check would be left out.
    """
    if hasattr(cls, "__post_init__"):
        raise TypeError(f"{cls} checks its values when made; call the class itself")
    parts: tuple[Field[Any], ...] = fields(cls)  # type: ignore[arg-type]  # a dataclass, as the contract above says
    twin = type("Open", (), {"__slots__": tuple(part.name for part in parts)})
    defaults = {f"default_{part.name}": value for part in parts if (value := _default(part)) is not MISSING}
    head = ", ".join(f"{part.name}=default_{part.name}" if f"default_{part.name}" in defaults else part.name for part in parts)
    body = "\n".join(f"    value.{part.name} = {part.name}" for part in parts)
    made: dict[str, Callable[P, T]] = {}
    exec(
        f"def make(*, {head}):\n    value = blank(twin)\n{body}\n    value.__class__ = cls\n    return value\n",
        {"blank": object.__new__, "twin": twin, "cls": cls} | defaults,
        made,
    )
    return made["make"]


def _default(part: Field[Any]) -> object:
    """One default serves every value: what it holds is frozen too."""
    return part.default_factory() if part.default_factory is not MISSING else part.default
