"""A password that is changed in the settings file counts at once, and whoever was let in by the old one is out."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from starlette.applications import Starlette

from controller.config import PanelSettings, Settings, load_settings
from controller.panel import __main__ as panel
from controller.panel import login
from controller.panel.asking import Asking
from controller.panel.hub import Hub
from controller.panel.login import hashed
from controller.panel.passwords import Passwords
from tests.panel.asked import ask, asking
from tests.panel.test_routes import attempt

KEEPERS, ADAS, NEW = "the keeper's own word", "adas own long word", "another good long word"
LINES = {word: hashed(word) for word in (KEEPERS, ADAS, NEW)}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second that each attempt costs is measured elsewhere."""
    monkeypatch.setattr(login, "ATTEMPT_S", 0.0)


def write(file: Path, keeper: str = LINES[KEEPERS], **people: str) -> None:
    lines = ["[panel]", f'password = "{keeper}"', "[panel.people]", *(f'{key} = "{line}"' for key, line in people.items())]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    written = tmp_path / "settings.toml"
    write(written, ada=LINES[ADAS])
    return written


@pytest.fixture
def app(file: Path) -> Starlette:
    hub = Hub()
    return panel.application(hub, load_settings(file), Asking(hub), file)


def let_in(app: Starlette, who: str, word: str) -> str:
    """The cookie, or nothing."""
    status, cookie = attempt(app, f'{{"who": "{who}", "password": "{word}"}}'.encode())
    assert status in {204, 401}
    return cookie.split(";")[0]


@pytest.mark.req("TP15")
def test_a_changed_password_counts_at_once_and_ends_the_visits_of_that_person_only(app: Starlette, file: Path) -> None:
    keeper, ada = let_in(app, "", KEEPERS), let_in(app, "ada", ADAS)
    write(file, ada=LINES[NEW])
    assert [ask(app, "GET", "/words", cookie=cookie).status for cookie in (keeper, ada)] == [200, 401]
    assert let_in(app, "ada", ADAS) == ""
    assert ask(app, "GET", "/words", cookie=let_in(app, "ada", NEW)).status == 200


@pytest.mark.req("TP15")
def test_a_password_that_is_taken_away_lets_nobody_in_and_a_new_one_does_at_once(app: Starlette, file: Path) -> None:
    ada = let_in(app, "ada", ADAS)
    write(file, bob=LINES[NEW])
    assert ask(app, "GET", "/words", cookie=ada).status == 401
    assert let_in(app, "ada", ADAS) == ""
    assert ask(app, "GET", "/words", cookie=let_in(app, "bob", NEW)).status == 200


@pytest.mark.req("TP15")
@pytest.mark.parametrize("wrong", ["", "[panel", '[panel]\npassword = ""\n', '[panel]\npassword = "hunter2"\n', None])
def test_a_file_that_is_wrong_or_gone_opens_no_door_and_shuts_nobody_out(
    app: Starlette, file: Path, wrong: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    keeper = let_in(app, "", KEEPERS)
    file.unlink()
    if wrong is not None:
        file.write_text(wrong, encoding="utf-8")
    assert ask(app, "GET", "/words").status == 401
    assert ask(app, "GET", "/words", cookie=keeper).status == 200
    told = capsys.readouterr().err.splitlines()
    assert [line.endswith("the passwords that stood before go on to hold") for line in told] == [True] * (wrong is not None)


def test_a_file_that_stays_as_it_is_is_read_once(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Path] = []

    def counted(path: Path) -> Settings:
        read.append(path)
        return load_settings(path)

    monkeypatch.setattr("controller.panel.passwords.load_settings", counted)
    stand = Passwords(PanelSettings(password=LINES[KEEPERS]), file, lambda _: None)
    for _ in range(5):
        assert stand()["ada"] == LINES[ADAS]
    assert read == [file]


@pytest.mark.req("TP15")
def test_the_stream_that_somebody_watches_ends_when_their_password_is_changed(file: Path) -> None:
    hub = Hub()
    app = panel.application(hub, load_settings(file), Asking(hub), file)
    cookie = let_in(app, "ada", ADAS)

    async def watch() -> bytes:
        watching = asyncio.create_task(asking(app, "GET", "/events", b"", {"cookie": cookie}, stays=True))
        while not hub.viewers:
            await asyncio.sleep(0.01)
        write(file, ada=LINES[NEW])
        return (await asyncio.wait_for(watching, 10.0)).body

    assert b"event: state" in asyncio.run(watch())
    assert not hub.viewers
