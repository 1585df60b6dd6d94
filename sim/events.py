"""What can happen in a scenario: the table of actions, and how each is done to the simulated world.

Touches only the world, the faults and the controller's process (crash, freeze, restart); never the controller's state.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from sim import faults
from sim.reading import Table, nearest

BUTTONS = ("START", "RETURN", "DIZZY", "OK", "SELECT-", "SELECT+", "SPOTTER")
FEET = ("left", "right", "both")
SWITCHES = ("both", "primary", "secondary")
ARMS = ("crossed", "overhead")
FAULT_NAMES = tuple(row.name for row in faults.FAULTS if row.simulated)


class Stage(Protocol):
    """What an action may touch; sim/runner.py is one."""

    def button(self, name: str, *, pressed: bool) -> None: ...
    def ankle(self, foot: str, switch: str, *, closed: bool) -> None: ...
    def estop(self, *, closed: bool) -> None: ...
    def inject(self, fault: str, parameters: Mapping[str, float]) -> None: ...
    def heal(self, fault: str) -> None: ...
    def push(self, torque_nm: float) -> None: ...
    def body(self, change: str, value: float, within_s: float) -> None: ...
    def mains(self, *, present: bool) -> None: ...
    def pi(self, what: str) -> None: ...
    def reset_board(self, cause: str) -> None: ...
    def lever(self, *, pulled: bool) -> None: ...
    def answers(self, *, willing: bool) -> None: ...
    def later(self, delay_s: float, do: Callable[[], None]) -> None: ...


Extras = Mapping[str, object]


def _for_s(extras: Extras, default: float = 0.0) -> float:
    value = extras.get("for", default)
    return float(value) if isinstance(value, int | float) else default


def _press(stage: Stage, name: str | float, extras: Extras) -> None:
    stage.button(str(name), pressed=True)
    stage.later(_for_s(extras, 0.3), lambda: stage.button(str(name), pressed=False))


def _hold(stage: Stage, name: str | float, _extras: Extras) -> None:
    stage.button(str(name), pressed=True)


def _release(stage: Stage, name: str | float, _extras: Extras) -> None:
    stage.button(str(name), pressed=False)


def _lock(*, closed: bool) -> Do:
    def do(stage: Stage, foot: str | float, extras: Extras) -> None:
        switch = str(extras.get("switch", "both"))
        stage.ankle(str(foot), switch, closed=closed)
        if _for_s(extras):
            stage.later(_for_s(extras), lambda: stage.ankle(str(foot), switch, closed=not closed))

    return do


def _estop(stage: Stage, how: str | float, extras: Extras) -> None:
    stage.estop(closed=how == "twist")
    if _for_s(extras):
        stage.later(_for_s(extras), lambda: stage.estop(closed=how != "twist"))


def _fault(stage: Stage, name: str | float, extras: Extras) -> None:
    given = extras.get("with")
    stage.inject(str(name), {key: float(value) for key, value in given.items()} if isinstance(given, Mapping) else {})
    if _for_s(extras):
        stage.later(_for_s(extras), lambda: stage.heal(str(name)))


def _heal(stage: Stage, name: str | float, _extras: Extras) -> None:
    stage.heal(str(name))


def _push(stage: Stage, torque_nm: str | float, extras: Extras) -> None:
    stage.push(float(torque_nm))
    stage.later(_for_s(extras, 1.0), lambda: stage.push(0.0))


def _arms(stage: Stage, where: str | float, _extras: Extras) -> None:
    stage.body("arms", float(where == "overhead"), 0.5)


def _balance(stage: Stage, centimetres: str | float, extras: Extras) -> None:
    stage.body("balance", float(centimetres), _for_s(extras))


def _mass(stage: Stage, kilograms: str | float, extras: Extras) -> None:
    stage.body("mass", float(kilograms), _for_s(extras))


def _mains(stage: Stage, what: str | float, extras: Extras) -> None:
    stage.mains(present=what == "on")
    if _for_s(extras):
        stage.later(_for_s(extras), lambda: stage.mains(present=what != "on"))


def _pi(stage: Stage, what: str | float, extras: Extras) -> None:
    stage.pi(str(what))
    if _for_s(extras):
        stage.later(_for_s(extras), lambda: stage.pi("restart" if what == "crash" else "thaw"))


def _board(stage: Stage, cause: str | float, _extras: Extras) -> None:
    stage.reset_board(str(cause))


def _lever(stage: Stage, what: str | float, extras: Extras) -> None:
    stage.lever(pulled=what == "pull")
    if _for_s(extras):
        stage.later(_for_s(extras), lambda: stage.lever(pulled=what != "pull"))


def _person(stage: Stage, what: str | float, _extras: Extras) -> None:
    stage.answers(willing=what == "wakes")


Do = Callable[[Stage, str | float, Extras], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionKind:
    """One action key of [[event]]: what its value may be, what may stand beside it, and what it does."""

    words: tuple[str, ...] = ()
    low: float = 0.0
    high: float = 0.0
    extras: tuple[str, ...] = ()
    do: Do
    about: str
    any_fault: bool = False


ACTIONS: dict[str, ActionKind] = {
    "press": ActionKind(words=BUTTONS, extras=("for",), do=_press, about="press a button and let go after `for` (0.3 s)"),
    "hold": ActionKind(words=BUTTONS, do=_hold, about="press a button and keep it pressed"),
    "release": ActionKind(words=BUTTONS, do=_release, about="let a held button go"),
    "open_lock": ActionKind(
        words=FEET, extras=("for", "switch"), do=_lock(closed=False), about="an ankle lock opens, on one or both of its switches"
    ),
    "close_lock": ActionKind(words=FEET, extras=("for", "switch"), do=_lock(closed=True), about="an ankle lock closes"),
    "estop": ActionKind(words=("press", "twist"), extras=("for",), do=_estop, about="push the emergency stop in, or twist it out"),
    "fault": ActionKind(any_fault=True, extras=("for", "with"), do=_fault, about="a fault of the catalogue begins, by its snake_case name"),
    "heal": ActionKind(any_fault=True, do=_heal, about="a fault ends"),
    "push_nm": ActionKind(
        low=-300.0, high=300.0, extras=("for",), do=_push, about="torque of a hand on the table, + head down, for `for` (1 s)"
    ),
    "arms": ActionKind(words=ARMS, do=_arms, about="the person moves the arms"),
    "balance_cm": ActionKind(low=-30.0, high=30.0, extras=("for",), do=_balance, about="the centre of mass goes there, within `for`"),
    "mass_kg": ActionKind(
        low=0.0, high=150.0, extras=("for",), do=_mass, about="the mass on the table becomes this (0: gets off), within `for`"
    ),
    "mains": ActionKind(words=("off", "on"), extras=("for",), do=_mains, about="mains goes or comes back"),
    "pi": ActionKind(
        words=("crash", "restart", "freeze", "thaw"),
        extras=("for",),
        do=_pi,
        about="the controller's service dies, starts, stalls or goes on",
    ),
    "board": ActionKind(words=("reset", "brown_out", "watchdog"), do=_board, about="the drive board resets"),
    "lever": ActionKind(words=("pull", "push"), extras=("for",), do=_lever, about="the manual release lever"),
    "person": ActionKind(words=("faints", "wakes"), do=_person, about="stops or begins to answer"),
}


def _parameters(table: Table, fault: str) -> dict[str, float]:
    """A fault's numbers, judged by its own row."""
    inner = table.table("with")
    given = {name: inner.number(name, 0.0, -1e6, 1e6) for name in inner.values}
    try:
        faults.find(fault).values(given)
    except faults.FaultError as error:
        raise table.fail("with", str(error)) from error
    return given


def read_action(table: Table) -> tuple[str, str | float, dict[str, object]]:
    """The one action of an [[event]] and what stands beside it."""
    present = [key for key in ACTIONS if table.has(key)]
    if len(present) != 1:
        unknown = [key for key in table.values if key not in table.seen and key not in ACTIONS and key not in ("for", "with", "switch")]
        if unknown:
            raise table.fail(unknown[0], f"unknown key; {nearest(unknown[0], [*ACTIONS, *table.seen, 'for', 'with', 'switch'])}")
        raise table.fail(
            "", f"has {'no action' if not present else ' and '.join(present)}; exactly one of {', '.join(ACTIONS)} would be right"
        )
    key = present[0]
    kind = ACTIONS[key]
    value: str | float
    if kind.any_fault:
        value = table.word(key, None, FAULT_NAMES)
    elif kind.words:
        value = table.word(key, None, kind.words)
    else:
        value = table.number(key, 0.0, kind.low, kind.high)
    extras: dict[str, object] = {}
    if "for" in kind.extras and table.has("for"):
        extras["for"] = table.duration("for", 0.0)
    if "switch" in kind.extras and table.has("switch"):
        extras["switch"] = table.word("switch", "both", SWITCHES)
    if "with" in kind.extras and table.has("with"):
        extras["with"] = _parameters(table, str(value))
    return key, value, extras
