"""What is recorded reaches the page by a socket on which nobody is ever heard, and nothing is lost or changed on the way."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from controller.config import PanelSettings, Settings
from controller.panel import __main__ as panel
from controller.panel import history
from controller.panel.hub import Hub
from tests.panel.asked import ask
from tests.panel.recorded import BEGAN, SESSIONS, record

NOW = BEGAN + timedelta(days=20)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("table") / "records"
    record(made)
    return made


@pytest.fixture
def teller(folder: Path, tmp_path: Path) -> Path:
    """The socket of a telling process, here a thread that ends with the tests."""
    path = tmp_path / "told"
    bound = history.listen(path)
    threading.Thread(target=history.tell_for_ever, args=(bound, folder, lambda: NOW), daemon=True).start()
    return path


@pytest.mark.req("PU4", "TP12", "TP13")
def test_sessions_ratings_and_markers_are_told_as_they_are_recorded(teller: Path) -> None:
    told = json.loads(asyncio.run(history.ask(teller)))["people"]
    assert [person["name"] for person in told] == ["Ada <b>Lovelace</b>", "Somebody else"]
    ada = told[0]
    assert [each["number"] for each in ada["sessions"]] == list(range(1, SESSIONS + 1))
    assert (ada["sessions"][8]["ending"], ada["sessions"][8]["reasons"]) == ("trip", ["ankle_open"])
    assert len(ada["ratings"]) == 2 * SESSIONS
    assert (ada["markers"][0]["name"], ada["markers"][0]["state"]) == ("pain", "reached")
    assert told[1]["sessions"] == []


@pytest.mark.req("SR12", "TP15")
def test_whatever_is_sent_to_the_teller_is_never_read(teller: Path) -> None:
    honest = asyncio.run(history.ask(teller))
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.connect(str(teller))
        connection.sendall(b'{"do": "erase", "person": "a"}\n' * 100)
        with suppress(ConnectionResetError):  # how a socket is closed on which something lies unread
            while connection.recv(65536):
                pass
    assert asyncio.run(history.ask(teller)) == honest


def test_a_listener_that_goes_away_or_does_not_listen_costs_the_next_one_a_moment(teller: Path) -> None:
    for _ in range(3):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.connect(str(teller))
    assert b"people" in asyncio.run(history.ask(teller))


def test_records_that_are_not_there_are_said_to_be_missing(tmp_path: Path) -> None:
    assert "cannot be read" in json.loads(history.everybody(tmp_path, NOW))["wrong"]


def test_without_a_teller_the_page_says_so(tmp_path: Path) -> None:
    settings = Settings(panel=PanelSettings(records_socket=str(tmp_path / "nobody")))
    answer = ask(panel.application(Hub(), settings), "GET", "/records")
    assert answer.status == 503
    assert "are not told" in json.loads(answer.body)["wrong"]


def test_the_page_gets_what_the_teller_tells(teller: Path) -> None:
    settings = Settings(panel=PanelSettings(records_socket=str(teller)))
    answer = ask(panel.application(Hub(), settings), "GET", "/records")
    assert answer.status == 200
    assert len(json.loads(answer.body)["people"]) == 2


@pytest.mark.req("TP15")
def test_only_the_panels_group_may_listen(teller: Path) -> None:
    assert teller.stat().st_mode & 0o777 == 0o660
