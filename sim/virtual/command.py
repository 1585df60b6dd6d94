"""`inversion-table-sim run`: the virtual table as a page in the browser; where nobody can look at one, as text.  Composes only."""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import sys
import tempfile
import threading
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from starlette.applications import Starlette

from controller.config import Settings, TableSettings
from controller.core.limits import Limits
from controller.exit_codes import ExitCode
from controller.panel.hub import Hub
from controller.panel.serve import Server, listen
from controller.programme.protocols import Protocol, ProtocolError
from controller.records.database import RecordsError, prepare
from controller.records.store import opened
from controller.therapy import protocols_of
from controller.wall_clock import table_zone
from sim import terminal
from sim.arguments import whole
from sim.build import BuildError
from sim.virtual import orders
from sim.virtual.calendar import Calendar
from sim.virtual.cast import BY_KEY, CAST, MOST_WEEKS
from sim.virtual.clinic import Clinic
from sim.virtual.site import Relay, application
from sim.virtual.table import LIVE_SPEED, VirtualTable
from sim.virtual.voice import Voice

PORT = 8080
GOODBYE_S = 5.0
SETTINGS = Settings(limits=Limits(), table=TableSettings(certified_mark="CE", capacity_kg=158.75))
"""A table for 350 lb, the strongest of the guide's, with its mark and with its motor's current measured."""
DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY")


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    parser = subparsers.add_parser(
        "run",
        help="the table, live: a page in the browser",
        description="The simulated table, live, as a page on this computer's loopback address. "
        "Started from a script or a pipe, where nobody looks: one whole session as text; --serve serves the page there too.",
    )
    terminal.add_options(parser)
    parser.add_argument("--who", choices=sorted(BY_KEY), default=CAST[0].key, metavar="NAME", help=f"on the page: {', '.join(BY_KEY)}")
    parser.add_argument(
        "--week", type=whole(1, MOST_WEEKS), default=None, metavar="N", help="on the page: the week since their first session, 1..52"
    )
    parser.add_argument(
        "--data", type=Path, default=None, metavar="FOLDER", help="where the people's records are kept; gone afterwards without it"
    )
    parser.add_argument(
        "--port", type=whole(0, 65535), default=None, metavar="N", help=f"of the page ({PORT}, or a free one where that is taken)"
    )
    parser.add_argument("--serve", action="store_true", help="serve the page even where no terminal is")
    parser.add_argument("--no-browser", action="store_true", help="print the address, open nothing")
    parser.add_argument("--terminal", action="store_true", help="no page: the view in this terminal (also: inversion-table-sim terminal)")
    return parser


def main(arguments: argparse.Namespace) -> int:
    nobody_looks = not (sys.stdin.isatty() and sys.stdout.isatty())
    if arguments.terminal or (nobody_looks and not arguments.serve):
        return terminal.main(arguments)
    try:
        return serve(arguments)
    except ProtocolError as error:
        complaint, code = str(error), error.exit_code
    except BuildError as error:
        complaint, code = str(error), ExitCode.UNAVAILABLE
    except RecordsError as error:
        complaint, code = str(error), error.exit_code
    except OSError as error:
        complaint, code = f"the page cannot be served on port {arguments.port}: {error.strerror or error}", ExitCode.UNAVAILABLE
    sys.stderr.write(f"{complaint}\n")
    return int(code)


def known(name: str, settings: Settings) -> tuple[tuple[Protocol, ...], str]:
    """Every protocol that this table can offer, and the name of the one asked for, which may be a file."""
    shipped = protocols_of(settings)
    if name in {protocol.name for protocol in shipped}:
        return shipped, name
    own = terminal.chosen_first(name, settings.limits)[0]
    return (*shipped, own), own.name


@contextmanager
def records(data: Path | None) -> Iterator[Path]:
    """The folder that was asked for, or one that is gone afterwards."""
    if data is not None:
        prepare(data)
        yield data
        return
    with tempfile.TemporaryDirectory(prefix="inversion-table-") as name:
        yield Path(name)


def begins(folder: Path) -> datetime:
    """Ten in the morning of today, so that no day ends under a short visit; or later, where these records have seen a later moment."""
    morning = datetime.now(table_zone()).replace(hour=10, minute=0, second=0, microsecond=0).astimezone(UTC)
    with opened(folder) as store:
        return max(morning, store.latest_seen() or morning)


def serve(arguments: argparse.Namespace) -> int:
    """Until Ctrl-C.  Raises ProtocolError, BuildError, RecordsError, OSError."""
    protocols, first = known(arguments.protocol, SETTINGS)
    asked = first if arguments.protocol != terminal.PROTOCOL else None
    fresh = orders.Fresh(who=arguments.who, week=arguments.week, protocol=asked, seed=arguments.seed)
    with records(arguments.data) as folder:
        calendar = Calendar(begins(folder), table_zone())
        clinic = Clinic(folder, SETTINGS, protocols, calendar.moment)
        hub = Hub()
        voice = Voice(folder / "spoken")
        relay = Relay(hub, voice)
        table = VirtualTable(clinic, calendar, SETTINGS.limits, fresh, relay.publish, ratio=arguments.speed or LIVE_SPEED)
        if arguments.demo:
            table.order(orders.Demo(on=True))
        show(arguments, table, hub, relay, application(hub, table, clinic, protocols, voice, SETTINGS.limits))
    return int(ExitCode.OK)


def show(arguments: argparse.Namespace, table: VirtualTable, hub: Hub, relay: Relay, site: Starlette) -> None:
    """The page, and the table's thread behind it.  Raises OSError when the port cannot be had."""
    with a_socket(arguments.port) as bound:
        url = f"http://127.0.0.1:{bound.getsockname()[1]}/"

        async def begun() -> None:
            relay.begin()
            sys.stdout.write(f"The virtual table: {url}\nCtrl-C ends it. Without a browser: inversion-table-sim terminal\n")
            sys.stdout.flush()
            if not arguments.no_browser and any(os.environ.get(name) for name in DISPLAYS):
                await asyncio.to_thread(webbrowser.open, url)

        thread = threading.Thread(target=table.run, name="virtual table", daemon=True)
        thread.start()
        try:
            Server(site, begun, hub.end).serve_until_stopped(bound)
        finally:
            table.stop()
            thread.join(GOODBYE_S)


def a_socket(asked: int | None) -> socket.socket:
    """The port asked for; without one PORT, or a free one where that is taken."""
    try:
        return listen("127.0.0.1", PORT if asked is None else asked)
    except OSError:
        if asked is not None:
            raise
        return listen("127.0.0.1", 0)
