"""Members of the Enums and bits of the wire that every tick asks for, as plain attributes.  Values only.

`Mode.IDLE` goes through Enum's metaclass, ten times the time of `MODE.IDLE`, eighty times a tick; `StatusFlag.AT_REST` is looked for
in the class and its bases each time, five times that of `FLAG.AT_REST`.  They are the same objects.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final, TypeVar, cast

from controller.core.model import Action, Buzzer, Mode
from controller.core.modes import Signal
from controller.core.wire import BoardMode, BoardReason, Contact, Request, StatusFlag

E = TypeVar("E", bound=Enum)
B = TypeVar("B")


def _holder(values: Mapping[str, object]) -> object:
    """Holds nothing but these, in slots: an attribute out of a dict costs three times as much."""
    found = type("Plain", (), {"__slots__": tuple(values)})()
    for name, value in values.items():
        setattr(found, name, value)
    return found


def plain(enum: type[E]) -> type[E]:
    """An object with the members of `enum` as attributes and nothing else of it."""
    return cast("type[E]", _holder(enum.__members__))


def bits(cls: type[B]) -> type[B]:
    """The same of a class that holds nothing but constants."""
    return cast("type[B]", _holder({name: value for name, value in vars(cls).items() if name.isupper()}))


MODE: Final = plain(Mode)
ACTION: Final = plain(Action)
BUZZER: Final = plain(Buzzer)
BOARD: Final = plain(BoardMode)
REQUEST: Final = plain(Request)
SIGNAL: Final = plain(Signal)
FLAG: Final = bits(StatusFlag)
CONTACT: Final = bits(Contact)
REASON: Final = bits(BoardReason)
