"""START refused for each reason there is, in the browser: shown with its way back, told when pressed, nothing moves, lifted there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import DESK, serving
from tests.browser.refusal_rows import ARGUED, ROWS, Row, every_reason
from tests.browser.shown import PATIENCE_MS, Shown


@pytest.fixture(scope="module")
def table(browser: Browser) -> Iterator[Shown]:
    """One page and one server for all rows; whatever the page complains of fails the last."""
    complaints: list[str] = []
    with serving("10") as address:
        page = browser.new_page(viewport=DESK)  # type: ignore[arg-type]  # Playwright's own TypedDict
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", lambda message: complaints.append(message.text) if message.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address)
        shown = Shown(page)
        shown.connected()
        yield shown
        page.close()
    assert complaints == []


class Hands:
    """The words of a row's steps."""

    def __init__(self, table: Shown, row: Row) -> None:
        self.table = table
        self.row = row

    def do(self, steps: str) -> None:
        for step in steps.split():
            name, _, words = step.partition(":")
            act: Callable[[str], None] = getattr(self, "do_" + name.replace("-", "_"))
            act(words.replace("_", " ") if name in {"see", "title"} else words)

    def do_lock(self, side: str) -> None:
        self.table.lock(side)

    def do_press(self, button: str) -> None:
        self.table.press(button)

    def do_keep(self, buttons: str) -> None:
        self.table.keep(*buttons.split("+"))

    def do_let_go(self, _: str) -> None:
        self.table.let_go()

    def do_mushroom(self, _: str) -> None:
        self.table.page.locator("#mushroom").click()

    def do_twist(self, _: str) -> None:
        self.table.page.locator("#twist").click()

    def do_switch(self, name: str) -> None:
        switch = self.table.page.locator(f'[data-switch="{name}"]')
        was = switch.get_attribute("aria-pressed")
        switch.click()
        expect(switch).not_to_have_attribute("aria-pressed", str(was), timeout=PATIENCE_MS)

    def do_speed(self, ratio: str) -> None:
        self.table.speed(int(ratio))

    def do_fault(self, name: str) -> None:
        self.table.page.locator("#fault").select_option(name)
        self.table.page.locator("#inject").click()
        self.table.sees("#faults", name.replace("_", " "))

    def do_heal(self, name: str) -> None:
        self.table.page.get_by_label(f"Take the fault {name.replace('_', ' ')} away").click()

    def do_lift(self, name: str) -> None:
        self.table.page.locator(f'[data-lift="{name}"]').click()

    def do_next_day(self, _: str) -> None:
        today = self.table.page.locator("#who-words").inner_text()
        self.table.page.locator("#next-day").click()
        expect(self.table.page.locator("#who-words")).not_to_have_text(today, timeout=PATIENCE_MS)

    def do_choose(self, who: str) -> None:
        self.table.fresh(who)

    def do_fresh(self, _: str) -> None:
        self.table.put_on()

    def do_see(self, words: str) -> None:
        self.table.sees("#open", words)

    def do_title(self, words: str) -> None:
        self.table.sees_title(f".*{words}")

    def do_ready(self, _: str) -> None:
        self.table.sees_title("Ready")

    def do_idle(self, _: str) -> None:
        self.table.sees_title("Not ready yet|Ready")

    def do_angle(self, least_deg: str) -> None:
        self.table.wait_for_angle(float(least_deg), 90.0)

    def do_upright(self, _: str) -> None:
        self.table.wait_for_angle(-76.0, -74.5)

    def do_pause(self, _: str) -> None:
        """As long as a hand takes from the mushroom to RETURN: a press at the same moment is not a fresh one."""
        self.table.page.wait_for_timeout(500)

    def do_no_spotter(self, _: str) -> None:
        """Nobody presses it."""

    def do_wait(self, _: str) -> None:
        self.table.sees("#open", self.row.says[0])


def made_ready(table: Shown, row: Row) -> None:
    """A fresh table with the row's person, both locks closed, somebody watching."""
    table.let_go()
    table.fresh(row.who, row.protocol, week="1" if row.who == "ida" else "")  # a week's past is a new one each time
    table.speed(10)
    table.lock("left")
    table.lock("right")
    if "no-spotter" not in row.steps:
        table.press("spotter")


@pytest.mark.req("SR11", "TP1", "TP2", "TP3", "TP4", "TP5", "TP6", "TP8", "TP9", "PU2", "PU6")
@pytest.mark.parametrize("row", ROWS, ids=[row.reasons[0].split(".")[0].replace(" ", "_") for row in ROWS])
def test_start_is_refused_and_what_is_in_the_way_is_told_and_lifted(table: Shown, row: Row) -> None:
    hands = Hands(table, row)
    made_ready(table, row)
    hands.do(row.steps)
    for words in row.says:
        reason = table.page.locator("#open li", has_text=words).first
        expect(reason).to_have_text(re.compile(re.escape(words) + ".{15,}", re.S), timeout=PATIENCE_MS)  # the way back stands behind it
    before = table.story().count("Testing")
    table.press("start")
    for words in () if row.steps.startswith("keep:return") else row.says:  # RETURN and START together are no press of START at all
        table.sees("#story", words)
    assert table.story().count("Testing") == before
    hands.do(row.lifts)
    for words in row.says:
        expect(table.page.locator("#open")).not_to_contain_text(words, timeout=PATIENCE_MS)


@pytest.mark.req("SR11")
def test_every_reason_has_a_row_or_an_argument_and_none_has_both() -> None:
    pressed = Counter(reason for row in ROWS for reason in row.reasons)
    assert [reason for reason, count in pressed.items() if count > 1] == []
    assert sorted([*pressed, *ARGUED]) == sorted(set(every_reason()))
    assert all(len(argument) > 30 for argument in ARGUED.values())
