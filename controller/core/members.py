"""Members of the Enums and bits of the wire that every tick asks for, as plain attributes.  Values only.

`Mode.IDLE` goes through Enum's metaclass, ten times the time of `MODE.IDLE`, eighty times a tick; `StatusFlag.AT_REST` is looked for
in the class and its bases each time, five times that of `FLAG.AT_REST`.  They are the same objects.
"""

from __future__ import annotations

from enum import Enum
from typing import Final, TypeVar, cast

from controller.core.model import Action, Buzzer, Mode
from controller.core.modes import Signal
from controller.core.wire import BoardMode, BoardReason, Contact, Request, StatusFlag

E = TypeVar("E", bound=Enum)
B = TypeVar("B")


class _Plain:
    """Holds nothing but the members."""


def plain(enum: type[E]) -> type[E]:
    """An object with the members of `enum` as attributes and nothing else of it."""
    found = _Plain()
    found.__dict__.update(enum.__members__)
    return cast("type[E]", found)


def bits(cls: type[B]) -> type[B]:
    """The same of a class that holds nothing but constants."""
    found = _Plain()
    found.__dict__.update({name: value for name, value in vars(cls).items() if name.isupper()})
    return cast("type[B]", found)


MODE: Final = plain(Mode)
ACTION: Final = plain(Action)
BUZZER: Final = plain(Buzzer)
BOARD: Final = plain(BoardMode)
REQUEST: Final = plain(Request)
SIGNAL: Final = plain(Signal)
FLAG: Final = bits(StatusFlag)
CONTACT: Final = bits(Contact)
REASON: Final = bits(BoardReason)
