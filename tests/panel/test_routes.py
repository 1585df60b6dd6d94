"""SR12: what can be asked of the live view of a real table, route by route, and what of it takes anything in."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route

from controller.config import PanelSettings, Settings
from controller.panel import __main__ as panel
from controller.panel.asking import Asking
from controller.panel.hub import Hub
from controller.panel.login import Attempt, hashed
from controller.panel.passwords import complaint
from tests.hygiene.sources import python_files, tree
from tests.panel.asked import ask

EVIL = "//evil.example"
PASSWORD = "a good long word"


def live(**settings: object) -> Starlette:
    hub = Hub()
    return panel.application(hub, Settings(panel=PanelSettings(**settings)), Asking(hub))  # type: ignore[arg-type]


def asked_of(routes: list[BaseRoute]) -> set[tuple[str, str]]:
    """Every (method, path); a mount of files answers GET and HEAD."""
    found = set()
    for route in routes:
        assert isinstance(route, Route | Mount), route
        methods = route.methods if isinstance(route, Route) else {"GET", "HEAD"}
        found |= {(method, route.path) for method in methods or set()}
    return found


SHOWS = {(method, path) for method in ("GET", "HEAD") for path in ("/", "/events", "/words", "/assets")}


HISTORY = {(method, path) for method in ("GET", "HEAD") for path in ("/history", "/records")}


ASKS = {("GET", "/desk"), ("HEAD", "/desk"), ("POST", "/requests")}


@pytest.mark.req("SR12")
def test_the_one_route_that_takes_something_in_takes_a_request_and_no_request_is_about_motion() -> None:
    """What a request may be stands, message by message and field by field, in test_requests.py."""
    assert asked_of(live().routes) == SHOWS | HISTORY | ASKS


@pytest.mark.req("SR12")
def test_with_a_password_the_only_things_taken_in_besides_are_whose_it_is_and_itself() -> None:
    routes = asked_of(live(password=hashed(PASSWORD)).routes)
    assert routes == SHOWS | HISTORY | ASKS | {("GET", "/login"), ("HEAD", "/login"), ("POST", "/login"), ("POST", "/logout")}
    assert Attempt.__struct_fields__ == ("password", "who")


@pytest.mark.req("SR12")
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "START"])
@pytest.mark.parametrize("path", ["/", "/events", "/words", "/assets/page.js", "/hand", "/bench", "/start", "/return", "/desk", "/records"])
def test_no_method_but_reading_is_answered_anywhere(method: str, path: str) -> None:
    assert ask(live(), method, path, b'{"do": "press", "button": "start", "down": true}').status in {404, 405}


@pytest.mark.req("SR12")
def test_the_panel_can_reach_no_device_and_sends_nothing_to_the_service() -> None:
    """It imports nothing that has a pin, a bus or a port, and its telemetry socket is only ever read."""
    for path in python_files("controller"):
        if path.parts[1] != "panel":
            continue
        imported = {
            name.split(".")[0]
            for node in ast.walk(tree(path))
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
        }
        assert not imported & {"hardware", "sim", "serial", "smbus2", "gpiozero", "lgpio", "subprocess"}, path
    receiver = Path("controller/panel/receive.py")
    assert not {"send", "sendto", "sendmsg", "connect"} & {
        node.attr for node in ast.walk(tree(receiver)) if isinstance(node, ast.Attribute)
    }


# ------------------------------------------------------------------ who may ask


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8080", "", "raspberrypi.local", "[::1].evil:1", "localhost@evil"])
def test_a_foreign_name_for_this_computer_is_turned_away(host: str) -> None:
    """A page elsewhere may point its own name at 127.0.0.1; the Host header gives it away."""
    assert ask(live(), "GET", "/", host=host).status == 421


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost:1", "[::1]:8080", "LOCALHOST"])
def test_the_loopback_by_any_of_its_names_is_served(host: str) -> None:
    assert ask(live(), "GET", "/", host=host).status == 200


def test_names_of_the_settings_are_served() -> None:
    assert ask(live(names=("raspberrypi.local",)), "GET", "/", host="raspberrypi.local:8080").status == 200


def test_every_answer_forbids_foreign_code_frames_and_guessed_types() -> None:
    for path in ("/", "/words", "/assets/page.js", "/nowhere"):
        headers = ask(live(), "GET", path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path", ["/assets/../page.py", "/assets/..%2f..%2fconfig.py", "/assets//etc/passwd", "/assets/....//site.py", "/assets/%00"]
)
def test_no_path_leads_out_of_the_pages_own_files(path: str) -> None:
    assert ask(live(), "GET", path).status == 404


# ------------------------------------------------------------------ the password


def test_beyond_the_loopback_there_must_be_a_password() -> None:
    assert complaint(PanelSettings()) is None
    assert "panel.password: is empty" in (complaint(PanelSettings(address="0.0.0.0")) or "")
    assert complaint(PanelSettings(address="0.0.0.0", password=hashed(PASSWORD))) is None
    assert "is no line of" in (complaint(PanelSettings(password="hunter2")) or "")
    assert "is no address" in (complaint(PanelSettings(address="here")) or "")


def attempt(app: Starlette, body: bytes, **headers: str) -> tuple[int, str]:
    answer = ask(app, "POST", "/login", body, **headers)
    return answer.status, answer.headers.get("set-cookie", "")


@pytest.mark.req("TP15")
def test_without_logging_in_nothing_of_anybody_is_shown() -> None:
    app = live(password=hashed(PASSWORD))
    assert ask(app, "GET", "/").headers["location"] == "/login"
    assert [ask(app, "GET", path).headers["location"] for path in ("/desk", "/history")] == ["/login"] * 2
    assert [ask(app, "GET", path).status for path in ("/events", "/words", "/records")] == [401] * 3
    assert ask(app, "POST", "/requests", b'{"do": "choose", "person": null}').status == 401
    assert b"password" in ask(app, "GET", "/login").body


@pytest.mark.req("TP15")
def test_the_right_password_opens_and_a_made_up_session_does_not() -> None:
    app = live(password=hashed(PASSWORD))
    status, cookie = attempt(app, b'{"password": "a good long word"}')
    assert status == 204
    assert {"HttpOnly", "SameSite=strict"} <= set(cookie.split("; "))
    assert ask(app, "GET", "/", cookie=cookie.split(";")[0]).status == 200
    assert ask(app, "GET", "/words", cookie="inversion-table-panel=guessed").status == 401


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b'{"password": "wrong"}', {}, 401),
        (b"", {}, 400),
        (b"not json", {}, 400),
        (b'{"password": 1}', {}, 400),
        (b'{"password": "a good long word", "start": true}', {}, 400),
        (b'{"password": "' + b"x" * 5000 + b'"}', {}, 413),
        (b'{"password": "a good long word"}', {"origin": f"http:{EVIL}"}, 403),
        (b'{"password": "a good long word"}', {"origin": ""}, 403),
        (b'{"password": "a good long word"}', {"origin": "null"}, 403),
        (b'{"password": "a good long word"}', {"content_type": "text/plain"}, 415),
        (b'{"password": "a good long word"}', {"content_length": "x"}, 413),
        (b"\xff\xfe\x00", {}, 400),
    ],
)
def test_a_hostile_login_gets_no_session(body: bytes, headers: dict[str, str], status: int) -> None:
    assert attempt(live(password=hashed(PASSWORD)), body, **headers) == (status, "")
