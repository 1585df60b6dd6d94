"""Run by boot.sh inside the booted machine: what became of the units, and whether the page works across their users.  Prints it."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

UNITS = ("inversion-table", "inversion-table-panel", "inversion-table-records", "inversion-table-speech")
SOCKETS = tuple(map(Path, ("/run/inversion-table-panel/request", "/run/inversion-table-records/told")))
PANEL = "127.0.0.1:8080"
PAGE = "http://127.0.0.1:8080"
PATIENCE_S = 90.0


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def told(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def ask(path: str, body: object = None) -> bytes:
    """What the panel answers; the beginning of it where it goes on for ever."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Host": PANEL, "Origin": PAGE, "Content-Type": "application/json"}
    with urlopen(Request(f"{PAGE}{path}", data, headers), timeout=20.0) as answer:
        return bytes(answer.read() if path != "/events" else answer.read1(65536) + answer.read1(65536))


def until_it_stands() -> None:
    pause, until_s = threading.Event(), time.monotonic() + PATIENCE_S
    while time.monotonic() < until_s:
        try:
            if all(path.is_socket() for path in SOCKETS) and b'"mode":"IDLE"' in ask("/events"):
                return
        except (OSError, HTTPError):
            pass
        pause.wait(1.0)


def properties(unit: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in told("systemctl", "show", unit, "-p", "SubState,NRestarts,User,MainPID").splitlines())


def page_works(when: str) -> bool:
    until_it_stands()
    people = json.loads(ask("/records"))["people"]
    answer = json.loads(ask("/requests", {"do": "choose", "person": None}))
    heard = b'"mode":"IDLE"' in ask("/events")
    say(f"{when}: the table is heard: {heard}; people told: {len(people)}; a request is answered: {answer.get('says')}")
    return heard and bool(answer["accepted"])


def main() -> None:
    good = page_works("booted")
    told("systemctl", "kill", "-s", "KILL", "inversion-table-panel")
    threading.Event().wait(6.0)
    good = page_works("the panel killed") and good
    for unit in UNITS:
        found = properties(unit)
        say(f"{unit}: {found}")
        good = good and found["SubState"] == "running" and (found["NRestarts"] == "0" or unit.endswith("panel"))
    for user in ("inversion-table-panel", "nobody"):
        barred = (
            subprocess.run(["runuser", "-u", user, "--", "ls", "/var/lib/inversion-table"], capture_output=True, check=False).returncode
            != 0
        )
        say(f"{user} cannot read the records: {barred}")
        good = good and barred
    say("all of it stood" if good else "NOT all of it stood")


if __name__ == "__main__":
    main()
