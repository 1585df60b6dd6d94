"""The real table as one port: every device read once per tick, every decision put out once.  Decides nothing.

The same class runs in the simulator at bus depth; only the objects handed to the constructor differ.
"""

from __future__ import annotations

from collections.abc import Callable

from gpiozero import Factory

from controller.config import Settings
from controller.core.model import BoardReport, Inputs, Outputs
from controller.core.wire import StatusFlag
from controller.ports import Programme
from hardware import pins
from hardware.ankle_locks import AnkleLockSwitches
from hardware.bus import SMBusLike, in_background
from hardware.buzzer import BuzzerSwitch
from hardware.clock import Clock, Ticker
from hardware.display import Display
from hardware.drive.link import Link
from hardware.drive.port import BytePort
from hardware.estop_contact import EstopContact
from hardware.handset import Handset
from hardware.host import HostPort, UnknownHost
from hardware.imu import Imu
from hardware.lamps import LampPanel
from hardware.outputs import Switch
from hardware.remote.line import RemoteLine


class HardwareMachine:
    """Implements controller.ports.Machine on pins, I2C and a serial line."""

    def __init__(  # noqa: PLR0913 - the seams of the whole table, each by name
        self,
        *,
        pin_factory: Factory,
        smbus: SMBusLike,
        port: BytePort,
        clock: Clock,
        settings: Settings,
        programme: Programme,
        display: Display | None = None,
        host: HostPort | None = None,
        remote: RemoteLine | None = None,
        spawn: Callable[[Callable[[], None]], None] = in_background,
    ) -> None:
        self._clock = clock
        self._ticker = Ticker(clock, settings.limits.tick_s)
        self._limits = settings.limits
        self._programme = programme
        self._display = display
        self._host = host if host is not None else UnknownHost()
        self._remote = remote
        self._handset = Handset(pin_factory)
        self._ankles = AnkleLockSwitches(pin_factory)
        self._estop = EstopContact(pin_factory)
        self._lamps = LampPanel(pin_factory)
        self._buzzer = BuzzerSwitch(pin_factory)
        self._solenoid = Switch(pins.RELEASE_SOLENOID, pin_factory)
        self._imu = Imu(smbus, settings.hardware.imu_address, spawn)
        self._link = Link(port, clock.now_s)
        self._selection = 0

    def sense(self) -> Inputs:
        """One snapshot; each part that cannot be read shows as age or as its dangerous value."""
        now_s = self._clock.now_s()
        board = self._link.poll()
        return Inputs(
            now_s=now_s,
            imu=self._imu.read(now_s),
            panel=self._handset.read(now_s),
            ankles=self._ankles.read(),
            estop_aux_closed=self._estop.closed(),
            board=board,
            host=self._host.read(now_s, self._ticker.late_s),
            permission=self._programme.permission(self._selection, self._at_upright(board)),
        )

    def act(self, outputs: Outputs) -> None:
        """The board's command first: it is the one that expires."""
        if outputs.command is not None:
            self._link.send(outputs.command)
        now_s = self._clock.now_s()
        self._selection = outputs.selection
        self._solenoid.put(outputs.release_locks)
        self._lamps.show(outputs.lamps, now_s)
        self._buzzer.sound(outputs.buzzer, now_s)
        if self._display is not None:
            self._display.show(outputs.lines, turned=outputs.turned)
        if self._remote is not None:
            self._remote.put(outputs, now_s)

    def wait_for_tick(self) -> None:
        self._ticker.wait()

    def close(self) -> None:
        """Everything the Pi switches off, then let go; the board notices the silence by itself."""
        for device in (self._solenoid, self._buzzer, self._lamps, self._handset, self._ankles, self._estop):
            device.close()

    def _at_upright(self, board: BoardReport) -> bool:
        return board.age_s <= self._limits.board_silent_s and bool(board.flags & StatusFlag.AT_UPRIGHT)
