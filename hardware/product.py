"""`inversion-table run`: puts the real devices together, runs the loop until told to stop, puts everything down again."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import NamedTuple

from gpiozero import Factory

from controller import service
from controller.clerk import Clerk, fetch_from
from controller.config import ConfigError, Settings, load_settings
from controller.exit_codes import ExitCode
from controller.ports import Programme
from controller.programme.model import Moment
from controller.programme.personal import PersonalProgramme
from controller.programme.protocols import Protocol
from controller.records.journal import RecordsJournal
from controller.telemetry import TelemetrySocket
from controller.therapy import Companion, protocols_or_shipped
from controller.wall_clock import WallClock, table_zone
from hardware.bus import ReopeningBus
from hardware.clock import MonotonicClock
from hardware.display import Display, Displays, TextDisplay
from hardware.drive.port import SerialPort
from hardware.drive.protocol import BAUD
from hardware.gpio import GpioError, claiming, open_pins
from hardware.host import HostPort, PiHost
from hardware.lines import LineWriter
from hardware.machine import HardwareMachine
from hardware.notify import SystemdHeartbeat
from hardware.oled import Oled, OledDisplay
from hardware.realtime import ask_for_real_time
from hardware.remote.line import RemoteLine
from hardware.stop_signal import StopSignal
from hardware.voice import SOCKET, Voice

RECORDS_FOLDER = Path("/var/lib/inversion-table")


def records_folder(settings: Settings) -> Path:
    """The settings' folder, or the one systemd made for the service."""
    return Path(settings.records.directory or os.environ.get("STATE_DIRECTORY", "") or RECORDS_FOLDER)


REFUSED = "Start will be refused until this is put right and the service restarted"


def settings_or_refusal(path: Path | None, say: Callable[[str], None]) -> tuple[Settings, bool]:
    """Settings that are wrong never start a session (F61), but the service runs on the built-in ones so that it can say so."""
    try:
        return load_settings(path), True
    except ConfigError as error:
        say(f"{error}; {REFUSED}")
        return Settings(), False


def build_table(
    parts: ExitStack,
    *,
    pins: Callable[[], Factory],
    settings: Settings,
    programme: Programme,
    display: Display,
    host: HostPort,
    remote: RemoteLine | None = None,
) -> HardwareMachine:
    """Every real device, to be closed with `parts` in the reverse order.  Raises GpioError."""
    clock = MonotonicClock()
    pin_factory = parts.enter_context(closing(pins()))
    smbus = parts.enter_context(closing(ReopeningBus(settings.hardware.i2c_bus, now_s=clock.now_s)))
    port = parts.enter_context(closing(SerialPort(settings.hardware.board_port, baud=BAUD, now_s=clock.now_s)))
    with claiming():
        machine = HardwareMachine(
            pin_factory=pin_factory,
            smbus=smbus,
            port=port,
            clock=clock,
            settings=settings,
            programme=programme,
            display=display,
            host=host,
            remote=remote,
        )
    return parts.enter_context(closing(machine))


def displays(parts: ExitStack, settings: Settings, write: Callable[[str], object]) -> Display:
    """The panel's display on its own bus, and the log."""
    clock = MonotonicClock()
    smbus = parts.enter_context(closing(ReopeningBus(settings.hardware.display_bus, now_s=clock.now_s)))
    return Displays(TextDisplay(write), parts.enter_context(closing(OledDisplay(Oled(smbus), write, clock.now_s))))


def clerk_of(
    settings: Settings, moment: Callable[[], Moment], companion: Companion, say: Callable[[str], None] = lambda _line: None
) -> Clerk:
    """Who sees to what somebody at the page asks, and to what was confirmed at the panel."""
    path = Path(settings.panel.requests_socket)
    return Clerk(records_folder(settings), moment, companion.judged, companion.offer_first, fetch=lambda: fetch_from(path), say=say)


class Office(NamedTuple):
    """What knows the people: the answers that the loop looks up, who keeps them told, who records by hand, and the journal."""

    programme: PersonalProgramme
    companion: Companion
    clerk: Clerk
    journal: RecordsJournal


def office(parts: ExitStack, settings: Settings, protocols: tuple[Protocol, ...], say: Callable[[str], None]) -> Office:
    """All of it, to be closed with `parts`; nobody has begun to look yet."""
    programme, wall = PersonalProgramme(), WallClock(table_zone())
    companion = Companion(programme, settings, protocols, wall.moment)
    clerk = clerk_of(settings, wall.moment, companion, say)
    journal = RecordsJournal(
        records_folder(settings), settings.limits, moment=wall.moment, occasion=companion.occasion, confirmed=clerk.hear, say=say
    )
    parts.enter_context(closing(journal))
    parts.enter_context(closing(companion))
    return Office(programme=programme, companion=companion, clerk=clerk, journal=journal)


def telemetry_of(settings: Settings, clerk: Clerk, journal: RecordsJournal) -> TelemetrySocket:
    """What whoever watches is told, the clerk's answers and what the records have lost with it."""
    return TelemetrySocket(
        Path(settings.panel.socket),
        now_s=MonotonicClock().now_s,
        answer=lambda: clerk.answer,
        records_dropped=lambda: journal.dropped,
    )


def run(settings_path: Path | None, say: Callable[[str], None], pins: Callable[[], Factory] = open_pins) -> ExitCode:
    """Ends only when asked to, or at once when there are no pins: without buttons and locks there is nothing to run."""
    stop = StopSignal()
    settings, settings_ok = settings_or_refusal(settings_path, say)
    protocols, protocols_ok = protocols_or_shipped(settings, lambda wrong: say(f"{wrong}; {REFUSED}"))
    with ExitStack() as parts:
        lines = parts.enter_context(closing(LineWriter(sys.stderr)))
        programme, companion, clerk, journal = office(parts, settings, protocols, lines.write)
        heartbeat = parts.enter_context(closing(SystemdHeartbeat()))
        voice = parts.enter_context(closing(Voice(lines.write, settings.voice.socket or SOCKET)))
        telemetry = parts.enter_context(closing(telemetry_of(settings, clerk, journal)))
        remote = parts.enter_context(closing(RemoteLine())) if settings.remote.watcher else None
        watcher = remote.state if remote is not None else None
        host = PiHost(storage_ok=lambda: journal.storage_ok and companion.alive, config_ok=settings_ok and protocols_ok, watcher=watcher)
        try:
            machine = build_table(
                parts,
                pins=pins,
                settings=settings,
                programme=programme,
                display=displays(parts, settings, lines.write),
                host=host,
                remote=remote,
            )
        except GpioError as error:
            say(str(error))
            return ExitCode.UNAVAILABLE
        companion.start(journal, clerk.attend)
        for line in ask_for_real_time():
            lines.write(line)
        service.run(machine, voice, journal, heartbeat, settings.limits, lambda: stop.asked, telemetry)
    return ExitCode.OK
