"""Load checks in great number (SR16, F86): python -m tests.plants.loads --sessions N [--plant NAME ...] [--cold-ma MA].

On each corner of sim/plants.py so many sessions of people who may be on the table, and as many of 150 kg with 15 cm of wrong balance
towards the head; each is over once the load check has spoken.  Prints how many were judged wrongly and what was measured.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import NamedTuple

from controller.core.limits import Limits, MotorCurrent
from controller.core.load import Load
from sim.agenda import Agenda
from sim.cli import SHIPPED
from sim.commission import commission
from sim.plants import CORNERS, Plant, random_person, random_plant
from sim.runner import Run
from sim.scenario import Scenario
from sim.scenario_loader import load_scenario
from sim.table import TABLE, Person

PLANTS: dict[str, Plant] = {
    **CORNERS,
    **{f"random {seed}": random_plant(seed) for seed in range(2)},
    **{f"ends {seed}": random_plant(seed, ends=True) for seed in range(2)},
}
HEAD_HEAVY = Person(mass_kg=150.0, height_m=1.8, balance_m=0.15, lift_m=0.08)
FALLS_MOST = Person(mass_kg=132.0, height_m=1.85, balance_m=0.08, lift_m=0.10)
"""Of all who may be on the table the one who loses most from stretch to stretch."""

WITHIN_S = 40.0


class Checked(NamedTuple):
    """What one load check came to: the load, what of it was lost from stretch to stretch, the verdict."""

    load_nm: float
    falls_nm: float
    wrong: bool


@cache
def measured(name: str) -> MotorCurrent:
    """That table's own motor current, as its commissioning measures it."""
    return commission(PLANTS[name])


def begun(scenario: Scenario, name: str, person: Person, seed: int = 1) -> Run:
    """The scenario on that table, its motor current measured, with this person."""
    run = Run(replace(scenario, limits=Limits(current=measured(name))), "fast", seed, lambda _moment: None)
    run.world.build(PLANTS[name])
    run.world.set_person(change_s=0.0, mass_kg=person.mass_kg, balance_m=person.balance_m, lift_m=person.lift_m)
    return run


def grow_cold(run: Run, name: str, cold_ma: float) -> None:
    """Grease that stiffens after commissioning, by so much motor current; less than nothing is a table commissioned in the cold."""
    of = {part: value.value for part, value in TABLE.items()} | dict(PLANTS[name])
    run.world.set_part("rotor_friction_nm", max(0.0, of["rotor_friction_nm"] + cold_ma / 1000.0 * of["motor_nm_per_a"]))


def check(name: str, person: Person, seed: int, cold_ma: float = 0.0) -> Checked:
    """A session up to the load check's verdict."""
    run = begun(load_scenario(SHIPPED / "sessions" / "short.toml"), name, person, seed)
    grow_cold(run, name, cold_ma)
    load = _lived(run)
    current = measured(name)
    near_ma, far_ma = load.near_ma / load.near_count, load.far_ma / load.far_count
    return Checked((far_ma - current.empty_ma) / current.ma_per_nm, (near_ma - far_ma) / current.ma_per_nm, load.wrong)


def _lived(run: Run) -> Load:
    agenda = Agenda(run.scenario, run)
    run.habits.begin()
    row = run.recorder.row()
    while row.t_s < WITHIN_S:
        run.tick(agenda, row)
        row = run.recorder.row()
        run.habits.live(row)
        load = run.process.state.load
        if load.judged:
            return load
    raise TimeoutError(f"no load check within {WITHIN_S:.0f} s: {run.result.modes}")


def _span(values: Sequence[float]) -> str:
    return f"{statistics.mean(values):.2f} +- {statistics.pstdev(values):.2f} [{min(values):.2f}, {max(values):.2f}]"


def _told(name: str, who: str, checks: Sequence[Checked], *, permitted: bool) -> int:
    failed = sum(one.wrong is permitted for one in checks)
    loses = _span([one.falls_nm for one in checks])
    load = _span([one.load_nm for one in checks])
    sys.stdout.write(f"{name:20s} {who:12s} {len(checks):4d} sessions, {failed} misjudged; load {load}; loses {loses}\n")
    sys.stdout.flush()
    return failed


def main(arguments: list[str] | None = None) -> int:
    """Exit code 1 if anybody was misjudged."""
    parser = argparse.ArgumentParser(prog="python -m tests.plants.loads", description="Load checks in great number.")
    parser.add_argument("--sessions", type=int, default=200, help="of each kind on each table")
    parser.add_argument("--plant", choices=sorted(PLANTS), nargs="*", default=list(CORNERS))
    parser.add_argument("--cold-ma", type=float, default=0.0, help="friction that came after commissioning, as motor current")
    given = parser.parse_args(arguments)
    failed = 0
    for name in given.plant:
        seeds = range(1, given.sessions + 1)
        everybody = [check(name, random_person(seed), seed, given.cold_ma) for seed in seeds]
        extreme = [check(name, FALLS_MOST, seed, given.cold_ma) for seed in seeds]
        wrong = [check(name, HEAD_HEAVY, seed, given.cold_ma) for seed in seeds]
        failed += _told(name, "anybody", everybody, permitted=True) + _told(name, "at the limit", extreme, permitted=True)
        failed += _told(name, "head-heavy", wrong, permitted=False)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
