"""Drafts: values that are made anew in every tick, filled field by field.  Pure; must never know what it makes.

A frozen dataclass sets each field through `object.__setattr__`, and takes many keywords through a dict: for the 170 fields of a tick
that was a third of the tick.  A draft is its class with plain assignment; `closed` turns it into the real thing, as frozen, equal and
hashable as one made by a call.  A test holds every draft to all fields of its class; decision 0020 says what else was tried.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

T = TypeVar("T")


class Draft:
    """A value whose fields are still open.  Only the slots of its class can be set; one that is left out fails when it is read."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __setattr__(self, name: str, value: object) -> None: ...


def drafter(cls: type[Any]) -> Callable[[], Draft]:
    """What makes empty drafts of `cls`, a frozen, slotted dataclass.

    Not for a class that checks its values when it is made (`__post_init__`): the check would be left out.
    """
    if hasattr(cls, "__post_init__"):
        raise TypeError(f"{cls} checks its values when made; call the class itself")
    plain = {"__slots__": (), **{name: getattr(object, name) for name in ("__init__", "__setattr__", "__delattr__")}}
    return cast("Callable[[], Draft]", type(f"{cls.__name__}Draft", (cls,), plain))


def closed(draft: Draft, cls: type[T]) -> T:
    """The finished value: from here on nobody can change it."""
    draft.__class__ = cls  # type: ignore[assignment]  # no slots of its own: the interpreter sees that at once
    return draft  # type: ignore[return-value]
