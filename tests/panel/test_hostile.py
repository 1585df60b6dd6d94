"""Whatever is sent to whichever route of the page: a clear answer of the 400s or the honest one, never a crash and never anything taken in.

The routes are those that the applications have, not a list: a new one is tried by being there.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.routing import Route

from controller.config import PanelSettings, Settings
from controller.panel import __main__ as panel
from controller.panel import login
from controller.panel.asking import Asking
from controller.panel.hub import Hub
from controller.panel.login import COOKIE, hashed
from tests.panel.asked import ask
from tests.panel.test_routes import EVIL

WORD = "a good long word"
LINE = hashed(WORD)
OPEN = PanelSettings(records_socket="/nonexistent/told")
SHUT = PanelSettings(records_socket="/nonexistent/told", password=LINE, people={"ada": LINE})
STREAMS = {"/events"}
"""Go on until somebody leaves; what they are asked with is tried in test_routes.py and test_passwords.py."""


def application(settings: PanelSettings) -> Starlette:
    hub = Hub()
    return panel.application(hub, Settings(panel=settings), Asking(hub, patience_s=0.01))


APPS = {"open": application(OPEN), "shut": application(SHUT)}
ROUTES = sorted(
    (name, method, route.path)
    for name, app in APPS.items()
    for route in app.routes
    if isinstance(route, Route) and route.path not in STREAMS
    for method in route.methods or set()
)
WRITES = [each for each in ROUTES if each[1] not in {"GET", "HEAD"}]
GARBAGE = (b"", b"\x00", b"{", b"[]", b"null", b'{"do": "start"}', b'{"do": "choose", "person": "' + b"\\u0000" * 9 + b'"}', b"[" * 3000)
BAD_COOKIES = ("", COOKIE, f"{COOKIE}=", f"{COOKIE}={'x' * 3000}", f"{COOKIE}=\x7f\xff", "; ; =", f"{COOKIE}=a; {COOKIE}=b")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second that each guess costs is measured elsewhere."""
    monkeypatch.setattr(login, "ATTEMPT_S", 0.0)


def test_the_routes_that_take_something_in_are_three() -> None:
    assert {path for _, _, path in WRITES} == {"/requests", "/login", "/logout"}


@pytest.mark.req("SR12")
@pytest.mark.parametrize(("name", "method", "path"), ROUTES)
def test_a_foreign_name_or_a_made_up_visit_gets_nothing_of_anybody(name: str, method: str, path: str) -> None:
    assert ask(APPS[name], method, path, host="evil.example").status == 421
    for cookie in BAD_COOKIES if name == "shut" and path != "/login" else ():
        answer = ask(APPS[name], method, path, cookie=cookie)
        assert answer.status in {303, 401}, cookie


@pytest.mark.req("SR12")
@pytest.mark.parametrize(("name", "method", "path"), WRITES)
def test_nothing_is_taken_in_from_another_page_in_another_form_or_of_another_size(name: str, method: str, path: str) -> None:
    app = APPS[name]
    for origin in ("", "null", *(f"{scheme}:{EVIL}" for scheme in ("http", "https", "file")), "127.0.0.1:8080"):
        assert ask(app, method, path, b"{}", origin=origin).status == 403, origin
    for kind in ("", "text/plain", "multipart/form-data", "application/x-www-form-urlencoded"):
        assert ask(app, method, path, b"{}", content_type=kind).status == 415, kind
    for length in ("", "-1", "9999999", "1e3", "0x10"):
        assert ask(app, method, path, b"{}", content_length=length).status == 413, length


@pytest.mark.req("SR12")
@pytest.mark.parametrize(("name", "method", "path"), [each for each in WRITES if each[2] != "/logout"])
@pytest.mark.parametrize("body", GARBAGE)
def test_garbage_is_refused_in_one_line(name: str, method: str, path: str, body: bytes) -> None:
    answer = ask(APPS[name], method, path, body)
    assert answer.status in {400, 401}
    assert "\n" not in json.loads(answer.body)["wrong"]


@pytest.mark.req("SR12")
@given(body=st.binary(max_size=300))
def test_no_request_that_is_not_one_stands_for_the_service_to_fetch(body: bytes) -> None:
    hub = Hub()
    asking = Asking(hub, patience_s=0.01)
    answer = ask(panel.application(hub, Settings(panel=OPEN), asking), "POST", "/requests", body)
    assert answer.status == 400
    assert asking.stands is None


@pytest.mark.parametrize("path", ["/records", "/history", "/desk", "/", "/words"])
@pytest.mark.parametrize("query", ["person=%00", "person=" + "x" * 2000, "person[]=a", "%ff=%fe", "&&&===", "person=../../etc/passwd"])
def test_whatever_stands_behind_the_question_mark_changes_nothing(path: str, query: str) -> None:
    """The teller is away here: the honest answer of /records is that it is."""
    assert not Path(OPEN.records_socket).exists()
    plain, asked = ask(APPS["open"], "GET", path), ask(APPS["open"], "GET", f"{path}?{query}")
    assert (asked.status, asked.body) == (plain.status, plain.body)
    assert asked.status == (503 if path == "/records" else 200)
