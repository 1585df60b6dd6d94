"""Runs one scenario: world, process, person and judges in lock step, 20 ms a tick.  Same scenario, same seed, same bytes.

Reads no clock but for the speed it reports; writes nothing: sim.trace, sim.plot and sim.report do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import TYPE_CHECKING

from controller.core.asking import Confirmed
from controller.core.limits import Limits
from controller.core.model import Permission
from controller.ports import Machine
from sim import expectations
from sim.commission import commission
from sim.expectations import Moment
from sim.habits import Habits
from sim.machine import SimMachine
from sim.monitors import Violation, Watch
from sim.plants import CORNERS
from sim.process import TICK_MS, Disk, Process
from sim.recorder import Recorder
from sim.scenario import Happening, Scenario, ScenarioError
from sim.story import Setting
from sim.table import Person
from sim.trace import Row
from sim.world import World

if TYPE_CHECKING:
    from sim.agenda import Agenda

SPOTTED_SESSIONS = 10
"""TP8: a spotter for each of the first ten."""

Tell = Callable[[Moment], None]
_CAUSES = {"reset": 2, "brown_out": 4, "watchdog": 8}  # MCUSR bits


@dataclass(slots=True, kw_only=True)
class Result:
    """One finished run."""

    scenario: Scenario
    depth: str
    board: str = "native"
    rows: list[Row] = field(default_factory=list)
    timeline: list[Moment] = field(default_factory=list)
    phases: dict[str, list[float]] = field(default_factory=dict)
    modes: list[str] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)
    missed: list[Happening] = field(default_factory=list)  # events whose moment never came
    upright_deg: float = -75.0
    wall_s: float = 0.0

    def judged(self) -> list[tuple[str, bool, str]]:
        """Each expectation: its words, whether it held, the figure.  An event that never came is one that did not hold."""
        lines = [
            (f"line {expect.line} {expect.check} = {_words(expect.value)}", *expectations.judge(self, expect))
            for expect in self.scenario.expects
        ]
        lines += [(f"line {event.line} {event.action} = {event.value}", False, "its moment never came") for event in self.missed]
        return lines

    def failures(self) -> list[str]:
        return [f"{name}: {figure}" for name, ok, figure in self.judged() if not ok] + [str(violation) for violation in self.violations]

    @property
    def ok(self) -> bool:
        return not self.failures()


def _words(value: object) -> str:
    return " ".join(value) if isinstance(value, tuple) else str(getattr(value, "text", value))


class OneProtocol:
    """controller.ports.Programme of a scenario: its protocol, its person's history."""

    def __init__(self, scenario: Scenario) -> None:
        history = scenario.history
        by_history = Permission(plan=scenario.plan, refusals=history.refusals, spotter_required=history.sessions < SPOTTED_SESSIONS)
        self._answer = scenario.permission or by_history
        self._confirms = scenario.confirms
        self._heard: list[Confirmed] = []

    def hear(self, answer: Confirmed) -> None:
        """Something was confirmed at the panel: here it stands in the records at once."""
        self._heard.append(answer)
        if self._confirms is not None:
            self._answer = self._confirms(self._heard)

    def permission(self, selection: int, at_upright: bool) -> Permission:  # noqa: ARG002  # the port's signature
        return self._answer


def _person(scenario: Scenario) -> Person:
    who = scenario.who
    return Person(
        mass_kg=who.mass_kg, height_m=who.height_cm / 100.0, balance_m=who.balance_cm / 100.0, arms_overhead=float(who.arms == "overhead")
    )


def _maker(world: World, programme: OneProtocol, depth: str, limits: Limits) -> Callable[[], Machine]:
    if depth == "fast":
        return lambda: SimMachine(world, programme, tick_ms=TICK_MS)
    from sim.bus_machine import bus_machine  # noqa: PLC0415  # the real drivers are slow to import

    return lambda: bus_machine(world, programme=programme, limits=limits)


class Run:
    """One scenario under way; implements sim.events.Stage."""

    def __init__(self, scenario: Scenario, depth: str, seed: int, tell: Tell, board: str | None = None) -> None:
        if depth not in scenario.depths:
            raise ScenarioError(f"{scenario.path}: is not for the depth {depth!r}; it names {', '.join(scenario.depths)}")
        plant = CORNERS[scenario.plant]
        limits = replace(scenario.limits, current=commission(plant)) if plant else scenario.limits
        self.world = World(seed, _person(scenario), board=board or scenario.board).build(plant)
        self.world.estop(pressed=False)
        self.world.set_mains(True)
        programme, latches = OneProtocol(scenario), scenario.history.latches
        disk = Disk(latches, self.world, programme.hear)
        self.process = Process(self.world, _maker(self.world, programme, depth, limits), limits, latches, disk=disk)
        self.scenario = scenario
        self.result = Result(scenario=scenario, depth=depth, board=board or scenario.board, upright_deg=limits.upright_deg)
        self.watch = Watch(_setting(scenario, limits))
        self.recorder = Recorder(self.world, self.process, self.result, tell)
        self.habits = Habits(scenario.routine, self._tap, self._both_locks)
        self._later: list[tuple[float, Callable[[], None]]] = []
        self._now_s = 0.0

    # ------------------------------------------------------------ what events may touch

    def button(self, name: str, *, pressed: bool) -> None:
        self.world.press({"SELECT-": "select_minus", "SELECT+": "select_plus"}.get(name, name), pressed)

    def ankle(self, foot: str, switch: str, *, closed: bool) -> None:
        for side in ("left", "right") if foot == "both" else (foot,):
            self.world.set_ankle(side, closed, primary=switch != "secondary", secondary=switch != "primary")

    def estop(self, *, closed: bool) -> None:
        self.world.estop(not closed)

    def inject(self, fault: str, parameters: Mapping[str, float]) -> None:
        self.world.inject(fault, **parameters)

    def heal(self, fault: str) -> None:
        self.world.clear(fault)

    def push(self, torque_nm: float) -> None:
        self.world.set_person(change_s=0.1, hand_nm=torque_nm)

    def body(self, change: str, value: float, within_s: float) -> None:
        name, scale = {"arms": ("arms_overhead", 1.0), "balance": ("balance_m", 0.01), "mass": ("mass_kg", 1.0)}[change]
        self.world.set_person(change_s=within_s / 3.0, **{name: value * scale})

    def mains(self, *, present: bool) -> None:
        self.world.set_mains(present)

    def pi(self, what: str) -> None:
        {"crash": self.process.crash, "restart": self.process.start, "freeze": self.process.freeze, "thaw": self.process.thaw}[what]()

    def reset_board(self, cause: str) -> None:
        self.world.reset_board(_CAUSES[cause])

    def lever(self, *, pulled: bool) -> None:
        self.world.release_lever(pulled)

    def answers(self, *, willing: bool) -> None:
        self.habits.willing = willing

    def later(self, delay_s: float, do: Callable[[], None]) -> None:
        self._later.append((self._now_s + delay_s, do))

    # ------------------------------------------------------------ time

    def _tap(self, name: str, for_s: float) -> None:
        self.recorder.note("button", name)
        self.button(name, pressed=True)
        self.later(for_s, lambda: self.button(name, pressed=False))

    def _both_locks(self, to: str) -> None:
        self.recorder.note("button", f"ankle locks {to}")
        self.ankle("both", "both", closed=to == "closed")

    def to_the_end(self) -> Result:
        """Tick until the scenario is over."""
        from sim.agenda import Agenda  # noqa: PLC0415  # agenda knows Run

        began = perf_counter()
        agenda = Agenda(self.scenario, self)
        self.habits.begin()
        row = self.recorder.row()
        while not agenda.over(row) and row.t_s < self.scenario.lasts_s:
            self.tick(agenda, row)
            row = self.recorder.row()
            self.watch.feed(row)
            if len(self.watch.violations) > len(self.result.violations):
                self._violations()
            self.habits.live(row)
        self.result.missed = agenda.missed()
        self.result.wall_s = perf_counter() - began
        return self.result

    def tick(self, agenda: Agenda, row: Row) -> None:
        """What is due after `row`, and 20 ms."""
        self._now_s = row.t_s
        agenda.happen(row)
        if self._later:
            self._due(row.t_s)
        self.process.tick(row.t_s)

    def _due(self, now_s: float) -> None:
        due = [do for at_s, do in self._later if at_s <= now_s + 1e-6]
        if due:
            self._later = [item for item in self._later if item[0] > now_s + 1e-6]
            for do in due:
                do()

    def _violations(self) -> None:
        for violation in self.watch.violations[len(self.result.violations) :]:
            self.result.violations.append(violation)
            self.recorder.note("violation", f"{violation.monitor}: {violation.says}", violation.rule)


def _setting(scenario: Scenario, limits: Limits) -> Setting:
    rocking = [
        abs(stage.angle_deg - stage.oscillation.to_deg)
        for stage in scenario.plan.stages
        if stage.oscillation and stage.angle_deg < limits.gate_deg
    ]
    return Setting(upright_deg=limits.upright_deg, permitted_deg=scenario.plan.ceiling_deg, rocking_deg=max(rocking, default=0.0))


def run_scenario(
    scenario: Scenario, *, depth: str | None = None, seed: int | None = None, tell: Tell | None = None, board: str | None = None
) -> Result:
    """Run it once; `tell` hears every moment of the timeline as it comes; `board` instead of the file's (sim.world.BOARDS)."""
    chosen = depth or scenario.depths[0]
    return Run(scenario, chosen, scenario.seed if seed is None else seed, tell or (lambda _moment: None), board).to_the_end()
