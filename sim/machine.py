"""The fast seam: the Machine port straight on the simulated world.  Must never read a clock: time is the world's.

Every command and every telemetry byte still goes through the firmware's own codec and the simulated serial line.
"""

from __future__ import annotations

import struct
from typing import Final

from controller.core.members import FLAG
from controller.core.model import AnkleLocks, BoardReport, Command, Host, ImuReading, Inputs, Lamps, Outputs, Panel
from controller.core.quick import closed, drafter
from controller.core.wire import BoardMode
from controller.ports import Programme
from hardware.drive.link import command_flags
from sim.world import World

_SENSE: Final = struct.Struct("<18d2i3I3H4B4?")
_MODES: Final = tuple(BoardMode)
_ESTOP_AUX: Final = 1 << 9
_LEFT: Final = 1 << 7
_RIGHT: Final = 1 << 8
_DARK: Final = Outputs(lamps=Lamps())
_UNHEARD: Final = BoardReport()
_report, _inputs, _imu = drafter(BoardReport), drafter(Inputs), drafter(ImuReading)


class SimMachine:
    """controller.ports.Machine on a World.  `outputs` is what the Pi last put out (nothing while its process is dead)."""

    def __init__(self, world: World, programme: Programme, *, tick_ms: int = 20) -> None:
        self.world = world
        self.programme = programme
        self.tick_ms = tick_ms
        self.outputs: Outputs = _DARK
        self.restarts = 0  # grows when the service process died and was started afresh: the runner begins a new State
        world.open_port(raw=False)
        ffi, lib, self._world = world.native
        self._sense_c, self._command_c = lib.world_sense, lib.world_ask
        self._sense = ffi.new("sense_t *")
        self._sense_bytes = ffi.buffer(self._sense)
        self._panel_bits = -1
        self._panel = Panel()
        self._ankles = AnkleLocks()
        self._selection = 0
        self._late_s = 0.0
        self._host_key: tuple[float, float, bool, bool, bool] | None = None  # of the host as last read
        self._host = Host()

    # ------------------------------------------------------------ in

    def sense(self) -> Inputs:
        """One consistent snapshot of what the Pi's wires bring."""
        self._sense_c(self._world, self._sense)
        inputs, imu, board = _inputs(), _imu(), _report()
        (
            inputs.now_s, ax, ay, az, gx, gy, gz, imu.chip_time_s, imu.age_s,
            board.age_s, board.angle_deg, board.rate_dps, board.pot_deg, board.encoder_deg, board.budget_left_s, board.rest_s,
            board.round_trip_s, board.uptime_s, board.current_ma, board.battery_mv, board.reasons, _schema, panel, flags,
            board.challenge, board.tick_ms, mode, board.contacts, board.command_seq, board.reset_cause,
            imu.configured, board.identified, heard, _spare,
        ) = _SENSE.unpack_from(self._sense_bytes)  # fmt: skip
        if panel != self._panel_bits:
            self._take_panel(panel)
        imu.accel_mps2, imu.gyro_dps = (ax, ay, az), (gx, gy, gz)
        board.mode, board.flags = _MODES[mode], flags
        inputs.imu = closed(imu, ImuReading)
        inputs.panel, inputs.ankles, inputs.estop_aux_closed = self._panel, self._ankles, panel & _ESTOP_AUX != 0
        inputs.board = closed(board, BoardReport) if heard else _UNHEARD
        inputs.host = self._read_host()
        inputs.permission = self.programme.permission(self._selection, heard and flags & FLAG.AT_UPRIGHT != 0)
        return closed(inputs, Inputs)

    def _take_panel(self, bits: int) -> None:
        self._panel_bits = bits
        self._panel = Panel(
            start=bits & 1 != 0, return_=bits & 2 != 0, dizzy=bits & 4 != 0, ok=bits & 8 != 0,
            select_minus=bits & 16 != 0, select_plus=bits & 32 != 0, spotter=bits & 64 != 0, age_s=0.0,
        )  # fmt: skip
        self._ankles = AnkleLocks(left_closed=bits & _LEFT != 0, right_closed=bits & _RIGHT != 0)

    def _read_host(self) -> Host:
        host = self.world.host
        key = (self._late_s + host.late_s, host.temperature_c, host.storage_ok, host.config_ok, host.watcher_ok)
        if key != self._host_key:
            self._host_key = key
            late_s, temperature_c, storage_ok, config_ok, watcher_ok = key
            self._host = Host(
                late_s=late_s, temperature_c=temperature_c, storage_ok=storage_ok, config_ok=config_ok,
                watcher_ok=watcher_ok, watcher_armed=watcher_ok,
            )  # fmt: skip
        return self._host

    # ------------------------------------------------------------ out

    def act(self, outputs: Outputs) -> None:
        """The command as bytes on the line; lamps, buzzer and display are kept for whoever looks."""
        self.outputs = outputs
        self._selection = outputs.selection
        command = outputs.command
        if command is not None:
            self._send(command)

    def _send(self, command: Command) -> None:
        imu_deg = command.imu_angle_deg
        flags = command_flags(command)
        self._command_c(
            self._world, command.request, flags, command.rate_dps, imu_deg or 0.0, command.permitted_angle_deg, command.challenge
        )

    # ------------------------------------------------------------ time

    def wait_for_tick(self) -> None:
        """One tick of the world; longer when the Pi is stalled or its process is dead (faults 50-53, 62, 64)."""
        host = self.world.host
        self._late_s = 0.0
        if host.stall_s > 0.0 or host.down_s > 0.0:
            self._sleep_through()
        self.world.run_ms(self.tick_ms)

    def _sleep_through(self) -> None:
        host = self.world.host
        if host.down_s > 0.0:
            self.world.open_port(raw=False)
            self.outputs = _DARK  # the pins fall back to inputs, the drivers' pull-downs take every lamp off
            self._selection = 0
            self.restarts += 1
        else:
            self._late_s = host.stall_s
        self.world.run_ms(round((host.stall_s + host.down_s) * 1000.0))
        host.stall_s = host.down_s = 0.0
