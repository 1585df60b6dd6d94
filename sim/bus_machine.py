"""The bus depth: the product's own hardware layer on simulated registers, pins and bytes.  Must never read a clock: time is the world's."""

from __future__ import annotations

from collections.abc import Callable

from controller.config import Settings
from controller.core.limits import Limits
from controller.core.model import Host, Inputs, Lamps, Outputs
from controller.ports import Programme
from hardware.machine import HardwareMachine
from sim.imu_chip import SimSMBus
from sim.pins import SimPins
from sim.serial_line import SimSerialPort
from sim.world import World

_DARK = Outputs(lamps=Lamps())


class WorldClock:
    """hardware.clock.Clock: sleeping is letting the world run.  Work of other threads is done in the loop's sleep, as there."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._later: list[Callable[[], None]] = []

    def now_s(self) -> float:
        return self._world.now_ms * 1e-3

    def spawn(self, work: Callable[[], None]) -> None:
        self._later.append(work)

    def sleep_until(self, t_s: float) -> None:
        work, self._later = self._later, []
        for each in work:
            each()
        host = self._world.host
        late_ms = round(host.stall_s * 1000.0)
        host.stall_s = 0.0
        self._world.run_ms(max(0, round(t_s * 1000.0) - self._world.now_ms) + late_ms)


class WorldHost:
    """hardware.host.HostPort on the world's Raspberry Pi; `storage_ok` is what the service's own records say of their disk."""

    def __init__(self, world: World, storage_ok: Callable[[], bool]) -> None:
        self._world = world
        self._storage_ok = storage_ok

    def read(self, now_s: float, late_s: float) -> Host:  # noqa: ARG002 - the port's signature
        host = self._world.host
        return Host(
            late_s=late_s + host.late_s,
            temperature_c=host.temperature_c,
            storage_ok=host.storage_ok and self._storage_ok(),
            config_ok=host.config_ok,
            watcher_ok=host.watcher_ok,
            watcher_armed=host.watcher_ok,
        )


class BusMachine:
    """controller.ports.Machine: a HardwareMachine that can die and be started afresh (faults 50, 51, 62, 64)."""

    def __init__(self, world: World, programme: Programme, settings: Settings, storage_ok: Callable[[], bool] = lambda: True) -> None:
        self.world = world
        self.programme = programme
        self.host = WorldHost(world, storage_ok)
        self.settings = settings
        self.bus = SimSMBus(world)
        self.port = SimSerialPort(world)
        self.clock = WorldClock(world)
        self.outputs: Outputs = _DARK
        self.restarts = 0
        self.pins, self.hardware = self._start()

    def _start(self) -> tuple[SimPins, HardwareMachine]:
        pins = SimPins(self.world)
        return pins, HardwareMachine(
            pin_factory=pins,
            smbus=self.bus,
            port=self.port,
            clock=self.clock,
            settings=self.settings,
            programme=self.programme,
            host=self.host,
            spawn=self._spawn,
        )

    def _spawn(self, work: Callable[[], None]) -> None:
        def in_background() -> None:
            self.bus.in_background = True
            work()
            self.bus.in_background = False

        self.clock.spawn(in_background)

    def sense(self) -> Inputs:
        return self.hardware.sense()

    def act(self, outputs: Outputs) -> None:
        self.outputs = outputs
        self.hardware.act(outputs)

    def wait_for_tick(self) -> None:
        if self.world.host.down_s > 0.0:
            self._die()
        self.hardware.wait_for_tick()

    def _die(self) -> None:
        host = self.world.host
        down_ms = round(host.down_s * 1000.0)
        host.down_s = 0.0
        self.outputs = _DARK
        self.hardware.close()
        self.world.run_ms(down_ms)
        self.restarts += 1
        self.pins, self.hardware = self._start()

    def close(self) -> None:
        self.hardware.close()


def bus_machine(
    world: World, programme: Programme, *, limits: Limits | None = None, storage_ok: Callable[[], bool] = lambda: True
) -> BusMachine:
    """The product's hardware layer wired to `world`."""
    return BusMachine(world, programme, Settings(limits=limits) if limits is not None else Settings(), storage_ok)
