"""`inversion-table-panel serve | password`: composition root of the live view, a process without pins, bus or port."""

from __future__ import annotations

import argparse
import getpass
import ipaddress
import re
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware

from controller.config import ConfigError, PanelSettings, Settings, load_settings
from controller.exit_codes import ExitCode
from controller.panel import history, receive
from controller.panel.asking import Asking, AskingPages
from controller.panel.asking import begin as begin_asking
from controller.panel.asking import open_socket as asking_socket
from controller.panel.guards import LOOPBACK, Guards
from controller.panel.hub import Hub
from controller.panel.login import LEAST_LETTERS, Door, Login, hashed, well_formed
from controller.panel.serve import Server, listen
from controller.panel.site import ASSETS, HistoryPages, Site, page
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


KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


def desk_html() -> str:
    return (ASSETS / "desk.html").read_text(encoding="utf-8")


def live_html() -> str:
    controls = (ASSETS / "live_controls.html").read_text(encoding="utf-8")
    return page("Inversion table", "/assets/live.js", controls=controls)


def beyond_loopback(settings: PanelSettings) -> bool:
    return not ipaddress.ip_address(settings.address).is_loopback


def complaint(settings: PanelSettings) -> str | None:
    """Why these settings would show a person's session to strangers, or None."""
    try:
        beyond = beyond_loopback(settings)
    except ValueError:
        return f"panel.address: {settings.address!r} is no address; 127.0.0.1 or 0.0.0.0 would be right"
    if settings.password and not well_formed(settings.password):
        return "panel.password: is no line of `inversion-table-panel password`"
    if settings.people and not settings.password:
        return "panel.people: needs panel.password besides, the keeper's; without it everybody sees everybody"
    for key, line in settings.people.items():
        if not KEY.fullmatch(key) or not well_formed(line):
            return f"panel.people: {key!r} is no key with a line of `inversion-table-panel password --person KEY`"
    if beyond and not settings.password:
        return "panel.password: is empty; beyond the loopback there must be one: `inversion-table-panel password` makes it"
    return None


def application(hub: Hub, settings: Settings, asking: Asking) -> Starlette:
    """The whole web application of a real table."""
    routes = Site(hub, live_html(), settings.limits).routes()
    routes += HistoryPages(Path(settings.panel.records_socket)).routes() + AskingPages(asking, desk_html()).routes()
    guard = Middleware(Guards, hosts=(*LOOPBACK, *settings.panel.names))
    if not settings.panel.password:
        return Starlette(routes=routes, middleware=[guard])
    login = Login(settings.panel.password, settings.panel.people, (ASSETS / "login.html").read_text(encoding="utf-8"), time.monotonic)
    return Starlette(routes=login.routes() + routes, middleware=[guard, Middleware(Door, login=login)])


def serve(settings: Settings) -> ExitCode:
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
        Server(application(hub, settings, asking), begun, hub.end).serve_until_stopped(web)
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
        settings = load_settings(asked if asked is not None else SETTINGS_FILE if SETTINGS_FILE.exists() else None)
        return serve(settings) if options.command == "serve" else tell_records(settings)
    except ConfigError as error:
        complain(str(error))
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
