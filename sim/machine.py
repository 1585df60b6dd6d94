"""The fast seam: the Machine port straight on the simulated world.  Must never read a clock: time is the world's.

Every command and every telemetry byte still goes through the firmware's own codec and the simulated serial line.
"""

from __future__ import annotations

import struct
from typing import Final

from controller.core.model import AnkleLocks, BoardReport, Command, Host, ImuReading, Inputs, Lamps, Outputs, Panel
from controller.core.quick import maker
from controller.core.wire import BoardMode, CommandFlag, StatusFlag
from controller.ports import Programme
from sim.world import World

_SENSE: Final = struct.Struct("<18d2i3I3H8B")
_MODES: Final = tuple(BoardMode)
_ESTOP_AUX: Final = 1 << 9
_LEFT: Final = 1 << 7
_RIGHT: Final = 1 << 8
_DARK: Final = Outputs(lamps=Lamps())
_UNHEARD: Final = BoardReport()
_report, _inputs, _imu = maker(BoardReport), maker(Inputs), maker(ImuReading)


_SENDABLE: Final = 32767  # of the wire's i16


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
        self._sense_c, self._command_c = lib.world_sense, lib.world_command
        self._sense = ffi.new("sense_t *")
        self._sense_bytes = ffi.buffer(self._sense)
        self._panel_bits = -1
        self._panel = Panel()
        self._ankles = AnkleLocks()
        self._selection = 0
        self._late_s = 0.0
        self._host = Host()
        self._host_seen: tuple[float, bool, bool, float] | None = None

    # ------------------------------------------------------------ in

    def sense(self) -> Inputs:
        """One consistent snapshot of what the Pi's wires bring."""
        self._sense_c(self._world, self._sense)
        (
            now_s, ax, ay, az, gx, gy, gz, chip_s, imu_age_s,
            report_age_s, angle_deg, rate_dps, pot_deg, encoder_deg, budget_left_s, rest_s, round_trip_s, uptime_s,
            current_ma, battery_mv, reasons, _schema, panel, flags, challenge, tick_ms,
            mode, contacts, command_seq, reset_cause, configured, identified, heard, _spare,
        ) = _SENSE.unpack_from(self._sense_bytes)  # fmt: skip
        if panel != self._panel_bits:
            self._take_panel(panel)
        board = _UNHEARD if not heard else _report(
            age_s=report_age_s, identified=identified != 0, mode=_MODES[mode], reasons=reasons, flags=flags, contacts=contacts,
            angle_deg=angle_deg, rate_dps=rate_dps, current_ma=current_ma, pot_deg=pot_deg, encoder_deg=encoder_deg, battery_mv=battery_mv,
            budget_left_s=budget_left_s, rest_s=rest_s, challenge=challenge, command_seq=command_seq, tick_ms=tick_ms,
            round_trip_s=round_trip_s, reset_cause=reset_cause, uptime_s=uptime_s,
        )  # fmt: skip
        return _inputs(
            now_s=now_s,
            imu=_imu(accel_mps2=(ax, ay, az), gyro_dps=(gx, gy, gz), chip_time_s=chip_s, age_s=imu_age_s, configured=configured != 0),
            panel=self._panel,
            ankles=self._ankles,
            estop_aux_closed=panel & _ESTOP_AUX != 0,
            board=board,
            host=self._read_host(),
            permission=self.programme.permission(self._selection, board.flags & StatusFlag.AT_UPRIGHT != 0),
        )

    def _take_panel(self, bits: int) -> None:
        self._panel_bits = bits
        self._panel = Panel(
            start=bits & 1 != 0, return_=bits & 2 != 0, dizzy=bits & 4 != 0, ok=bits & 8 != 0,
            select_minus=bits & 16 != 0, select_plus=bits & 32 != 0, spotter=bits & 64 != 0, age_s=0.0,
        )  # fmt: skip
        self._ankles = AnkleLocks(left_closed=bits & _LEFT != 0, right_closed=bits & _RIGHT != 0)

    def _read_host(self) -> Host:
        host = self.world.host
        seen = (host.temperature_c, host.storage_ok, host.config_ok, self._late_s + host.late_s)
        if seen != self._host_seen:
            self._host_seen = seen
            self._host = Host(temperature_c=seen[0], storage_ok=seen[1], config_ok=seen[2], late_s=seen[3])
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
        flags = (
            (CommandFlag.IMU_VALID if imu_deg is not None else 0)
            | (CommandFlag.UNASKED if command.unasked else 0)
            | (CommandFlag.HALF_RATE if command.half_rate else 0)
            | (CommandFlag.SESSION if command.session else 0)
            | (CommandFlag.ALARM if command.alarm else 0)
            | (CommandFlag.WARN if command.warn else 0)
        )
        try:
            rate, imu, permitted = round(command.rate_dps * 100), round((imu_deg or 0.0) * 100), round(command.permitted_angle_deg * 100)
        except (ValueError, OverflowError):
            return  # not a number: nothing is sent, as the real link does, and the board stops (SR7)
        if max(abs(rate), abs(imu), abs(permitted)) <= _SENDABLE:
            self._command_c(self._world, command.request, flags, rate, imu, permitted, command.challenge)

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
