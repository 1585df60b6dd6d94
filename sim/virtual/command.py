"""`inversion-table-sim run`: the virtual table as a page in the browser; where nobody can look at one, as text.  Composes only."""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import sys
import threading
import webbrowser

from controller.core.limits import Limits
from controller.exit_codes import ExitCode
from controller.panel.hub import Hub
from controller.panel.serve import Server, listen
from controller.programme.protocols import Protocol, ProtocolError, builtin_protocols
from sim import terminal
from sim.build import BuildError
from sim.virtual import orders
from sim.virtual.site import Relay, application
from sim.virtual.table import LIVE_SPEED, VirtualTable

PORT = 8080
DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY")


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    parser = subparsers.add_parser(
        "run",
        help="the table, live: a page in the browser",
        description="The simulated table, live, as a page on this computer's loopback address. "
        "Started from a script or a pipe, where nobody looks: one whole session as text; --serve serves the page there too.",
    )
    terminal.add_options(parser)
    parser.add_argument("--port", type=port, default=None, metavar="N", help=f"of the page ({PORT}, or a free one where that is taken)")
    parser.add_argument("--serve", action="store_true", help="serve the page even where no terminal is")
    parser.add_argument("--no-browser", action="store_true", help="print the address, open nothing")
    parser.add_argument("--terminal", action="store_true", help="no page: the view in this terminal (also: inversion-table-sim terminal)")
    return parser


def port(words: str) -> int:
    return int(terminal.ranged(words, 0, 65535))


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
    except OSError as error:
        complaint, code = f"the page cannot be served on port {arguments.port}: {error.strerror or error}", ExitCode.UNAVAILABLE
    sys.stderr.write(f"{complaint}\n")
    return int(code)


def known(name: str, limits: Limits) -> tuple[list[Protocol], str]:
    """Every protocol that can be chosen, and the name of the one asked for, which may be a file."""
    built_in = list(builtin_protocols(limits))
    if name in {protocol.name for protocol in built_in}:
        return built_in, name
    own = terminal.chosen_first(name, limits)[0]
    return [own, *built_in], own.name


def serve(arguments: argparse.Namespace) -> int:
    """Until Ctrl-C.  Raises ProtocolError, BuildError, OSError."""
    limits = Limits()
    protocols, first = known(arguments.protocol, limits)
    hub = Hub()
    relay = Relay(hub)
    fresh = orders.Fresh(mass_kg=arguments.person, protocol=first, seed=arguments.seed)
    table = VirtualTable(protocols, limits, fresh, relay.publish, ratio=arguments.speed or LIVE_SPEED)
    if arguments.demo:
        table.order(orders.Demo(on=True))
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
            Server(application(hub, table, protocols, limits), begun, hub.end).serve_until_stopped(bound)
        finally:
            table.stop()
            thread.join(2.0)
    return int(ExitCode.OK)


def a_socket(asked: int | None) -> socket.socket:
    """The port asked for; without one PORT, or a free one where that is taken."""
    try:
        return listen("127.0.0.1", PORT if asked is None else asked)
    except OSError:
        if asked is not None:
            raise
        return listen("127.0.0.1", 0)
