"""What a page posts reaches the service only by being fetched, and comes back as an answer; who may ask for whom; what floods it cannot."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import stat
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette

from controller.config import PanelSettings, Settings
from controller.core.model import Inputs, Outputs
from controller.panel import __main__ as panel
from controller.panel import asking as waiting
from controller.panel.asking import Asking
from controller.panel.hub import Hub
from controller.panel.login import hashed
from controller.panel.passwords import complaint
from controller.panel.site import ASSETS
from controller.programme import checklist, clearance, fit, offers, personal, quotas, verdict
from controller.programme.outcome import Ask
from controller.requests import Answer, AnyRequest, Choose, parse
from controller.telemetry import Beside, Telemetry, Teller
from tests.hygiene.sources import ROOT
from tests.panel.asked import ask
from tests.panel.test_requests import FIELDS, HOSTILE
from tests.panel.test_routes import EVIL

CHOOSE = b'{"do": "choose", "person": "ada"}'
KEEPER, ADAS = "the keeper's own word", "adas own long word"
PEOPLE: dict[str, Any] = {"password": hashed(KEEPER), "people": {"ada": hashed(ADAS)}}


def web(*, patience_s: float = 0.02, **settings: Any) -> tuple[Starlette, Asking]:
    hub = Hub()
    asking = Asking(hub, patience_s=patience_s)
    return panel.application(hub, Settings(panel=PanelSettings(**settings)), asking), asking


def telling(answer: Answer | None) -> Telemetry:
    return Teller().message(Inputs(now_s=1.0), Outputs(), beside=Beside(answer=answer))


async def _asked_and_answered(hub: Hub, asking: Asking, request: AnyRequest, *answers: Answer) -> Answer | None:
    asked = asyncio.create_task(asking.ask(request))
    await asyncio.sleep(0)
    assert asking.stands is not None
    token = parse(asking.stands).token
    for answer in answers:
        hub.take(telling(replace_token(answer, token)))
    return await asked


def replace_token(answer: Answer, token: str) -> Answer:
    return Answer(token=token if answer.token == "ours" else answer.token, accepted=answer.accepted, says=answer.says)


def test_the_services_answer_comes_back_and_nobody_elses_does() -> None:
    hub = Hub()
    asking = Asking(hub, patience_s=5.0)
    others = Answer(token="somebody elses token", accepted=True, says="not ours")
    ours = Answer(token="ours", accepted=False, says="The table is in use.")
    answer = asyncio.run(_asked_and_answered(hub, asking, Choose(person="ada"), others, ours))
    assert answer is not None
    assert answer.says == "The table is in use."
    assert (asking.stands, asking.busy) == (None, False)


def test_a_request_that_nobody_fetches_is_gone_and_the_page_says_so() -> None:
    app, asking = web()
    answer = ask(app, "POST", "/requests", CHOOSE)
    assert (answer.status, json.loads(answer.body)["wrong"]) == (503, "the controller does not answer; nothing was recorded")
    assert (asking.stands, asking.busy) == (None, False)


@pytest.mark.req("SR12")
def test_one_request_stands_at_a_time_however_many_are_posted() -> None:
    hub = Hub()
    asking = Asking(hub, patience_s=0.2)
    app = panel.application(hub, Settings(), asking)

    async def many() -> list[int]:
        first = asyncio.create_task(asking.ask(Choose(person="ada")))
        await asyncio.sleep(0)
        stands = asking.stands
        statuses = [(await asyncio.to_thread(ask, app, "POST", "/requests", CHOOSE)).status for _ in range(20)]
        assert asking.stands == stands
        await first
        return statuses

    assert asyncio.run(many()) == [409] * 20


@pytest.mark.req("SR12")
@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
def test_whatever_is_not_a_request_never_stands(body: bytes) -> None:
    app, asking = web()
    answer = ask(app, "POST", "/requests", body)
    assert answer.status == 400
    assert list(json.loads(answer.body)) == ["wrong"]
    assert asking.stands is None


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "http:" + EVIL}, 403),
        ({"origin": "null"}, 403),
        ({"content_type": "text/plain"}, 415),
        ({"content_length": "5000"}, 413),
        ({"host": "evil.example"}, 421),
    ],
)
def test_a_request_from_elsewhere_is_turned_away(headers: dict[str, str], status: int) -> None:
    app, asking = web()
    assert ask(app, "POST", "/requests", CHOOSE, **headers).status == status
    assert asking.stands is None


# ------------------------------------------------------------------ who may ask for whom (TP15)


def logged_in(app: Starlette, who: str, password: str) -> str:
    answer = ask(app, "POST", "/login", json.dumps({"who": who, "password": password}).encode())
    return answer.headers.get("set-cookie", "").split(";")[0] if answer.status == 204 else ""


@pytest.mark.req("TP15")
def test_a_person_asks_for_themselves_and_the_keeper_for_anybody() -> None:
    app, _ = web(**PEOPLE)
    adas, keepers = logged_in(app, "ada", ADAS), logged_in(app, "", KEEPER)
    for person, status in (("ada", 503), ("bob", 403)):
        body = json.dumps({"do": "choose", "person": person}).encode()
        assert ask(app, "POST", "/requests", body, cookie=adas).status == status
        assert ask(app, "POST", "/requests", body, cookie=keepers).status == 503
    assert ask(app, "POST", "/requests", b'{"do": "choose", "person": null}', cookie=adas).status == 403


@pytest.mark.req("TP15")
def test_nobodys_password_opens_for_anybody_else() -> None:
    app, _ = web(**PEOPLE)
    assert [logged_in(app, who, word) for who, word in (("", ADAS), ("ada", KEEPER), ("eve", ADAS), ("eve", KEEPER))] == [""] * 4


@pytest.mark.req("TP15")
def test_whoever_logs_out_has_to_log_in_again() -> None:
    app, _ = web(**PEOPLE)
    cookie = logged_in(app, "ada", ADAS)
    assert ask(app, "GET", "/desk", cookie=cookie).status == 200
    assert ask(app, "POST", "/logout", b"{}", cookie=cookie).status == 204
    assert ask(app, "GET", "/desk", cookie=cookie).status == 303


def test_peoples_own_passwords_without_the_keepers_or_with_a_wrong_line_are_refused() -> None:
    assert "the keeper's" in (complaint(PanelSettings(people={"ada": hashed(ADAS)})) or "")
    assert "'Ada' is no key" in (complaint(PanelSettings(password=hashed(KEEPER), people={"Ada": hashed(ADAS)})) or "")
    assert "is no key with" in (complaint(PanelSettings(password=hashed(KEEPER), people={"ada": ADAS})) or "")


# ------------------------------------------------------------------ the socket


def test_whoever_comes_gets_what_stands_and_is_never_heard(tmp_path: Path) -> None:
    path = tmp_path / "request"
    asking = Asking(Hub())

    async def visits() -> list[bytes]:
        with waiting.open_socket(path) as bound:
            waiting.begin(asking, bound)
            got = [await asyncio.to_thread(visit, path, b"")]
            asking.stands = b"what stands"
            for words in (b'{"do": "start"}', b"", b'{"do": "start"}', b""):
                got.append(await asyncio.to_thread(visit, path, words))
            asyncio.get_running_loop().remove_reader(bound)
        return got

    nothing, *gots = asyncio.run(visits())
    assert nothing == b""
    assert gots[1::2] == [b"what stands"] * 2
    assert set(gots[::2]) <= {b"what stands", b""}  # whoever speaks may find the door shut
    assert asking.stands == b"what stands"
    assert stat.S_IMODE(path.stat().st_mode) == 0o660


def visit(path: Path, words: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as caller:
        caller.settimeout(5.0)
        caller.connect(str(path))
        with suppress(ConnectionResetError, BrokenPipeError):
            if words:
                caller.send(words)
            return caller.recv(4096)
        return b""


# ------------------------------------------------------------------ the page's forms

FORMS_JS = (ASSETS / "forms.js").read_text(encoding="utf-8")
DESK_JS = (ASSETS / "desk.js").read_text(encoding="utf-8")
DESK_HTML = (ASSETS / "desk.html").read_text(encoding="utf-8")
RULES = (checklist, clearance, fit, offers, personal, quotas, verdict)


def names_of_refusals() -> set[str]:
    """Every name in the programme's sources; one that goes on by itself (`blocked_3`) as far as it is written there."""
    found = set()
    for module in RULES:
        source = Path(str(module.__file__)).read_text(encoding="utf-8")
        found |= set(re.findall(r'name=f?"([a-z_]+)', source))
    return found


def test_every_refusal_that_a_form_lifts_leads_to_a_form_that_is_there() -> None:
    forms = dict(re.findall(r'^  (\w+): \["([\w-]+)", "[^"]+"\]', FORMS_JS, re.M))
    commands = set(re.findall(r'^  \["(\w+)", "inversion-table-people', FORMS_JS, re.M))
    names = names_of_refusals()
    known = {name if name in names else name.rpartition("_")[0] + "_" for name in forms} | commands
    assert known <= names
    by_themselves = {"too_heavy", "too_", "not_certified", "erased_today", "_used_up", "not_recorded_yet", "nothing_fits"}
    assert {name for name in names if not any(name.startswith(each) or each.startswith(name) for each in known)} <= by_themselves | {""}
    assert set(forms.values()) <= set(re.findall(r'<section class="card" tabindex="-1" id="([\w-]+)"', DESK_HTML))


def test_every_thing_that_the_programme_asks_for_has_a_form() -> None:
    body = re.search(r"const WHERE = \{(.*?)\};", DESK_JS)
    assert body
    assert set(re.findall(r"(\w+):", body[1])) == {each.value for each in Ask}


@pytest.mark.req("SR12")
def test_the_pages_forms_post_nothing_but_requests() -> None:
    assert set(re.findall(r'do: "(\w+)"', DESK_JS)) == set(FIELDS)
    assert set(re.findall(r'fetch\("([^"]+)", \{ method', DESK_JS)) == {"/requests", "/logout"}
    for path in (ROOT / "controller/panel/assets").glob("*.js"):
        if path.name not in {"desk.js", "login.js"}:
            assert "POST" not in path.read_text(encoding="utf-8"), path
