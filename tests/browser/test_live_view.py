"""The live view in a browser: a real service's telemetry on the page, a server that restarts, a controller that dies, a login."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from controller.panel.login import hashed
from tests.browser.conftest import picture
from tests.browser.shown import PATIENCE_MS
from tests.hygiene.sources import ROOT
from tests.panel.recorded import SESSIONS, record
from tests.panel.settled import free_port, settle

PASSWORD = "a good long word"


class Processes:
    """A panel and a table that tells it something, each to be ended and begun again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.running: dict[str, subprocess.Popen[str]] = {}
        self.settle("")

    def settle(self, password: str) -> None:
        self.settings = settle(self.folder, self.port, password)

    def panel(self) -> None:
        command = [sys.executable, "-m", "controller.panel", "serve", "--settings", str(self.settings)]
        self.begin("panel", command)
        output = self.running["panel"].stdout
        assert output is not None
        assert output.readline() == f"serving on 127.0.0.1 port {self.port}\n"

    def records(self) -> None:
        record(self.folder / "records")
        self.begin("records", [sys.executable, "-m", "controller.panel", "records", "--settings", str(self.settings)])
        output = self.running["records"].stdout
        assert output is not None
        assert output.readline() == f"telling {self.folder / 'records'}\n"

    def table(self) -> None:
        self.begin("table", [sys.executable, "-m", "tests.browser.telling_table", str(self.folder / "telemetry")])

    def begin(self, name: str, command: list[str]) -> None:
        self.running[name] = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)

    def end(self, name: str) -> int:
        process = self.running.pop(name)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
        return process.returncode


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    started = Processes(tmp_path)
    yield started
    for name in list(started.running):
        started.end(name)


def link(page: Page, words: str) -> None:
    expect(page.locator("#link")).to_have_text(re.compile(words), timeout=PATIENCE_MS)


@pytest.mark.req("PU2", "SR12")
def test_the_live_view_follows_a_table_outlives_its_server_and_says_when_the_controller_is_silent(
    processes: Processes, page: Page, complaints: list[str]
) -> None:
    processes.panel()
    page.goto(f"http://127.0.0.1:{processes.port}/")
    link(page, "No word from the controller yet")
    processes.table()
    link(page, "Connected")
    expect(page.locator("#mode-title")).to_have_text(re.compile("Going to"), timeout=PATIENCE_MS)
    assert page.locator("[data-button], #mushroom").count() == 0
    page.screenshot(path=picture("live-view"), full_page=True)
    assert processes.end("panel") == -signal.SIGTERM
    link(page, "Connection lost")
    processes.panel()
    link(page, "Connected")
    processes.end("table")
    link(page, "No word from the controller for")
    expect(page.locator("#mode-title")).to_have_text("The controller is silent", timeout=PATIENCE_MS)
    lost = [words for words in complaints if "Failed to load resource" in words]  # what a browser says of a server that is away
    assert complaints == lost
    complaints.clear()


@pytest.mark.req("TP15")
def test_a_password_stands_before_the_page(processes: Processes, page: Page, complaints: list[str]) -> None:
    processes.settle(hashed(PASSWORD))
    processes.panel()
    page.goto(f"http://127.0.0.1:{processes.port}/")
    page.get_by_label("Password").fill("not the one that is right")
    page.get_by_role("button", name="Log in").click()
    expect(page.locator("#wrong")).to_have_text("✗ That is not the password.", timeout=PATIENCE_MS)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    link(page, "No word from the controller yet")
    assert complaints == ["Failed to load resource: the server responded with a status of 401 (Unauthorized)"]
    complaints.clear()


@pytest.mark.req("PU4", "TP12", "TP13")
def test_sessions_and_progress_are_drawn_and_a_persons_name_is_only_ever_a_name(processes: Processes, page: Page) -> None:
    processes.records()
    processes.panel()
    page.goto(f"http://127.0.0.1:{processes.port}/history")
    expect(page.locator("#sessions tr")).to_have_count(SESSIONS, timeout=PATIENCE_MS)
    expect(page.locator("#markers li")).to_have_count(3)
    expect(page.locator("#sessions")).to_contain_text("a safety rule: An ankle lock is open.")
    expect(page.locator("#who option").first).to_have_text("Ada <b>Lovelace</b>")
    assert page.locator(".plot canvas").count() == 4
    page.screenshot(path=picture("history"), full_page=True)
    progress = page.locator("section:has(#markers), .plots").all()
    boxes = [box for each in progress if (box := each.bounding_box())]
    top = boxes[0]["y"] - 12
    clip = {"x": boxes[0]["x"] - 12, "y": top, "width": boxes[0]["width"] + 24, "height": boxes[-1]["y"] + boxes[-1]["height"] + 12 - top}
    page.screenshot(path=picture("progress"), full_page=True, clip=clip)  # type: ignore[arg-type]  # Playwright's own TypedDict
    page.locator("#who").select_option("b")
    expect(page.locator("#sessions tr")).to_have_count(0)
