"""Values made quickly are the values their class makes: as equal, as complete, as frozen."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass, fields, replace
from enum import Enum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.facts import Facts
from controller.core.limits import Limits
from controller.core.members import ACTION, BOARD, MODE, SIGNAL
from controller.core.model import Action, BoardReport, Command, ImuReading, Inputs, Mode, Outputs
from controller.core.modes import Signal
from controller.core.motion import MotionState
from controller.core.quick import maker
from controller.core.safety import Safety
from controller.core.state import State
from controller.core.tilt import TiltState
from controller.core.tilt_watch import Watch
from controller.core.wire import BoardMode

MADE: tuple[type[Any], ...] = (State, Outputs, Facts, Inputs, BoardReport, ImuReading, Command, MotionState, TiltState, Watch, Safety)


@pytest.mark.parametrize("cls", MADE)
def test_every_field_arrives_where_the_class_puts_it(cls: type[Any]) -> None:
    values = {item.name: number for number, item in enumerate(fields(cls))}
    assert maker(cls)(**values) == cls(**values)
    assert type(maker(cls)(**values)) is cls


@pytest.mark.parametrize("cls", [State, Outputs, BoardReport, ImuReading, Command, MotionState, TiltState, Watch, Safety])
def test_what_is_left_out_has_the_classs_default(cls: type[Any]) -> None:
    assert maker(cls)() == cls()


@pytest.mark.parametrize("cls", MADE)
def test_what_was_made_quickly_cannot_be_changed(cls: type[Any]) -> None:
    value = maker(cls)(**{item.name: 0 for item in fields(cls)})
    with pytest.raises(FrozenInstanceError):
        setattr(value, fields(cls)[0].name, 1)
    with pytest.raises((AttributeError, TypeError)):
        value.something_new = 1


def test_a_missing_or_unknown_field_is_an_error_as_with_the_class() -> None:
    make: Any = maker(Inputs)
    with pytest.raises(TypeError):
        make()
    with pytest.raises(TypeError):
        make(now_s=1.0, nowhere=2)


def test_a_class_that_checks_its_values_is_refused() -> None:
    with pytest.raises(TypeError, match="checks its values"):
        maker(Limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    first: float = 1.0
    second: tuple[int, ...] = ()


@given(st.floats(allow_nan=False), st.tuples(st.integers()))
def test_it_can_be_replaced_compared_and_hashed_like_any_other(first: float, second: tuple[int, ...]) -> None:
    made = maker(Pair)(first=first, second=second)
    assert replace(made, first=2.0) == Pair(first=2.0, second=second)
    assert hash(made) == hash(Pair(first=first, second=second))
    assert repr(made) == repr(Pair(first=first, second=second))


@pytest.mark.parametrize(("plain_members", "enum"), [(MODE, Mode), (ACTION, Action), (BOARD, BoardMode), (SIGNAL, Signal)])
def test_plain_members_are_the_enums_own_members_and_all_of_them(plain_members: Any, enum: type[Enum]) -> None:
    assert vars(plain_members) == dict(enum.__members__)
    assert all(getattr(plain_members, member.name) is member for member in enum)
