"""The controller's service as a process that can die, stall and start again, at either depth.  Decides nothing itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from controller import service
from controller.core.asking import Confirmed
from controller.core.limits import Limits
from controller.core.model import Inputs, Latches, Outputs
from controller.core.state import State
from controller.ports import NOBODY_LISTENS, Machine, Telemetry
from sim.world import World

TICK_MS = 20
_DARK = Outputs()


class Disk:
    """Journal, voice and heartbeat of the simulated Pi: its latches survive the process, the rest is what was last seen and heard."""

    def __init__(self, latches: Latches, world: World, confirmed: Callable[[Confirmed], None] = lambda _answer: None) -> None:
        """`confirmed` gets what was confirmed at the panel."""
        self._latches = latches
        self._confirmed = confirmed
        self._world = world
        self.inputs: Inputs | None = None
        self.outputs = _DARK
        self.said = ""

    def begin(self) -> None:
        """The process starts."""

    def end(self) -> None:
        """The process has died."""

    def put(self, inputs: Inputs, outputs: Outputs) -> None:
        self.inputs, self.outputs, self._latches = inputs, outputs, outputs.latches
        if outputs.confirmed is not None:
            self._confirmed(outputs.confirmed)

    def latches(self) -> Latches:
        return self._latches

    @property
    def storage_ok(self) -> bool:
        return self._world.host.storage_ok

    def say(self, phrase: str, urgent: bool) -> None:  # noqa: ARG002  # the port's signature
        self.said = phrase

    def ready(self) -> None:
        """The service manager of this Pi is the scenario."""

    def beat(self, status: str) -> None:
        """Nobody restarts it but the scenario."""

    def stopping(self) -> None:
        """Never stops in order here."""


class Process:
    """One service process and its deaths."""

    def __init__(
        self,
        world: World,
        make: Callable[[], Machine],
        limits: Limits,
        latches: Latches,
        telemetry: Telemetry = NOBODY_LISTENS,
        disk: Disk | None = None,
    ) -> None:
        self.world = world
        self._telemetry = telemetry
        self.disk = disk or Disk(latches, world)
        self.starts = 0
        self._make = make
        self._limits = limits
        self._machine: Machine | None = None
        self._state = State.initial(latches)
        self._wakes_s: float | None = None  # when it comes back by itself
        self._stalled = False
        self._stalled_ms = 0
        self.start()

    @property
    def alive(self) -> bool:
        return self._machine is not None and not self._stalled

    @property
    def state(self) -> State:
        """What the core remembers, for whoever judges it from outside."""
        return self._state

    def start(self) -> None:
        """A fresh process: only what is on the disk is known."""
        if self._machine is None:
            self.disk.begin()
            self._machine = self._make()
            self._state = State.initial(self.disk.latches())
            self._wakes_s = None
            self._stalled = False
            self.starts += 1

    def crash(self) -> None:
        """Dead at once: pins and port are let go, nothing is put in order."""
        if self._machine is not None:
            self.disk.end()
        self._machine = None
        self._stalled = False
        self.disk.inputs, self.disk.outputs = None, replace(_DARK, latches=self.disk.latches())

    def freeze(self) -> None:
        self._stalled = self._machine is not None
        self._stalled_ms = 0

    def thaw(self) -> None:
        if self._stalled:
            self._stalled = False
            self.world.host.late_s += self._stalled_ms / 1000.0

    def tick(self, now_s: float) -> None:
        """20 ms of the world, with the process in it if it lives."""
        self.disk.said = ""
        host = self.world.host
        if host.down_s > 0.0 or host.stall_s > 0.0:
            self._heed_faults(now_s)
        if self._wakes_s is not None and now_s >= self._wakes_s:
            self._wakes_s = None
            if self._stalled:
                self.thaw()
            else:
                self.start()
        if self._machine is None or self._stalled:
            self._stalled_ms += TICK_MS
            self.world.run_ms(TICK_MS)
            return
        self._machine.wait_for_tick()
        self._state = service.tick(self._state, self._machine, self.disk, self.disk, self.disk, self._limits, self._telemetry)
        if self._stalled_ms > 0:
            late_s, self._stalled_ms = self._stalled_ms / 1000.0, 0
            self.world.host.late_s = max(0.0, self.world.host.late_s - late_s)

    def _heed_faults(self, now_s: float) -> None:
        """Faults of the catalogue that kill or stall the process, run here so that every tick of them is judged."""
        host = self.world.host
        if host.down_s > 0.0:
            self.crash()
            self._wakes_s = now_s + host.down_s
        else:
            self.freeze()
            self._wakes_s = now_s + host.stall_s
        host.down_s = host.stall_s = 0.0
