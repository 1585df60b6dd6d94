"""What is recorded reaches the page by a socket on which nobody is ever heard, and nothing is lost or changed on the way."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.applications import Starlette

from controller.config import PanelSettings, Settings, TableSettings
from controller.panel import __main__ as panel
from controller.panel import history
from controller.panel.asking import Asking
from controller.panel.hub import Hub
from controller.programme.model import Clearance, Condition, Moment, Person, SetUpChecklist, SetUpItem
from controller.records.store import opened
from controller.therapy import protocols_of
from sim.biography import cleared, values
from tests.panel.asked import ask
from tests.panel.recorded import BEGAN, SESSIONS, record
from tests.programme.people import ADA, DAY_0, at, case, held_on
from tests.therapy.evening import BEGINS, SETTINGS, evening

NOW = BEGAN + timedelta(days=20)


def everybody(folder: Path, settings: Settings = Settings()) -> bytes:  # noqa: B008  # a value
    return history.everybody(folder, settings, protocols_of(settings), Moment(at=NOW, zone=UTC, clock_trusted=True))


def web(told_by: Path, **panel_settings: object) -> Starlette:
    hub = Hub()
    settings = PanelSettings(records_socket=str(told_by), **panel_settings)  # type: ignore[arg-type]
    return panel.application(hub, Settings(panel=settings), Asking(hub))


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
    threading.Thread(target=history.tell_for_ever, args=(bound, lambda: everybody(folder)), daemon=True).start()
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
        with suppress(ConnectionResetError, BrokenPipeError):  # how a socket is closed on which something lies unread, or will
            connection.sendall(b'{"do": "erase", "person": "a"}\n' * 100)
            while connection.recv(65536):
                pass
    assert asyncio.run(history.ask(teller)) == honest


def test_a_listener_that_goes_away_or_does_not_listen_costs_the_next_one_a_moment(teller: Path) -> None:
    for _ in range(3):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.connect(str(teller))
    assert b"people" in asyncio.run(history.ask(teller))


def test_records_that_are_not_there_are_said_to_be_missing(tmp_path: Path) -> None:
    assert "cannot be read" in json.loads(everybody(tmp_path))["wrong"]


def test_without_a_teller_the_page_says_so(tmp_path: Path) -> None:
    answer = ask(web(tmp_path / "nobody"), "GET", "/records")
    assert answer.status == 503
    assert "are not told" in json.loads(answer.body)["wrong"]


def test_the_page_gets_what_the_teller_tells(teller: Path) -> None:
    answer = ask(web(teller), "GET", "/records")
    assert answer.status == 200
    assert len(json.loads(answer.body)["people"]) == 2
    assert len(json.loads(answer.body)["person"]["sessions"]) == SESSIONS


@pytest.mark.req("TP15")
def test_only_the_panels_group_may_listen(teller: Path) -> None:
    assert teller.stat().st_mode & 0o777 == 0o660


# ------------------------------------------------------------------ what the forms and the refusals need


@pytest.mark.req("TP2", "TP3", "PU4")
def test_what_stands_in_the_way_is_judged_with_this_tables_own_facts(folder: Path) -> None:
    def refused(**facts: object) -> set[str]:
        told = json.loads(everybody(folder, Settings(table=TableSettings(**facts))))  # type: ignore[arg-type]
        return {each["name"] for each in told["people"][0]["refused"]}

    assert "not_certified" in refused()
    assert "not_certified" not in refused(certified_mark="CE")
    assert "too_heavy" in refused(certified_mark="CE", capacity_kg=60.0)


@pytest.mark.req("PU4", "SR11")
def test_each_refused_start_is_told_with_its_rule_and_words_to_whom_it_happened(tmp_path: Path) -> None:
    with evening(tmp_path / "records") as table:
        table.tap("start")
        table.prepare()
        table.until_records(table.allowed)
        table.tap("start")
        table.until_records(lambda: table.journal.waiting == 0)
        whole = everybody(tmp_path / "records")
    told = json.loads(whole)
    assert json.loads(history.shown(whole, None, None))["nobodys"] == told["nobodys"]
    assert json.loads(history.shown(whole, "ada", None))["nobodys"] == []
    assert {"TP15", "SR6"} <= {each["rule"] for each in told["nobodys"]}
    (ada,) = told["people"]
    locks = [each for each in ada["refusals"] if each["rule"] == "SR6"]
    assert [each["text"].split(".")[0] for each in locks] == ["Ankle locks are not closed"]
    assert all(each["at"].startswith("2026-03-02T18:30") for each in locks)
    assert [each["lifted"]["what"] for each in locks] == ["at the table itself"] * len(locks)


NOT_CONFIRMED = "Not confirmed for this session"


@pytest.mark.req("PU4", "TP1", "TP3")
def test_each_refused_start_is_told_with_the_act_that_lifted_it(tmp_path: Path) -> None:
    ada = Person(key="ada", name="Ada", added_at=BEGINS, height_cm=170.0, mass_kg=80.0, shaft_setting="7")
    with evening(tmp_path / "records") as table:
        with opened(table.folder) as store:
            store.add_person(ada)
            store.record("ada", *values(cleared(BEGINS)))
        table.until_records(lambda: any(says.startswith(NOT_CONFIRMED) for says in table.refusals()))
        table.tap("start")
        confirmed = SetUpChecklist(at=table.moment().at, session=1, confirmed=frozenset(SetUpItem))
        with opened(table.folder) as store:
            store.record("ada", confirmed)
        table.until_records(lambda: table.journal.waiting == 0)
        told = json.loads(everybody(table.folder, SETTINGS))["people"][0]["refusals"]
    (set_up,) = [each["lifted"] for each in told if each["text"].startswith(NOT_CONFIRMED)]
    assert set_up["what"] == "the set-up was confirmed for session 1"
    assert datetime.fromisoformat(set_up["at"]) == confirmed.at


@pytest.mark.req("TP15")
@pytest.mark.parametrize("asked", [None, "a", "b", "eve"])
def test_of_everything_told_a_person_gets_what_is_theirs_whatever_they_ask_for(folder: Path, asked: str | None) -> None:
    told = everybody(folder)
    shown = json.loads(history.shown(told, "a", asked))
    assert [person["key"] for person in shown["people"]] == [shown["person"]["key"]] == ["a"]
    assert shown["nobodys"] == []
    assert json.loads(history.shown(told, "eve", asked))["person"] is None
    assert "Somebody else" in told.decode()
    assert "Somebody else" not in history.shown(told, "a", asked).decode()


def test_the_keeper_gets_everybodys_name_and_one_of_them_in_full(folder: Path) -> None:
    told = everybody(folder)
    for asked, found in ((None, "a"), ("b", "b"), ("eve", "a")):
        shown = json.loads(history.shown(told, None, asked))
        assert [set(person) for person in shown["people"]] == [{"key", "name", "chosen"}] * 2
        assert shown["person"]["key"] == found


@pytest.mark.req("TP1", "TP5", "SR2")
def test_the_desk_is_told_the_holds_that_fit_and_no_angle_for_a_session_that_is_beyond_the_person() -> None:
    """A disc in week 6 with three minutes: `maintenance` is refused for its 50 degrees, and shows no 45 beside it."""
    narrow = Clearance(at=DAY_0, by="Dr Weiss", on=DAY_0.date(), inverted_ceiling_s=180.0)
    person = replace(ADA, condition=Condition.HERNIATED_DISC)
    lived = held_on(*range(0, 40, 3))
    disc = case(replace(lived, clearances=(narrow,)), at(40), person=person)
    offers = {offer.name: offer for offer in history.tell(disc, chosen=True, refusals=[]).offers}
    assert [refused.name for refused in offers["maintenance"].refused] == ["beyond_condition"]
    assert offers["maintenance"].stages == ()
    (stage,) = offers["herniated_disc_3"].stages
    assert (stage.angle_deg, 60.0 < stage.hold_s < 120.0) == (40.0, True)
