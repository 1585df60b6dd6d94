"""The simulated table on a desk: contacts to press, a Pi that can be killed, virtual time.  Must never touch the controller's state.

Every key moves a contact, a wire or a fault of the world; what follows is the controller's and the board's own doing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from controller.core.limits import Limits
from controller.core.model import Event, Inputs, Latches, Mode, Outputs
from controller.core.wire import BoardMode
from controller.ports import NOBODY_LISTENS, Machine, Programme, Telemetry
from controller.programme.permission import StandingProgramme
from controller.programme.protocols import Protocol
from sim import faults
from sim.machine import SimMachine
from sim.process import TICK_MS, Disk, Process
from sim.screen import View
from sim.table import EVERYBODY, Person
from sim.world import World

DEPTHS = ("fast", "bus")
TAP_S = 0.3
"""How long a finger stays on a tapped button, in virtual time: ten times what START needs to be stable."""
CABLE = "cable_out"


def as_it_is(machine: Machine) -> Machine:
    return machine


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key of the keyboard and the hand's movement it stands for."""

    key: str
    label: str
    act: Callable[[Desk], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Therapy:
    """Somebody's own programme, and the disk on which the records stand that it rests on."""

    programme: Programme
    disk: Callable[[World], Disk]


class Desk:
    """World, Pi, and the hands that touch them."""

    def __init__(
        self,
        protocols: Sequence[Protocol],
        limits: Limits,
        *,
        seed: int = 1,
        person: Person = EVERYBODY,
        depth: str = "fast",
        wrap: Callable[[Machine], Machine] = as_it_is,
        telemetry: Telemetry = NOBODY_LISTENS,
        therapy: Therapy | None = None,
    ) -> None:
        """Without `therapy` anybody may do any of the protocols."""
        self.limits = limits
        self.machine: Machine | None = None  # of the service that was started last
        self.world = World(seed, person)
        self.world.estop(pressed=False)
        self.world.set_mains(True)
        self.world.close_ankles(closed=False)
        self._programme = therapy.programme if therapy is not None else StandingProgramme(protocols, limits)
        latches = Latches(inspection_due=False, clean_shutdown=True)
        self._disk = therapy.disk(self.world) if therapy is not None else Disk(latches, self.world)
        self._process = Process(self.world, lambda: wrap(self._start_machine(depth)), limits, latches, telemetry, self._disk)
        self.events: deque[Event] = deque(maxlen=400)
        self.events_count = 0  # ever
        self.estop_in = True
        self.mains = True
        self.cable_in = True
        self.arms_out = False
        self.locks = {"left": False, "right": False}
        self._tapped: dict[str, float] = {}  # button -> virtual time at which the finger lets go
        self._held: set[str] = set()
        self.now_s = 0.0

    def _start_machine(self, depth: str) -> Machine:
        self.machine = self._machine(depth)
        return self.machine

    def _machine(self, depth: str) -> Machine:
        if depth == "fast":
            return SimMachine(self.world, self._programme, tick_ms=TICK_MS)
        from sim.bus_machine import bus_machine  # noqa: PLC0415  # the real drivers are slow to import

        return bus_machine(self.world, programme=self._programme, limits=self.limits, storage_ok=lambda: self._disk.storage_ok)

    def close(self) -> None:
        """The table is done with: its service ends."""
        if self._process.alive:
            self._process.crash()

    # ------------------------------------------------------------ time

    def tick(self) -> None:
        """One control period of the world, with the Pi in it if it lives."""
        if self._tapped:
            self._lift_fingers()
        before = self._process.disk.outputs
        self._process.tick(self.now_s)
        self.now_s += TICK_MS / 1000
        outputs = self._process.disk.outputs
        if outputs.events and outputs is not before:
            self.events.extend(outputs.events)
            self.events_count += len(outputs.events)

    def _lift_fingers(self) -> None:
        for button in [name for name, until_s in self._tapped.items() if self.now_s >= until_s]:
            del self._tapped[button]
            self.world.press(button, button in self._held)

    # ------------------------------------------------------------ hands

    def tap(self, button: str) -> None:
        self.world.press(button)
        self._tapped[button] = self.now_s + TAP_S

    def push(self, button: str) -> None:
        """A finger goes down and stays, TAP_S at least."""
        if button not in self._held:
            self._held.add(button)
            self._tapped[button] = self.now_s + TAP_S
            self.world.press(button)

    def let_go(self, button: str) -> None:
        """The finger goes up; a tap too short to be felt lasts TAP_S all the same."""
        self._held.discard(button)
        if button not in self._tapped:
            self.world.press(button, pressed=False)

    def hold(self, button: str) -> None:
        """Press and keep; the same again lets go."""
        self._held ^= {button}
        self.world.press(button, button in self._held)

    def lock(self, side: str) -> None:
        self.locks[side] = not self.locks[side]
        self.world.set_ankle(side, self.locks[side])

    def mushroom(self) -> None:
        self.estop_in = not self.estop_in
        self.world.estop(not self.estop_in)

    def toggle_mains(self) -> None:
        self.mains = not self.mains
        self.world.set_mains(self.mains)

    def toggle_cable(self) -> None:
        self.cable_in = not self.cable_in
        self.toggle_fault(CABLE)

    def toggle_fault(self, name: str) -> str:
        """Inject the fault, or take it away again; what was done, in words.  Raises ValueError for an unknown one."""
        row = faults.find(name)
        if row.name in self.world.active_faults:
            self.world.clear(row.name)
            return f"{row.id} {row.name} is gone"
        self.world.inject(row.name)
        return f"{row.id} {row.name} injected"

    def toggle_arms(self) -> None:
        self.arms_out = not self.arms_out
        self.world.set_person(arms_overhead=float(self.arms_out))

    def toggle_pi(self) -> None:
        """Kill the service, or start it again: it knows nothing but its latches (SR13)."""
        if self._process.alive:
            self._process.crash()
        else:
            self._process.start()

    def touch(self, key: str) -> str | None:
        """Do what this key stands for; its label, or None when it stands for nothing."""
        found = KEYS_BY_NAME.get(key)
        if found is None:
            return None
        found.act(self)
        return found.label

    # ------------------------------------------------------------ eyes

    @property
    def outputs(self) -> Outputs:
        return self._process.disk.outputs

    @property
    def pi_runs(self) -> bool:
        return self._process.alive

    @property
    def mode(self) -> Mode:
        return self.outputs.mode

    @property
    def inputs(self) -> Inputs | None:
        """What the service read last; None while it is dead."""
        return self._process.disk.inputs

    @property
    def down(self) -> frozenset[str]:
        """Buttons with a finger on them."""
        return frozenset(self._held | set(self._tapped))

    def pressed_labels(self) -> frozenset[str]:
        switched = {"E-STOP"} if not self.estop_in else set()
        return frozenset({BUTTON_LABELS[name] for name in self.down} | switched)

    def view(self, *, title: str, speed_ratio: float, note: str, keys: tuple[tuple[str, str], ...], choices: tuple[str, ...] = ()) -> View:
        truth = self.world.truth()
        permission = self._programme.permission(self.outputs.selection, at_upright=True)
        return View(
            title=f"{title}  {permission.plan.title if permission.plan else 'no protocol'}",
            now_s=self.now_s,
            speed_ratio=speed_ratio,
            angle_deg=truth.angle_deg,
            rate_dps=truth.rate_dps,
            motor_a=truth.motor_a,
            battery_v=truth.bus_v,
            outputs=self.outputs,
            board=BoardMode(truth.board_mode).name,
            brake_set=truth.brake_on,
            mains=self.mains,
            locks=(self.locks["left"], self.locks["right"]),
            estop_in=self.estop_in,
            pi_runs=self.pi_runs,
            cable_in=self.cable_in,
            arms_out=self.arms_out,
            ceiling_deg=permission.plan.ceiling_deg if permission.plan else None,
            max_inverted_s=self.limits.max_inverted_s,
            held=self.pressed_labels(),
            faults=tuple(f"fault injected: {name.replace('_', ' ')}" for name in self.world.active_faults),
            events=tuple(self.events),
            note=note,
            keys=keys,
            choices=choices,
        )


BUTTON_LABELS = {
    "start": "START",
    "return": "RETURN",
    "dizzy": "DIZZY",
    "ok": "OK",
    "select_minus": "SEL-",
    "select_plus": "SEL+",
    "spotter": "SPOTTER",
}
KEYS: tuple[Key, ...] = (
    Key(key="s", label="START", act=lambda desk: desk.tap("start")),
    Key(key="r", label="RETURN", act=lambda desk: desk.tap("return")),
    Key(key="d", label="DIZZY", act=lambda desk: desk.tap("dizzy")),
    Key(key="o", label="OK", act=lambda desk: desk.tap("ok")),
    Key(key="-", label="SEL-", act=lambda desk: desk.tap("select_minus")),
    Key(key="+", label="SEL+", act=lambda desk: desk.tap("select_plus")),
    Key(key="p", label="SPOTTER", act=lambda desk: desk.tap("spotter")),
    Key(key="e", label="E-STOP", act=lambda desk: desk.mushroom()),
    Key(key="l", label="lock L", act=lambda desk: desk.lock("left")),
    Key(key="k", label="lock R", act=lambda desk: desk.lock("right")),
    Key(key="m", label="mains", act=lambda desk: desk.toggle_mains()),
    Key(key="i", label="Pi", act=lambda desk: desk.toggle_pi()),
    Key(key="c", label="cable", act=lambda desk: desk.toggle_cable()),
    Key(key="a", label="arms", act=lambda desk: desk.toggle_arms()),
)
HOLDS: tuple[Key, ...] = (
    Key(key="S", label="START", act=lambda desk: desk.hold("start")),
    Key(key="R", label="RETURN", act=lambda desk: desk.hold("return")),
    Key(key="D", label="DIZZY", act=lambda desk: desk.hold("dizzy")),
    Key(key="O", label="OK", act=lambda desk: desk.hold("ok")),
    Key(key="P", label="SPOTTER", act=lambda desk: desk.hold("spotter")),
)
"""The same buttons in capitals: press and keep, the same key lets go."""
KEYS_BY_NAME = {key.key: key for key in (*KEYS, *HOLDS)} | {"=": KEYS[5], "_": KEYS[4]}
