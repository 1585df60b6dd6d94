"""Moments of whole sessions, prepared once: from each of them random histories begin.  Decides nothing about what is right."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from controller.core.model import Mode, Oscillation, SessionPlan, Stage
from controller.programme.protocols import builtin_protocols
from sim.table import HEAVIEST, Person
from tests.properties.table import LIMITS, Saved, Table

BUILT_IN = {protocol.name: protocol.plan(LIMITS) for protocol in builtin_protocols()}
ROCKING = SessionPlan(
    name="rocking", title="Rocking", ceiling_deg=60.0, stages=(
        Stage(angle_deg=20.0, hold_s=5.0), Stage(angle_deg=60.0, hold_s=40.0, oscillation=Oscillation(to_deg=45.0, period_s=30.0)),
    ),
)  # fmt: skip
LONGEST = SessionPlan(name="longest", title="Longest", ceiling_deg=90.0, stages=(Stage(angle_deg=90.0, hold_s=600.0),))

CASES: dict[str, tuple[SessionPlan, Person]] = {
    "week 1": (BUILT_IN["week_1"], Person()),
    "week 3": (BUILT_IN["week_3"], HEAVIEST),
    "week 5": (BUILT_IN["week_5"], Person(mass_kg=52.0, height_m=1.55, balance_m=-0.04, lift_m=0.05)),
    "rocking": (ROCKING, Person(mass_kg=95.0, balance_m=0.03, lift_m=0.10)),
    "longest": (LONGEST, Person(mass_kg=70.0, balance_m=0.0)),
}


@dataclass(frozen=True, slots=True)
class Phase:
    """Where a history may begin: which table, which moment of its session."""

    case: str
    name: str

    @property
    def rested(self) -> bool:
        """Whether SR3's rest, if one was due, has been taken before."""
        return self.name in {"ready", "proof test", "returning past the gate", "returning head-up", "settling"}


def _answering(table: Table) -> None:
    if table.asks and not table.later:
        table.tap("ok")


def _go(table: Table, name: str, reached: object, within_s: float, found: dict[str, Saved]) -> None:
    assert callable(reached)
    for _ in range(round(within_s / 0.02)):
        if reached(table):
            break
        _answering(table)
        table.tick()
    assert reached(table), f"{table.plan.name}: {name} not reached, {table.mode} at {table.now.angle_deg:.1f}"
    while table.later:  # nobody's finger is left on a button
        table.tick()
    found[name] = table.save()


def _ready(table: Table, found: dict[str, Saved]) -> None:
    table.world.close_ankles(closed=False)
    table.run(1.0)
    table.world.close_ankles()
    table.run(2.0)
    _go(table, "ready", lambda t: t.mode is Mode.IDLE, 5.0, found)
    table.tap("start")


def _deep(table: Table) -> float:
    return max(stage.angle_deg for stage in table.plan.stages)


@cache
def prepared(case: str) -> tuple[Table, dict[str, Saved]]:
    """The table of that case and the moments of one session on it."""
    plan, person = CASES[case]
    table, found = Table(plan, person), dict[str, Saved]()
    deep = _deep(table)
    table.run(1.0)
    _ready(table, found)
    _go(table, "proof test", lambda t: t.mode is Mode.PROOF_TEST, 5.0, found)
    _go(table, "descending head-up", lambda t: t.mode is Mode.DESCENDING and t.now.angle_deg > -40.0, 60.0, found)
    _go(table, "descending past level", lambda t: t.now.angle_deg > 8.0, 60.0, found)
    if deep > 40.0:
        _go(table, "descending before the gate", lambda t: t.now.angle_deg > 36.0, 90.0, found)
    _go(table, "holding", lambda t: t.mode is Mode.HOLDING and t.now.angle_deg > deep - 2.0 and t.now.still_s > 3.0, 200.0, found)
    if case == "longest":
        _go(table, "time nearly up", lambda t: t.pi.disk.outputs.hold_left_s < 12.0, 600.0, found)
    table.tap("return")
    if deep > 33.0:
        _go(table, "returning before the gate", lambda t: t.mode is Mode.RETURNING and t.now.angle_deg < deep - 1.5, 30.0, found)
    _go(table, "resting", lambda t: t.mode is Mode.RESTING and t.now.still_s > 5.0, 120.0, found)
    _go(table, "returning past the gate", lambda t: t.mode is Mode.RETURNING and 3.0 < t.now.angle_deg < min(deep, 28.0) - 3.0, 60.0, found)
    _go(table, "returning head-up", lambda t: t.now.angle_deg < -30.0, 60.0, found)
    _go(table, "settling", lambda t: t.mode is Mode.SETTLING, 60.0, found)
    return table, found


NAMES = (
    "ready", "proof test", "descending head-up", "descending past level", "descending before the gate", "holding",
    "returning before the gate", "resting", "returning past the gate", "returning head-up", "settling",
)  # fmt: skip
PHASES: tuple[Phase, ...] = tuple(
    Phase(case, name)
    for case, (plan, _) in CASES.items()
    for name in (*NAMES, "time nearly up")
    if (case == "longest" or name != "time nearly up") and (max(s.angle_deg for s in plan.stages) > 40.0 or "before" not in name)
)


def begin(phase: Phase) -> Table:
    """The table of that phase, in that very moment."""
    table, found = prepared(phase.case)
    table.put_back(found[phase.name])
    return table
