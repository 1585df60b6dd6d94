"""Random histories: what people, wires and faults may do to the table, and when.  Decides nothing about what is right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from hypothesis import strategies as st

from controller.core.model import Command
from controller.core.wire import Request
from sim.faults import FAULTS, find
from tests.properties.phases import PHASES, Phase
from tests.properties.table import Table

BUTTONS = ("start", "return", "dizzy", "ok", "select_minus", "select_plus", "spotter")
SENSORS = frozenset(row.name for row in FAULTS if row.simulated and row.number <= 25)
"""Angle sensors and analogue inputs.  At most one of them in a history: no table survives two lying witnesses of three (SR8)."""
_NOT_MECHANICS = frozenset({"power_lost", "time_exceeded"})
MECHANICS = frozenset(row.name for row in FAULTS if row.simulated and 76 <= row.number <= 89 and row.name not in _NOT_MECHANICS)
"""Motor, gear, brake and what the person does to them.  At most one in a history: the brake is there for a broken gear and the other way
round, nothing is there for both."""
HANDS = frozenset({"estop_pressed", "estop_released_latched", "ankle_lock_opens", "two_buttons"})
"""Done by the deeds below instead."""
OTHERS = tuple(sorted(row.name for row in FAULTS if row.simulated and row.name not in SENSORS | MECHANICS | HANDS))
NO_END = frozenset({"overweight", "person_gets_off"})


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that happens `after_s` the one before and lasts `for_s`."""

    after_s: float
    what: str
    which: str = ""
    for_s: float = 0.3
    values: Mapping[str, float] = field(default_factory=dict)

    def __str__(self) -> str:
        values = f" {dict(self.values)}" if self.values else ""
        return f"+{self.after_s:.2f} {self.what} {self.which} {self.for_s:.2f}{values}"


@dataclass(frozen=True, slots=True)
class History:
    """Where it begins and what happens."""

    phase: Phase
    deeds: tuple[Deed, ...]
    then_s: float = 0.0

    def __str__(self) -> str:
        return f"{self.phase.case}, {self.phase.name}: {'; '.join(map(str, self.deeds))}; then {self.then_s:.2f}"


# ------------------------------------------------------------ doing


def _press(table: Table, deed: Deed) -> None:
    for button in deed.which.split("+"):
        table.tap(button, deed.for_s)


def _estop(table: Table, deed: Deed) -> None:
    table.world.estop()
    table.after(deed.for_s, lambda: table.world.estop(pressed=False))


def _ankle(table: Table, deed: Deed) -> None:
    side, _, switch = deed.which.partition(" ")
    primary, secondary = switch != "secondary", switch != "primary"
    table.world.set_ankle(side, closed=False, primary=primary, secondary=secondary)
    table.after(deed.for_s, lambda: table.world.set_ankle(side, closed=True, primary=primary, secondary=secondary))


def _mains(table: Table, deed: Deed) -> None:
    table.world.set_mains(False)
    table.after(deed.for_s, lambda: table.world.set_mains(True))


def _crash(table: Table, deed: Deed) -> None:
    table.pi.crash()
    table.after(deed.for_s, table.pi.start)


def _freeze(table: Table, deed: Deed) -> None:
    table.pi.freeze()
    table.after(deed.for_s, table.pi.thaw)


def _reset(table: Table, deed: Deed) -> None:
    table.world.reset_board(int(deed.values.get("cause", 2.0)))


def _lever(table: Table, deed: Deed) -> None:
    table.pull_lever()
    table.after(deed.for_s, lambda: table.pull_lever(pulled=False))


def _body(table: Table, deed: Deed) -> None:
    table.world.set_person(change_s=0.5, **deed.values)


def _fault(table: Table, deed: Deed) -> None:
    table.world.inject(deed.which, **deed.values)
    if deed.which not in NO_END:
        table.after(deed.for_s, lambda: table.world.clear(deed.which))


def _order(table: Table, deed: Deed) -> None:
    """From now on the Pi is mad and sends this; silence if it names no request."""
    values = deed.values
    table.mad = True
    table.order = None
    if deed.which:
        lie_deg = values.get("lie_deg")
        table.order = Command(
            request=Request[deed.which], rate_dps=values["rate_dps"], permitted_angle_deg=values["permitted_deg"],
            imu_angle_deg=None if lie_deg is None else table.now.angle_deg + lie_deg, session=bool(values["session"]),
            unasked=bool(values["unasked"]), half_rate=bool(values["half_rate"]), warn=bool(values["warn"]),
        )  # fmt: skip


DO = {
    "order": _order,
    "press": _press, "estop": _estop, "ankle": _ankle, "mains": _mains, "crash": _crash, "freeze": _freeze, "reset": _reset,
    "lever": _lever, "body": _body, "fault": _fault,
}  # fmt: skip


def live(table: Table, history: History) -> None:
    """Everything in the history, in its order."""
    for deed in history.deeds:
        if deed.after_s > 0.0:
            table.run(deed.after_s)
        DO[deed.what](table, deed)
    if history.then_s > 0.0:
        table.run(history.then_s)


# ------------------------------------------------------------ drawing

SOON = st.one_of(st.sampled_from([0.0, 0.02, 0.1, 0.5, 1.0, 2.0]), st.floats(0.0, 8.0))
LASTS = st.one_of(st.sampled_from([0.02, 0.04, 0.1, 0.3, 0.3, 1.0, 3.2]), st.floats(0.02, 6.0))
ANKLES = tuple(f"{side} {switch}" for side in ("left", "right") for switch in ("both", "primary", "secondary"))
BODIES = st.one_of(
    st.fixed_dictionaries({"arms_overhead": st.sampled_from([0.0, 1.0])}),
    st.fixed_dictionaries({"balance_m": st.floats(-0.05, 0.05)}),
)


NOTHING = st.just("")


def _deed(what: str, which: st.SearchStrategy[str] = NOTHING, for_s: st.SearchStrategy[float] = LASTS) -> st.SearchStrategy[Deed]:
    return st.builds(Deed, after_s=SOON, what=st.just(what), which=which, for_s=for_s)


@st.composite
def _faults(draw: st.DrawFn, names: tuple[str, ...], for_s: st.SearchStrategy[float]) -> Deed:
    row = find(draw(st.sampled_from(names)))
    values = {}
    if draw(st.integers(0, 3)) == 0:
        values = {param.name: draw(st.floats(param.least, param.most)) for param in row.params}
    return Deed(after_s=draw(SOON), what="fault", which=row.name, for_s=draw(for_s), values=values)


PRESSES = st.one_of(
    _deed("press", st.sampled_from(BUTTONS)),
    _deed("press", st.sampled_from(("return", "dizzy", "ok", "start"))),
    _deed("press", st.sampled_from(("return", "ok")), st.floats(3.0, 15.0)),
    _deed("press", st.tuples(st.sampled_from(BUTTONS), st.sampled_from(BUTTONS)).filter(lambda two: two[0] != two[1]).map("+".join)),
)
COMMON: tuple[st.SearchStrategy[Deed], ...] = (
    PRESSES,
    PRESSES,
    _deed("estop"),
    _deed("ankle", st.sampled_from(ANKLES)),
    _deed("mains"),
    _deed("crash", for_s=st.floats(0.2, 12.0)),
    _deed("freeze"),
    st.builds(Deed, after_s=SOON, what=st.just("reset"), values=st.sampled_from([{"cause": cause} for cause in (1.0, 2.0, 4.0, 8.0)])),
    st.builds(Deed, after_s=SOON, what=st.just("body"), values=BODIES),
    _faults(OTHERS, LASTS),
    _faults(OTHERS, LASTS),
)
LONE: tuple[st.SearchStrategy[Deed], ...] = (
    _faults(tuple(sorted(SENSORS)), st.floats(0.1, 20.0)),
    _faults(tuple(sorted(MECHANICS)), st.floats(0.1, 8.0)),
    _deed("lever", for_s=st.floats(0.5, 8.0)),
)
"""At most one of these in a history."""


@st.composite
def histories(draw: st.DrawFn, phases: tuple[Phase, ...] = PHASES, most: int = 6) -> History:
    """A moment, then up to `most` deeds, at most one of them a lying sensor, a broken drive or the lever."""
    deeds = draw(st.lists(st.one_of(COMMON), min_size=1, max_size=most))
    if draw(st.booleans()):
        deeds.insert(draw(st.integers(0, len(deeds))), draw(st.one_of(LONE)))
    return History(draw(st.sampled_from(phases)), tuple(deeds), draw(SOON))


def _orders() -> st.SearchStrategy[Deed]:
    """Commands that are valid in form, with the right challenge, and in no way reasonable; now and then silence."""
    values = st.fixed_dictionaries(
        {
            "rate_dps": st.sampled_from([1.5, 3.0, -3.0, 1.5, -1.5, 3.0, -0.75, 0.2, -0.05, 0.0]),
            "permitted_deg": st.sampled_from([90.0, 120.0, 90.0, 45.0, 20.0, 0.0]),
            "session": st.sampled_from([1.0, 1.0, 0.0]),
            "unasked": st.sampled_from([0.0, 1.0]),
            "half_rate": st.sampled_from([0.0, 0.0, 1.0]),
            "warn": st.sampled_from([0.0, 1.0]),
        },
        optional={"lie_deg": st.sampled_from([0.0, 0.0, -20.0, 5.0])},
    )
    requests = ("FOLLOW", "FOLLOW", "FOLLOW", "RETURN_UP", "RETURN_UP", "ASCEND", "DIZZY_BACK", "HOLD", "TRIP", "TEST_BRAKE", "")
    after_s = st.one_of(st.sampled_from([0.02, 0.1, 0.6, 2.0]), st.floats(0.02, 15.0))
    return st.builds(Deed, after_s=after_s, what=st.just("order"), which=st.sampled_from(requests), values=values)


ORDERS = _orders()


@st.composite
def mad_histories(draw: st.DrawFn, phases: tuple[Phase, ...] = PHASES) -> History:
    """The Pi is mad from the first moment on; people press, wires break."""
    first = draw(ORDERS)
    if draw(st.booleans()):
        first = replace(first, which="FOLLOW", values={**first.values, "rate_dps": 1.5, "session": 1.0, "permitted_deg": 90.0})
    deeds = draw(st.lists(st.one_of(ORDERS, ORDERS, ORDERS, PRESSES, *COMMON[2:5], COMMON[7]), min_size=2, max_size=10))
    return History(draw(st.sampled_from(phases)), (first, *deeds), draw(st.floats(1.0, 20.0)))
