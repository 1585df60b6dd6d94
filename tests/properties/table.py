"""The whole stack under a tester's hands: real board code, real core, one world; can be put back into a prepared moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from controller.core.limits import Limits
from controller.core.model import Buzzer, Command, Inputs, Latches, Mode, Outputs, Permission, SessionPlan
from controller.core.state import State
from sim.machine import SimMachine
from sim.process import TICK_MS, Process
from sim.table import Person
from sim.world import Snapshot, Truth, World

TICK_S = 0.02
LIMITS = Limits()
CLEAN = Latches(inspection_due=False, clean_shutdown=True)

HELPER_NM = -150.0
"""Two hands at the head end, about a metre from the pivot: 15 kg of lift."""

HELPED_DPS = -2.5
"""Nobody lifts a person faster."""


@dataclass(frozen=True, slots=True)
class Saved:
    """One moment of the whole stack."""

    world: Snapshot
    state: State
    inputs: Inputs | None
    outputs: Outputs
    now: Truth
    pressed: dict[str, float]


class OnePlan:
    """controller.ports.Programme: everybody may, and only this."""

    def __init__(self, plan: SessionPlan) -> None:
        self._answer = Permission(plan=plan, spotter_required=False)

    def permission(self, selection: int, at_upright: bool) -> Permission:  # noqa: ARG002  # the port's signature
        return self._answer


class MovablePi(Process):
    """The service's process, which can also be put back into a moment; `orders` is a Pi gone mad, whose commands are still valid."""

    def save(self) -> tuple[State, Inputs | None, Outputs]:
        return self._state, self.disk.inputs, self.disk.outputs

    def put_back(self, saved: Saved) -> None:
        self._machine = self._make()
        self._wakes_s, self._stalled, self._stalled_ms = None, False, 0
        self._state = saved.state
        self.disk.said = ""
        assert saved.inputs is not None  # moments are saved while it lives
        self.disk.put(saved.inputs, saved.outputs)

    def mad_tick(self, order: Command) -> None:
        """20 ms of a Pi that sends this order, with the right challenge, whatever the core thinks."""
        assert self._machine is not None
        self._machine.wait_for_tick()
        inputs = self._machine.sense()
        self._machine.act(Outputs(command=replace(order, challenge=inputs.board.challenge)))


class Table:
    """World, Pi and fingers.  `watch` sees the truth after every tick."""

    def __init__(self, plan: SessionPlan, person: Person, seed: int = 1) -> None:
        self.plan = plan
        self.world = World(seed, person)
        self.world.estop(pressed=False)
        self.world.set_mains(True)
        programme = OnePlan(plan)
        self.pi = MovablePi(self.world, lambda: SimMachine(self.world, programme, tick_ms=TICK_MS), LIMITS, CLEAN)
        self.now = self.world.truth()
        self.watch: Callable[[Table], None] = _nobody
        self.mad = False  # the core is out of it: `order` is what the Pi sends, None is silence
        self.order: Command | None = None
        self.later: list[tuple[float, Callable[[], None]]] = []
        self.lever_s = -99.0  # when a hand was last on the release lever
        self.pressed: dict[str, float] = {}  # newest press of each button

    # ------------------------------------------------------------ time

    def tick(self) -> None:
        now_s = self.now.now_s
        if self.later:
            due = [do for at_s, do in self.later if at_s <= now_s]
            self.later = [item for item in self.later if item[0] > now_s]
            for do in due:
                do()
        if not self.mad:
            self.pi.tick(now_s)
        elif self.order is not None:
            self.pi.mad_tick(self.order)
        else:
            self.world.run_ms(TICK_MS)
        self.look()

    def look(self) -> None:
        self.now = self.world.truth()
        self.watch(self)

    def run(self, seconds: float) -> None:
        for _ in range(max(1, round(seconds / TICK_S))):
            self.tick()

    def until(self, reached: Callable[[Table], bool], within_s: float) -> bool:
        for _ in range(round(within_s / TICK_S)):
            if reached(self):
                return True
            self.tick()
        return reached(self)

    def after(self, seconds: float, do: Callable[[], None]) -> None:
        self.later.append((self.now.now_s + seconds, do))

    # ------------------------------------------------------------ hands

    def press(self, button: str, pressed: bool = True) -> None:
        if pressed:
            self.pressed[button] = self.now.now_s
        self.world.press(button, pressed)

    def pull_lever(self, pulled: bool = True) -> None:
        self.lever_s = self.now.now_s
        self.world.release_lever(pulled)

    def lift_gently(self) -> None:
        """Whoever was called lifts the head end, and eases off as it comes; a head-heavy person sinks on the lever alone."""
        self.world.set_person(change_s=0.1, hand_nm=HELPER_NM if self.now.rate_dps > HELPED_DPS else 0.0)

    def tap(self, button: str, seconds: float = 0.3) -> None:
        self.press(button)
        self.after(seconds, lambda: self.press(button, pressed=False))

    # ------------------------------------------------------------ eyes and ears

    @property
    def mode(self) -> Mode | None:
        """What the display shows; None when it is dark."""
        return self.pi.disk.outputs.mode if self.pi.alive and not self.mad else None

    @property
    def help_heard(self) -> bool:
        return self.now.buzzer == 3 or (self.mode is not None and self.pi.disk.outputs.buzzer is Buzzer.HELP)

    @property
    def asks(self) -> bool:
        return self.mode is not None and self.pi.disk.outputs.buzzer is Buzzer.ASK

    # ------------------------------------------------------------ moments

    def save(self) -> Saved:
        return Saved(self.world.snapshot(), *self.pi.save(), self.now, dict(self.pressed))

    def put_back(self, saved: Saved) -> None:
        self.pi.put_back(saved)
        self.world.restore(saved.world)
        self.now, self.later = saved.now, []
        self.mad, self.order, self.lever_s = False, None, -99.0
        self.pressed = dict(saved.pressed)
        self.watch = _nobody  # whoever judged the history before remembers another one


def _nobody(table: Table) -> None:
    """Nobody watches while a moment is prepared."""
