"""What the virtual table's page may be asked: contacts and the bench, in words that are understood or refused, from its own page only."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette

from controller.panel.hub import Hub
from controller.therapy import protocols_of
from sim.virtual import orders
from sim.virtual.calendar import Calendar
from sim.virtual.clinic import Clinic
from sim.virtual.command import SETTINGS
from sim.virtual.site import Relay, application
from sim.virtual.table import VirtualTable
from sim.virtual.voice import Voice
from tests.panel.asked import ask
from tests.panel.test_routes import SHOWS, asked_of

EVIL = "//evil.example"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Starlette]:
    hub, protocols = Hub(), protocols_of(SETTINGS)
    calendar = Calendar(datetime(2026, 11, 25, 18, 30, tzinfo=UTC), UTC)
    folder = tmp_path_factory.mktemp("records")
    folder.chmod(0o700)
    clinic = Clinic(folder, SETTINGS, protocols, calendar.moment)
    voice = Voice(folder / "spoken")
    voice.said("Ready.")
    table = VirtualTable(clinic, calendar, SETTINGS.limits, orders.Fresh(), Relay(hub, voice).publish, ratio=1.0)
    yield application(hub, table, clinic, protocols, voice, SETTINGS.limits)
    table.close()


@pytest.mark.req("SR12")
def test_only_the_simulated_table_has_hands_and_a_bench(app: Starlette) -> None:
    read = ("/catalogue", "/virtual", "/spoken/{text:path}", "/desk", "/history", "/records")
    more = {("POST", "/hand"), ("POST", "/bench"), ("POST", "/requests")} | {(how, path) for how in ("GET", "HEAD") for path in read}
    assert asked_of(app.routes) == SHOWS | more


def test_a_hand_is_obeyed(app: Starlette) -> None:
    assert ask(app, "POST", "/hand", b'{"do": "press", "button": "start", "down": true}').status == 204
    assert ask(app, "POST", "/bench", b'{"do": "speed", "ratio": 60}').status == 204


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/hand", b'{"do": "press", "button": "start"}'),
        ("/hand", b'{"do": "press", "button": "motor", "down": true}'),
        ("/hand", b'{"do": "press", "button": "start", "down": 1}'),
        ("/hand", b'{"do": "press", "button": "start", "down": true, "rate_dps": 3}'),
        ("/hand", b'{"do": "pi", "runs": false}'),  # the bench's, not a hand's
        ("/hand", b"[]"),
        ("/hand", b"\x00\xff"),
        ("/bench", b'{"do": "speed", "ratio": 61}'),
        ("/bench", b'{"do": "speed", "ratio": -1}'),
        ("/bench", b'{"do": "speed", "ratio": NaN}'),
        ("/bench", b'{"do": "fresh", "week": 53}'),
        ("/bench", b'{"do": "fault", "name": "' + b"x" * 61 + b'", "on": true}'),
        ("/bench", b'{"do": "lift"}'),
        ("/bench", b'{"do": "next_day", "days": 400}'),
        ("/bench", b'{"do": "ankle", "side": "left", "closed": true}'),
    ],
)
def test_what_is_not_understood_is_refused_in_one_line(app: Starlette, path: str, body: bytes) -> None:
    answer = ask(app, "POST", path, body)
    assert answer.status == 400
    assert "\n" not in json.loads(answer.body)["wrong"]


@given(
    st.binary(max_size=200)
    | st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=20),
        lambda inner: st.dictionaries(st.text(max_size=8), inner, max_size=4),
        max_leaves=8,
    ).map(lambda value: json.dumps(value).encode())
)
def test_no_body_whatever_is_more_than_refused(body: bytes) -> None:
    for decoder in (orders.hand_decoder, orders.bench_decoder):
        with pytest.raises(msgspec.MsgspecError):
            decoder.decode(body)


@pytest.mark.parametrize(
    "headers", [{"origin": f"http:{EVIL}"}, {"origin": ""}, {"content_type": "application/x-www-form-urlencoded"}, {"host": "evil.example"}]
)
def test_another_page_cannot_press_anything(app: Starlette, headers: dict[str, str]) -> None:
    assert ask(app, "POST", "/hand", b'{"do": "press", "button": "start", "down": true}', **headers).status in {403, 415, 421}


def test_the_catalogue_offers_every_fault_that_the_bus_depth_can_show(app: Starlette) -> None:
    known = json.loads(ask(app, "GET", "/catalogue").body)
    assert len(known["faults"]) > 60
    assert [protocol["name"] for protocol in known["protocols"]][:2] == ["first", "week_1"]
    assert [person["who"] for person in known["people"]][:2] == ["ida", "nils"]
    assert set(known["buzzer"]) == {"off", "warning", "ask", "alarm", "help"}


def test_the_page_is_given_the_sound_of_what_the_table_said_and_of_nothing_else(app: Starlette) -> None:
    spoken = ask(app, "GET", "/spoken/Ready.")
    assert (spoken.status, spoken.body[:4]) == (200, b"RIFF")
    assert ask(app, "GET", "/spoken/Anything else").status == 404


@pytest.mark.req("TP15")
def test_the_pages_about_people_tell_this_tables_own_records(app: Starlette) -> None:
    told = json.loads(ask(app, "GET", "/records").body)
    assert told["people"] == [{"key": "ida", "name": "Ida", "chosen": True}]
    assert (told["person"]["name"], len(told["person"]["offers"]) > 0) == ("Ida", True)
    assert ask(app, "GET", "/desk").status == 200
