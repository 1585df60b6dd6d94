"""A person at the page of a real panel, beside a real service in a process of its own: chooses, tells, starts at the table, rates."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from controller.panel.login import hashed
from controller.programme.model import Person, SignOff
from controller.records.store import opened
from tests.browser.conftest import picture
from tests.browser.shown import PATIENCE_MS
from tests.browser.test_live_view import Processes
from tests.hygiene.sources import ROOT
from tests.therapy.evening import BEGINS

PHONE = {"width": 390, "height": 844}


class ToldTable(Processes):
    """A panel, the records' teller, and a table with two people who have been signed off and have told nothing."""

    def begin_all(self) -> None:
        folder = self.folder / "records"
        folder.mkdir(mode=0o700)
        with opened(folder) as store:
            for key, name in (("ada", "Ada Lovelace"), ("bob", "Bob <b>Bold</b>")):
                store.add_person(Person(key=key, name=name, added_at=BEGINS, height_cm=170.0, mass_kg=80.0, shaft_setting="7"))
                store.record(key, SignOff(at=BEGINS, by="A. Turner", on=BEGINS.date()))
        self.begin("records", [sys.executable, "-m", "controller.panel", "records", "--settings", str(self.settings)])
        self.panel()
        command = [sys.executable, "-m", "tests.browser.told_table", str(self.settings)]
        self.running["table"] = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.running["table"].stdout is not None
        assert self.running["table"].stdout.readline() == "running\n"

    def hands(self, *lines: str) -> None:
        hand = self.running["table"].stdin
        assert hand is not None
        for line in lines:
            hand.write(line + "\n")
        hand.flush()


@pytest.fixture
def table(tmp_path: Path) -> Iterator[ToldTable]:
    started = ToldTable(tmp_path)
    yield started
    for name in list(started.running):
        started.end(name)


def answered(page: Page, form: str, words: str) -> None:
    expect(page.locator(f"{form} .answer")).to_contain_text(words, timeout=PATIENCE_MS)


def missing(page: Page, words: str) -> None:
    expect(page.locator("#refused")).not_to_contain_text(words, timeout=PATIENCE_MS)


@pytest.mark.req("PU4", "TP1", "TP3", "TP12", "TP9", "TP15", "SR11", "SR12")
def test_a_person_tells_everything_at_the_page_and_start_at_the_table_is_obeyed(table: ToldTable, page: Page) -> None:
    table.begin_all()
    address = f"http://127.0.0.1:{table.port}"
    page.goto(address)
    page.get_by_role("link", name="Choose who is next").click(timeout=PATIENCE_MS)
    expect(page.locator("#chosen")).to_contain_text("Nobody you may see is next", timeout=PATIENCE_MS)
    expect(page.locator("#person option")).to_have_text(["Ada Lovelace", "Bob <b>Bold</b>"], timeout=PATIENCE_MS)
    page.get_by_label("Person", exact=True).press("a")
    expect(page.locator("#refused li")).to_have_count(4, timeout=PATIENCE_MS)
    page.screenshot(path=picture("desk"))
    page.screenshot(path=picture("desk-before"), full_page=True)
    _before(page)

    table.hands("lock closed", "tap spotter")
    page.goto(address)
    expect(page.locator("#open")).to_contain_text("Nothing stands in the way", timeout=PATIENCE_MS)
    page.goto(f"{address}/desk")
    expect(page.locator("#busy")).to_be_hidden()
    table.hands("tap start")
    expect(page.locator("#busy")).to_contain_text("The table is in use", timeout=PATIENCE_MS)
    page.get_by_role("button", name="Nobody: whoever used it has left").click()
    answered(page, "#who", "✗ Not recorded. The table is in use")
    page.screenshot(path=picture("desk-in-use"), full_page=True)
    _after(table, page, address)


def _before(page: Page) -> None:
    """All that START waits for in somebody's first session, told by the keyboard alone."""
    page.get_by_role("button", name="This person is next").press("Enter")
    answered(page, "#who", "✓ Chosen")
    for question in page.locator(".question").all():
        question.get_by_label("no", exact=True).press("Space")
    page.get_by_role("button", name="Record these answers").press("Enter")
    answered(page, "#questions", "✓ The answers are recorded.")
    page.get_by_label("I have found the release lever").press("Space")
    page.locator("#practised").get_by_role("button").press("Enter")
    answered(page, "#practised", "✓ Recorded")
    missing(page, "You have not practised the manual release")
    for point in page.locator("#points input").all():
        point.press("Space")
    page.get_by_role("button", name="Confirm the set-up").press("Enter")
    answered(page, "#set-up", "✓ The set-up is recorded for session 1.")
    page.locator("#before .scale").get_by_label("6").press("Space")
    page.locator("#before").get_by_label("Fingertips to toes").press_sequentially("14")
    page.locator("#before").get_by_role("button").press("Enter")
    answered(page, "#before", "✓ Rated before session 1.")
    expect(page.locator("#refused")).to_contain_text("Nothing here", timeout=PATIENCE_MS)


def _after(table: ToldTable, page: Page, address: str) -> None:
    """The session ends by itself; what was felt and the rating lift what they hold up."""
    page.goto(address)
    expect(page.locator("#mode-title")).to_have_text(re.compile("You may get off"), timeout=PATIENCE_MS)
    table.hands("lock open")
    expect(page.locator("#open")).to_contain_text("It is not known what you felt in session 1.", timeout=PATIENCE_MS)
    page.screenshot(path=picture("live-refused"), full_page=True)
    table.hands("tap start")
    page.get_by_role("link", name="Say what was felt").click()
    expect(page.locator("#felt")).to_be_focused(timeout=PATIENCE_MS)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # Playwright's own TypedDict
    expect(page.locator("#felt-title")).to_contain_text("session 1", timeout=PATIENCE_MS)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_label("Nothing of that kind").check()
    page.locator("#felt").get_by_role("button").click()
    answered(page, "#felt", "✓ Recorded for session 1.")
    page.locator("#after .scale").get_by_label("5").check()
    page.locator("#after").get_by_role("button").click()
    answered(page, "#after", "✓ Rated after session 1.")
    missing(page, "Your pain after session 1")
    page.locator("#after .scale").get_by_label("0", exact=True).check()
    page.locator("#after").get_by_role("button").click()
    answered(page, "#after", "✗ Not recorded. There is a rating after session 1 already.")
    page.screenshot(path=picture("desk-phone"), full_page=True)
    page.goto(f"{address}/history")
    expect(page.locator("#sessions tr")).to_have_count(1, timeout=PATIENCE_MS)
    expect(page.locator("#refusals")).to_contain_text("It is not known what you felt in session 1.")
    expect(page.locator("#refusals")).to_contain_text("TP9")


@pytest.mark.req("TP15")
def test_a_person_with_a_password_of_their_own_sees_and_tells_only_their_own(table: ToldTable, page: Page, complaints: list[str]) -> None:
    table.settle(hashed("the keeper's own word"))
    with table.settings.open("a", encoding="utf-8") as file:
        file.write(f'[panel.people]\nada = "{hashed("adas own long word")}"\n')
    table.begin_all()
    address = f"http://127.0.0.1:{table.port}"
    page.goto(f"{address}/desk")
    page.get_by_label("Your key").fill("ada")
    page.get_by_label("Password").fill("adas own long word")
    page.get_by_role("button", name="Log in").click()
    expect(page.locator("#mode-title")).to_be_visible(timeout=PATIENCE_MS)
    page.goto(f"{address}/desk")
    expect(page.locator("#person option")).to_have_count(1, timeout=PATIENCE_MS)
    expect(page.locator("#person option")).to_have_text("Ada Lovelace")
    page.goto(f"{address}/history")
    expect(page.locator("#who option")).to_have_count(1, timeout=PATIENCE_MS)
    status = page.evaluate(
        """fetch("/requests", {
            method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ do: "choose", person: "bob" }),
        }).then((answer) => answer.status)"""
    )
    assert status == 403
    assert complaints == ["Failed to load resource: the server responded with a status of 403 (Forbidden)"]
    complaints.clear()
