"""`inversion-table-panel serve | password`: composition root of the live view, a process without pins, bus or port."""

from __future__ import annotations

import argparse
import getpass
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware

from controller.config import ConfigError, Settings, load_settings
from controller.exit_codes import ExitCode
from controller.panel import history, receive
from controller.panel.asking import Asking, AskingPages
from controller.panel.asking import begin as begin_asking
from controller.panel.asking import open_socket as asking_socket
from controller.panel.guards import LOOPBACK, Guards
from controller.panel.hub import Hub
from controller.panel.login import LEAST_LETTERS, Door, Login, hashed
from controller.panel.passwords import KEY, Passwords, complaint
from controller.panel.serve import Server, listen
from controller.panel.site import ASSETS, HistoryPages, Site, desk_html, page
from controller.therapy import protocols_or_shipped
from controller.wall_clock import WallClock, table_zone

SETTINGS_FILE = Path("/etc/inversion-table.toml")
RECORDS_FOLDER = Path("/var/lib/inversion-table")


def complain(line: str) -> None:
    print(f"inversion-table-panel: {line}", file=sys.stderr, flush=True)


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="inversion-table-panel", description="The browser's view of the table. It shows; it can move nothing."
    )
    commands = top.add_subparsers(dest="command", required=True)
    serve_ = commands.add_parser("serve", help="serve the page until stopped; the systemd unit does this")
    serve_.add_argument("--settings", type=Path, metavar="FILE", help=f"settings file (default {SETTINGS_FILE} if it exists)")
    records = commands.add_parser("records", help="tell the panel what is recorded about people; a unit of the records' owner does this")
    records.add_argument("--settings", type=Path, metavar="FILE", help=f"settings file (default {SETTINGS_FILE} if it exists)")
    word = commands.add_parser("password", help="ask for a password, print the line for the settings file")
    word.add_argument("--person", metavar="KEY", help="of somebody who is to see themselves and nobody else; without it, the keeper's")
    return top


def live_html() -> str:
    controls = (ASSETS / "live_controls.html").read_text(encoding="utf-8")
    return page("Inversion table", "/assets/live.js", controls=controls)


def application(hub: Hub, settings: Settings, asking: Asking, file: Path | None = None) -> Starlette:
    """The whole web application of a real table; `file`: where its passwords may change."""
    routes = Site(hub, live_html(), settings.limits).routes()
    told_by = Path(settings.panel.records_socket)
    routes += HistoryPages(lambda: history.ask(told_by)).routes() + AskingPages(asking, desk_html()).routes()
    guard = Middleware(Guards, hosts=(*LOOPBACK, *settings.panel.names))
    if not settings.panel.password:
        return Starlette(routes=routes, middleware=[guard])
    login = Login(Passwords(settings.panel, file, complain), (ASSETS / "login.html").read_text(encoding="utf-8"), time.monotonic)
    return Starlette(routes=login.routes() + routes, middleware=[guard, Middleware(Door, login=login)])


def serve(settings: Settings, file: Path | None) -> ExitCode:
    wrong = complaint(settings.panel)
    if wrong is not None:
        complain(wrong)
        return ExitCode.CONFIG
    hub = Hub()
    asking = Asking(hub)
    try:
        telemetry = receive.open_socket(Path(settings.panel.socket))
        requests = asking_socket(Path(settings.panel.requests_socket))
        web = listen(settings.panel.address, settings.panel.port)
    except OSError as error:
        places = f"{settings.panel.socket}, {settings.panel.requests_socket} or {settings.panel.address}:{settings.panel.port}"
        complain(f"{places}: {error.strerror or error}")
        return ExitCode.UNAVAILABLE

    async def begun() -> None:
        await receive.begin(hub, telemetry)
        begin_asking(asking, requests)
        said(web)

    with closing(web), closing(telemetry), closing(requests):
        Server(application(hub, settings, asking, file), begun, hub.end).serve_until_stopped(web)
    return ExitCode.OK


def said(web: socket.socket) -> None:
    host, port = web.getsockname()[:2]
    print(f"serving on {host} port {port}", flush=True)


def tell_records(settings: Settings) -> ExitCode:
    """Until stopped.  Reads the records and nothing else, and nobody."""
    folder = Path(settings.records.directory or RECORDS_FOLDER)
    protocols, _ = protocols_or_shipped(settings, complain)
    wall = WallClock(table_zone())
    try:
        bound = history.listen(Path(settings.panel.records_socket))
    except OSError as error:
        complain(f"{settings.panel.records_socket}: {error.strerror or error}")
        return ExitCode.UNAVAILABLE
    with closing(bound):
        print(f"telling {folder}", flush=True)
        with suppress(KeyboardInterrupt):
            history.tell_for_ever(bound, lambda: history.everybody(folder, settings, protocols, wall.moment()))
    return ExitCode.OK


def ask_password(person: str | None) -> ExitCode:
    """The keeper's line, or a person's own for `[panel.people]`."""
    if person is not None and not KEY.fullmatch(person):
        complain(f"--person {person!r}: is no key; `inversion-table-people list` shows them")
        return ExitCode.USAGE
    word = getpass.getpass("A password for the panel: ")
    if len(word) < LEAST_LETTERS:
        complain(f"{LEAST_LETTERS} letters are the least")
        return ExitCode.CHECK_FAILED
    print(f'{"password" if person is None else person} = "{hashed(word)}"')
    return ExitCode.OK


def main(arguments: Sequence[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    if options.command == "password":
        return ask_password(options.person)
    try:
        asked: Path | None = options.settings
        file = asked if asked is not None else SETTINGS_FILE if SETTINGS_FILE.exists() else None
        settings = load_settings(file)
        return serve(settings, file) if options.command == "serve" else tell_records(settings)
    except ConfigError as error:
        complain(str(error))
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
