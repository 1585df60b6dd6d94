"""One Chromium a file, one server a test.  Whatever a page says on its console fails the test; pictures go to build/screenshots."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.browser.shown import Shown
from tests.hygiene.sources import ROOT

CHROMIUM = "/usr/bin/chromium"
SWITCHES = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
DESK = {"width": 1366, "height": 900}
PICTURES = ROOT / "build" / "screenshots"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Not for the whole run: while Playwright is up, an event loop runs in this thread, and other files' tests want one of their own."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=list(SWITCHES))
        yield opened
        opened.close()


@contextmanager
def serving(speed: str) -> Iterator[str]:
    """The address of a virtual table of its own."""
    command = [sys.executable, "-m", "sim", "run", "--serve", "--no-browser", "--port", "0", "--speed", speed]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        first = server.stdout.readline()
        try:
            yield first.rpartition(" ")[2].strip()
        finally:
            server.terminate()


@pytest.fixture
def virtual_table() -> Iterator[str]:
    with serving("10") as address:
        yield address


@pytest.fixture
def complaints() -> list[str]:
    """Errors and warnings of the page's console; a test that expects one takes it out."""
    return []


@pytest.fixture
def page(browser: Browser, complaints: list[str]) -> Iterator[Page]:
    context = browser.new_context(viewport=DESK)  # type: ignore[arg-type]  # Playwright's own TypedDict
    opened = context.new_page()
    opened.set_default_timeout(60_000)

    def heard(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            complaints.append(message.text)

    opened.on("console", heard)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    context.close()
    assert complaints == []


@pytest.fixture
def table(virtual_table: str, page: Page) -> Shown:
    page.goto(virtual_table)
    shown = Shown(page)
    shown.connected()
    return shown


def picture(name: str) -> Path:
    PICTURES.mkdir(parents=True, exist_ok=True)
    return PICTURES / f"{name}.png"
