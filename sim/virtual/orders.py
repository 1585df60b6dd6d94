"""What a hand at the virtual table may do, one JSON object each.  Values and their ranges only; sim/virtual/table.py does them.

Every order moves a contact, a wire, a person or time itself.  None of them reaches the controller but through its pins, buses and bytes.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from sim.virtual.cast import MOST_WEEKS

Name = Annotated[str, msgspec.Meta(max_length=60)]
ButtonName = Literal["start", "return", "dizzy", "ok", "select_minus", "select_plus", "spotter"]
Side = Literal["left", "right"]


class Order(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="do"):
    """One movement of a hand."""


class Press(Order, frozen=True, kw_only=True, tag="press"):
    """A finger on a button or off it; one that stays says so again each second."""

    button: ButtonName
    down: bool


class Mushroom(Order, frozen=True, kw_only=True, tag="mushroom"):
    """The emergency stop: pushed in it stays in; out only by twisting."""

    pushed: bool


class Ankle(Order, frozen=True, kw_only=True, tag="ankle"):
    """An ankle lock, both of its switches."""

    side: Side
    closed: bool


class Lever(Order, frozen=True, kw_only=True, tag="lever"):
    """The manual release lever."""

    pulled: bool


class Speed(Order, frozen=True, kw_only=True, tag="speed"):
    """Virtual seconds a second; 0 stands still."""

    ratio: Annotated[float, msgspec.Meta(ge=0.0, le=60.0)]


class Arms(Order, frozen=True, kw_only=True, tag="arms"):
    overhead: bool


class Answers(Order, frozen=True, kw_only=True, tag="answers"):
    """Whether the person presses OK by themselves when they are asked."""

    willing: bool


class Mains(Order, frozen=True, kw_only=True, tag="mains"):
    present: bool


class Battery(Order, frozen=True, kw_only=True, tag="battery"):
    """Another battery: worn, it holds too little for two returns."""

    worn: bool


class Pi(Order, frozen=True, kw_only=True, tag="pi"):
    """Kill the controller's process, or start it again."""

    runs: bool


class Cable(Order, frozen=True, kw_only=True, tag="cable"):
    """The serial cable between Pi and drive board."""

    plugged: bool


class FaultOrder(Order, frozen=True, kw_only=True, tag="fault"):
    """A fault of the catalogue begins or ends."""

    name: Name
    on: bool


class Demo(Order, frozen=True, kw_only=True, tag="demo"):
    """A whole session by itself, or an end of that."""

    on: bool


class Fresh(Order, frozen=True, kw_only=True, tag="fresh"):
    """Another table: upright, with somebody of the cast (sim/virtual/cast.py) on it."""

    who: Name = "ida"
    week: Annotated[int, msgspec.Meta(ge=1, le=MOST_WEEKS)] | None = None  # since their first session; None: as they are
    protocol: Name | None = None  # where SELECT is turned to; None: what is recommended
    seed: Annotated[int, msgspec.Meta(ge=0, le=2**32)] = 1


class Lift(Order, frozen=True, kw_only=True, tag="lift"):
    """Whoever keeps the papers writes down what lifts one refusal of the programme."""

    name: Name


class NextDay(Order, frozen=True, kw_only=True, tag="next_day"):
    """The same time tomorrow: only the calendar moves."""


Hand = Press | Mushroom | Ankle | Lever
"""What hands can do at a real table too: contacts of the panel, the locks, the lever."""
Bench = Speed | Arms | Answers | Mains | Battery | Pi | Cable | FaultOrder | Demo | Fresh | Lift | NextDay
"""What only a simulated table has."""
AnyOrder = Hand | Bench

hand_decoder = msgspec.json.Decoder(Hand)
bench_decoder = msgspec.json.Decoder(Bench)
