"""Values filled field by field are the values their class makes: as equal, as complete, as frozen."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass, fields, is_dataclass, replace
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
from controller.core.perceive import perceive
from controller.core.quick import closed, drafter
from controller.core.state import State
from controller.core.tilt import TiltState
from controller.core.tilt_watch import Watch
from controller.core.wire import BoardMode
from tests.core.ideal import LIMITS, Ideal

DRAFTED: tuple[type[Any], ...] = (State, Outputs, Facts, Inputs, BoardReport, ImuReading, Command, MotionState, TiltState, Watch)


def filled(cls: type[Any], values: dict[str, Any]) -> Any:
    draft = drafter(cls)()
    for name, value in values.items():
        setattr(draft, name, value)
    return closed(draft, cls)


@pytest.mark.parametrize("cls", DRAFTED)
def test_every_field_arrives_where_the_class_puts_it(cls: type[Any]) -> None:
    values = {item.name: number for number, item in enumerate(fields(cls))}
    assert filled(cls, values) == cls(**values)
    assert type(filled(cls, values)) is cls


@pytest.mark.parametrize("cls", DRAFTED)
def test_what_is_closed_cannot_be_changed(cls: type[Any]) -> None:
    value = filled(cls, {item.name: 0 for item in fields(cls)})
    with pytest.raises(FrozenInstanceError):
        setattr(value, fields(cls)[0].name, 1)
    with pytest.raises((AttributeError, TypeError)):
        value.something_new = 1


@pytest.mark.parametrize("cls", DRAFTED)
def test_a_draft_has_no_other_fields_than_its_class(cls: type[Any]) -> None:
    with pytest.raises(AttributeError):
        drafter(cls)().something_new = 1


def test_a_field_that_is_left_out_fails_when_it_is_read() -> None:
    value = closed(drafter(MotionState)(), MotionState)
    with pytest.raises(AttributeError, match="rate_dps"):
        _ = value.rate_dps


def left_out(value: Any) -> list[str]:
    """Fields without a value, here and inside."""
    if not is_dataclass(value) or isinstance(value, type):
        return []
    missing = [f"{type(value).__name__}.{item.name}" for item in fields(value) if not hasattr(value, item.name)]
    return missing + [name for item in fields(value) for name in left_out(getattr(value, item.name, None))]


def test_no_tick_of_a_session_leaves_a_field_out() -> None:
    world, seen = Ideal().started(), set()
    while world.state.mode is not Mode.RELEASE:
        before = world.state
        world.tick()
        facts = perceive(before, world.inputs(), LIMITS)
        assert left_out(world.state) + left_out(world.out) + left_out(facts) == []
        seen.add(world.state.mode)
    assert seen >= {Mode.PROOF_TEST, Mode.DESCENDING, Mode.HOLDING, Mode.RETURNING, Mode.SETTLING}


def test_a_class_that_checks_its_values_is_refused() -> None:
    with pytest.raises(TypeError, match="checks its values"):
        drafter(Limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    first: float = 1.0
    second: tuple[int, ...] = ()


@given(st.floats(allow_nan=False), st.tuples(st.integers()))
def test_it_can_be_replaced_compared_and_hashed_like_any_other(first: float, second: tuple[int, ...]) -> None:
    made = filled(Pair, {"first": first, "second": second})
    assert replace(made, first=2.0) == Pair(first=2.0, second=second)
    assert hash(made) == hash(Pair(first=first, second=second))
    assert repr(made) == repr(Pair(first=first, second=second))


@pytest.mark.parametrize(("plain_members", "enum"), [(MODE, Mode), (ACTION, Action), (BOARD, BoardMode), (SIGNAL, Signal)])
def test_plain_members_are_the_enums_own_members_and_all_of_them(plain_members: Any, enum: type[Enum]) -> None:
    assert {name: getattr(plain_members, name) for name in type(plain_members).__slots__} == dict(enum.__members__)
    assert all(getattr(plain_members, member.name) is member for member in enum)
