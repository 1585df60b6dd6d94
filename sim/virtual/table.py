"""The virtual table's own thread: virtual time after the wall clock, orders in, frames out.  Must never wait for anybody who looks.

Orders wait in a bounded queue; a frame is handed to `publish`, which must return at once.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Callable

from controller.core.limits import Limits
from controller.core.model import Event, Mode
from controller.telemetry import Beside, Telemetry, Teller
from sim import faults
from sim.bus_machine import BusMachine
from sim.desk import CABLE, Desk, Therapy
from sim.process import TICK_MS
from sim.table import TABLE, Person
from sim.virtual import cast, orders
from sim.virtual.calendar import Calendar
from sim.virtual.clinic import Clinic, NoSuchChoiceError, RecordedDisk
from sim.virtual.lifts import opened
from sim.virtual.look import Bench, Look, Who, look
from sim.virtual.presence import Presence

FRAME_S = 0.05
LIVE_SPEED = 5.0
DEMO_SPEED = 10.0
TICK_S = TICK_MS / 1000
PRESS_REAL_S = 1.0
"""So long a finger's press runs in real time whatever the speed: a tap at 60x would else be a button held for minutes."""
FINGER_S = 3.0
"""A finger not heard of for this long has let go: its page has been closed."""
MOST_ORDERS = 200
WORN = {"battery_full_v": 22.4, "battery_empty_v": 21.5}
"""Less than two full returns ask for (23 V), and enough for the electronics."""

Publish = Callable[[Telemetry | None, Look, tuple[Event, ...], bool], None]
"""Newest telemetry if any, the frame, notes of the bench, whether this is another table than before."""


class Heard:
    """controller.ports.Telemetry that keeps the newest tick; a message is made of it once a frame."""

    def __init__(self) -> None:
        self.teller = Teller()
        self.fresh = False

    def put(self, inputs: object, outputs: object) -> None:
        self.teller.gather(inputs, outputs)  # type: ignore[arg-type]  # ports.Telemetry's own types
        self.fresh = True


class VirtualTable:
    """One desk at bus depth, and the time that passes there."""

    def __init__(
        self,
        clinic: Clinic,
        calendar: Calendar,
        limits: Limits,
        fresh: orders.Fresh,
        publish: Publish,
        *,
        ratio: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._clinic = clinic
        self._calendar = calendar
        self._limits = limits
        self._publish = publish
        self._orders: queue.Queue[orders.AnyOrder] = queue.Queue(MOST_ORDERS)
        self._notes: list[Event] = []
        self._ratio = ratio
        self._ratio_now = 0.0
        self._answers = True
        self._over = False
        self._begin(fresh)

    def _begin(self, fresh: orders.Fresh) -> None:
        """Raises cast.NoSuchPersonError."""
        self._lying = self._clinic.put(fresh.who, fresh.week)
        who = self._lying.character
        self._heard = Heard()
        self._desk = Desk(
            (), self._limits, seed=fresh.seed, person=Person(mass_kg=who.mass_kg, height_m=who.height_m), depth="bus",
            telemetry=self._heard, therapy=Therapy(programme=self._clinic.programme, disk=lambda world: RecordedDisk(world, self._clinic)),
        )  # fmt: skip
        self._anew = True
        self._presence = Presence(self._desk, self._clinic, self._note, self._clock, turn_to=fresh.protocol)
        self._presence.willing = self._answers
        self._fingers: dict[str, float] = {}  # button -> when its finger was last heard of, wall time
        self._pressed_s: dict[str, float] = {}  # button -> when it went down, wall time
        self._lever = self._worn = False
        self._owed_s = 0.0

    # ------------------------------------------------------------ from other threads

    def order(self, wanted: orders.AnyOrder) -> bool:
        """Put it in the queue; False when that is full."""
        try:
            self._orders.put_nowait(wanted)
        except queue.Full:
            return False
        return True

    def stop(self) -> None:
        self._over = True

    # ------------------------------------------------------------ the thread

    def run(self) -> None:
        """Until `stop`; then the service ends as it does when its Pi is killed."""
        due_s = last_s = self._clock()
        while not self._over:
            begun_s = self._clock()
            self.frame(min(begun_s - last_s, 4 * FRAME_S))
            last_s = begun_s
            due_s = max(due_s + FRAME_S, begun_s)
            time.sleep(max(0.0, due_s - self._clock()))
        self.close()

    def close(self) -> None:
        """The records are written and closed."""
        self._desk.close()

    def frame(self, passed_s: float) -> None:
        """`passed_s` of the wall clock: orders, as much virtual time, one picture."""
        wall_s = self._clock()
        self._obey(wall_s)
        self._lift_lost_fingers(wall_s)
        before_s = self._desk.now_s
        self._clinic.look()
        self._advance(passed_s * self._ratio_at(wall_s), wall_s + 2 * FRAME_S)
        if passed_s > 0.0:
            self._ratio_now += 0.2 * ((self._desk.now_s - before_s) / passed_s - self._ratio_now)
        self._show()

    def _obey(self, wall_s: float) -> None:
        for _ in range(MOST_ORDERS):
            try:
                wanted = self._orders.get_nowait()
            except queue.Empty:
                return
            try:
                self._do(wanted, wall_s)
            except ValueError as error:
                self._note(str(error))

    def _ratio_at(self, wall_s: float) -> float:
        pressing = any(wall_s - since_s < PRESS_REAL_S for button, since_s in self._pressed_s.items() if button in self._desk.down)
        return min(self._ratio, 1.0) if pressing else self._ratio

    def _advance(self, virtual_s: float, until_s: float) -> None:
        """Whole ticks; what is left is owed.  A computer too slow for the speed asked gives what it can by `until_s`."""
        self._owed_s += virtual_s
        while self._owed_s >= TICK_S:
            self._owed_s -= TICK_S
            self._presence.live()
            self._desk.tick()
            self._calendar.go_on(TICK_S)
            if self._clock() > until_s:
                self._owed_s = 0.0

    def _show(self) -> None:
        desk, message = self._desk, None
        if self._heard.fresh and desk.inputs is not None:
            message = self._heard.teller.message(desk.inputs, desk.outputs, beside=Beside(answer=self._clinic.answer))
        self._heard.fresh = False
        if isinstance(desk.machine, BusMachine):
            desk.machine.pins.log.clear()
        shown = look(desk, self._bench())
        notes, self._notes = tuple(self._notes), []
        anew, self._anew = self._anew, False
        self._publish(message, shown, notes, anew)

    def _bench(self) -> Bench:
        return Bench(
            ratio=self._ratio,
            ratio_now=self._ratio_now,
            answers=self._answers,
            demo=self._presence.demo,
            lever_pulled=self._lever,
            battery_worn=self._worn,
            today=self._calendar.words(),
            person=self._who(),
            open=tuple(map(opened, self._clinic.refused())),
        )

    def _who(self) -> Who:
        lying = self._lying
        return Who(
            who=lying.character.key,
            name=lying.character.name,
            about=lying.character.about,
            week=lying.week,
            protocol=self._clinic.programme.protocol,
            mass_kg=lying.character.mass_kg,
        )

    def _note(self, text: str) -> None:
        self._notes.append(Event(at_s=round(self._desk.now_s, 2), kind="bench", text=text))

    # ------------------------------------------------------------ orders

    def _do(self, wanted: orders.AnyOrder, wall_s: float) -> None:
        match wanted:
            case orders.Press(button=button, down=down):
                self._press(button, down=down, wall_s=wall_s)
            case orders.Speed(ratio=ratio):
                self._ratio = ratio
            case orders.Answers(willing=willing):
                self._answers = self._presence.willing = willing
            case orders.Demo(on=on):
                self._demonstrate(on=on)
            case orders.Fresh(who=who):
                cast.find(who)
                self._desk.close()
                self._begin(wanted)
            case orders.Lift(name=name):
                self._note("; ".join(self._clinic.lift((name,))))
            case orders.NextDay():
                self._next_day()
            case orders.Battery(worn=worn):
                self._battery(worn=worn)
            case _:
                self._presence.end_demo()
                self._wire(wanted)

    def _press(self, button: str, *, down: bool, wall_s: float) -> None:
        self._presence.end_demo()
        if down:
            if button not in self._fingers:
                self._pressed_s[button] = wall_s
                self._desk.push(button)
            self._fingers[button] = wall_s
        elif self._fingers.pop(button, None) is not None:
            self._desk.let_go(button)

    def _lift_lost_fingers(self, wall_s: float) -> None:
        for button in [name for name, heard_s in self._fingers.items() if wall_s - heard_s > FINGER_S]:
            del self._fingers[button]
            self._desk.let_go(button)

    def _demonstrate(self, *, on: bool) -> None:
        self._presence.end_demo()
        if on:
            self._presence.begin_demo()
            self._ratio = max(self._ratio, DEMO_SPEED)

    def _next_day(self) -> None:
        if self._desk.mode is not Mode.IDLE:
            raise NoSuchChoiceError("a day passes only while the table stands upright and idle")
        self._calendar.next_day()
        self._note(f"the next day: {self._calendar.words()}")

    def _battery(self, *, worn: bool) -> None:
        if worn is not self._worn:
            self._worn = worn
            for part, volts in WORN.items():
                self._desk.world.set_part(part, volts if worn else TABLE[part].value)
            self._note("a worn battery put in" if worn else "a good battery put in")

    def _wire(self, wanted: orders.AnyOrder) -> None:
        """Contacts and wires: done only where that changes something, so that two pages may say the same."""
        desk = self._desk
        match wanted:
            case orders.Mushroom(pushed=pushed) if pushed is desk.estop_in:
                desk.mushroom()
            case orders.Ankle(side=side, closed=closed) if closed is not desk.locks[side]:
                desk.lock(side)
            case orders.Lever(pulled=pulled):
                self._lever = pulled
                desk.world.release_lever(pulled)
                self._note("manual release lever pulled" if pulled else "manual release lever put back")
            case orders.Arms(overhead=overhead) if overhead is not desk.arms_out:
                desk.toggle_arms()
                self._note("arms overhead" if overhead else "arms crossed")
            case orders.Mains(present=present) if present is not desk.mains:
                desk.toggle_mains()
                self._note("mains back" if present else "mains pulled out")
            case orders.Pi(runs=runs) if runs is not desk.pi_runs:
                desk.toggle_pi()
                self._note("controller started again" if runs else "controller killed")
            case orders.Cable(plugged=plugged) if plugged is not desk.cable_in:
                desk.toggle_cable()
                self._note("serial cable plugged in" if plugged else "serial cable pulled out")
            case orders.FaultOrder(name=name, on=on):
                self._fault(name, on=on)

    def _fault(self, name: str, *, on: bool) -> None:
        row = faults.find(name)
        if row.name == CABLE:
            self._wire(orders.Cable(plugged=not on))
        elif on is not (row.name in self._desk.world.active_faults):
            self._note(self._desk.toggle_fault(row.name))
