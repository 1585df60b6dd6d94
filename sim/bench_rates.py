"""What the bench says about campaigns and about a whole day: sessions and injections an hour, memory, a start.  Measures; decides nothing.

All in the processor's time of one core; "an hour" is an hour of two such cores that do nothing else.
"""

from __future__ import annotations

import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from controller.core.model import Mode
from sim import fault_table, faults
from sim.cli import SHIPPED
from sim.desk import Desk
from sim.fault_cases import Case
from sim.fault_row import Depth, Fault
from sim.runner import run_scenario
from sim.scenario_loader import load_scenario
from sim.world import Snapshot, World

CORES = 2
SHORT = SHIPPED / "sessions" / "short.toml"
INJECTED_MS = 1000
"""A board-level injection is watched so long: the board's own stop is over, and it has said why."""
PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 2**20

STARTS = """
from controller.config import Settings
from controller.core.limits import Limits
from controller.core.model import Latches
from controller.programme.permission import StandingProgramme
from controller.programme.protocols import builtin_protocols
from hardware.realtime import ask_for_real_time
from sim.bus_machine import bus_machine
from sim.process import Process
from sim.world import World
limits = Limits()
world = World(1)
programme = StandingProgramme(builtin_protocols(limits), limits)
process = Process(world, lambda: bus_machine(world, programme, limits=limits), limits, Latches())
ask_for_real_time()
process.tick(0.0)
print(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1])
"""
"""The service with every real driver on simulated pins, registers and bytes, up to its first whole tick: what READY waits for.
Its memory is locked and its libraries are read in, as on the table.
It says its own most memory in kB: the kernel's count for a child begins with the parent's."""


def sessions_an_hour(seeds: Sequence[int]) -> float:
    """Whole sessions with person, recorder and all monitors, by the shipped short one."""
    scenario = load_scenario(SHORT)
    begun_s = time.process_time()
    for seed in seeds:
        run_scenario(scenario, depth="fast", seed=seed)
    return CORES * 3600.0 * len(seeds) / (time.process_time() - begun_s)


def fault_sessions_an_hour(moments: int) -> float:
    """Whole-stack sessions with a fault in them: one session runs, forked copies of it take a fault each at random moments.

    Every one is watched with person, recorder and all monitors until the person is up, or past level and rising.
    """
    rows = fault_table.rows_for("native")[::4]
    plan = fault_table.Plan(rows=rows, count=moments, seed=1, board="native", at_once=1, thorough_each=1)
    done: list[Case] = []
    begun_s = _spent_s()
    fault_table.campaign(plan, (), done.append)
    return CORES * 3600.0 * len(done) / (_spent_s() - begun_s)


def _spent_s() -> float:
    """Processor time of this process and of its copies that have ended."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def on_the_board(row: Fault) -> bool:
    """A fault of the board's own wires, sensors, motor or serial line: nothing of the Pi is needed to show it."""
    return Depth.FAST in row.depths and not 50 <= row.number <= 64


def injections_an_hour(count: int, run_session: Callable[[Callable[[Desk], None]], None]) -> float:
    """Faults injected into snapshots of one session, each run on for a second with the real board in it and its Pi fallen silent."""
    moments: list[tuple[World, Snapshot]] = []

    def keep(desk: Desk) -> None:
        if desk.mode in (Mode.DESCENDING, Mode.HOLDING, Mode.RETURNING) and round(desk.now_s * 50) % 250 == 0:
            moments.append((desk.world, desk.world.snapshot()))

    run_session(keep)
    rows, dice = [row for row in faults.FAULTS if on_the_board(row)], random.Random(1)
    begun_s = time.process_time()
    for number in range(count):
        world, snapshot = dice.choice(moments)
        world.restore(snapshot)
        world.inject(rows[number % len(rows)].name)
        world.run_ms(INJECTED_MS)
        world.truth()
    return CORES * 3600.0 * count / (time.process_time() - begun_s)


def resident_mb() -> float:
    """Memory of this process now (Linux)."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * PAGE_MB


def memory_mb(until_s: float, run_session: Callable[[Callable[[Desk], None], float], None]) -> tuple[float, float]:
    """Resident memory after ten minutes of virtual time and at the end."""
    seen: list[float] = []

    def look(desk: Desk) -> None:
        if not seen and desk.now_s >= 600.0:
            seen.append(resident_mb())

    run_session(look, until_s)
    return seen[0], resident_mb()


def start_cost() -> tuple[float, float]:
    """(seconds of processor time, most megabytes) of a fresh interpreter up to the service's first whole tick.  Raises OSError."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, "-c", STARTS], capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise OSError(0, f"the service does not start: {done.stderr.strip().splitlines()[-1]}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, int(done.stdout) / 1024.0
