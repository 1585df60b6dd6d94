"""The page as a person uses it: words to see, buttons to press.  Waits for what is shown, never for a time."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

PATIENCE_MS = 90_000
"""A busy computer runs the table slower than it is asked to."""


def until_true(page: Page, script: str, given: object = None) -> None:
    """Until the script says true.  Playwright's own wait evaluates text inside the page, which its content policy forbids."""
    for _ in range(PATIENCE_MS // 50):
        if page.evaluate(script, given):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never true: {script}")


class Shown:
    """One open page of the virtual table."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def connected(self) -> None:
        expect(self.page.locator("#link")).to_have_text("Connected", timeout=PATIENCE_MS)
        self.sees_title("Not ready yet|Ready|Starting")

    def button(self, name: str) -> Locator:
        return self.page.locator(f'[data-button="{name}"]')

    def sees_title(self, words: str) -> None:
        expect(self.page.locator("#mode-title")).to_have_text(re.compile(f"^({words})"), timeout=PATIENCE_MS)

    def sees(self, place: str, words: str) -> None:
        expect(self.page.locator(place)).to_contain_text(words, timeout=PATIENCE_MS)

    def speed(self, ratio: int) -> None:
        self.page.locator(f'[data-ratio="{ratio}"]').click()
        expect(self.page.locator(f'[data-ratio="{ratio}"]')).to_have_attribute("aria-pressed", "true", timeout=PATIENCE_MS)

    def switch(self, name: str) -> None:
        self.page.locator(f'[data-switch="{name}"]').click()

    def lock(self, side: str) -> None:
        """Turn an ankle lock the other way and see that it is."""
        lock = self.page.locator(f'[data-ankle="{side}"]')
        was = lock.get_attribute("aria-pressed")
        lock.click()
        expect(lock).not_to_have_attribute("aria-pressed", str(was), timeout=PATIENCE_MS)

    def press(self, name: str) -> None:
        self.button(name).click()

    def keep(self, *names: str) -> None:
        """Fingers that stay where they press, until `let_go`."""
        self.page.locator("#keep").check()
        for name in names:
            self.button(name).click()
            expect(self.button(name)).to_have_class(re.compile("pressed"), timeout=PATIENCE_MS)

    def let_go(self) -> None:
        self.page.locator("#keep").uncheck()

    def angle_deg(self) -> float:
        words = self.page.locator("#angle").inner_text()
        return float(words.replace("−", "-").rstrip("°"))

    def wait_for_angle(self, least_deg: float, most_deg: float) -> None:
        """Until the angle shown is in that range."""
        for _ in range(2000):
            if least_deg <= self.angle_deg() <= most_deg:
                return
            self.page.wait_for_timeout(25)
        raise AssertionError(f"the angle is {self.angle_deg()}, never {least_deg} to {most_deg}")

    def still(self) -> None:
        expect(self.page.locator("#rate")).to_have_text("still", timeout=PATIENCE_MS)

    def ready(self) -> None:
        """Locks closed, the spotter confirmed, START lit."""
        self.lock("left")
        self.lock("right")
        self.sees("#open", "A spotter is required")
        self.press("spotter")
        self.sees_title("Ready")

    def fresh(self, who: str = "ida", protocol: str = "", week: str = "") -> None:
        """Another table with this person, started and waiting, their programme known."""
        self.page.locator("#person").select_option(who)
        self.page.locator("#week").select_option(week)
        self.page.locator("#protocol").select_option(protocol)
        self.put_on()
        self.sees_title("Not ready yet")
        if who != "nobody":
            expect(self.page.locator("#open")).not_to_contain_text("Nobody is chosen.", timeout=PATIENCE_MS)

    def put_on(self) -> None:
        """Whoever is selected, on another table; until the page shows that one."""
        body = self.page.locator("body")
        was = body.get_attribute("data-table")
        self.page.locator("#fresh button").click()
        expect(body).not_to_have_attribute("data-table", str(was), timeout=PATIENCE_MS)

    def start(self) -> None:
        self.ready()
        self.press("start")
        self.sees_title("Testing|Going")

    def story(self) -> list[str]:
        """Titles of the modes, oldest first."""
        return list(reversed(self.page.locator("#story li.mode b").all_inner_texts()))
