"""Every page of a real table and the workbench, for who has no mouse, no eyes for it, no colours, a phone, or wants nothing to move."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESK, serving
from tests.browser.shown import PATIENCE_MS, Shown, until_true
from tests.browser.test_live_view import Processes

PHONE = {"width": 360, "height": 740}
LEAST_TARGET_PX = 44
PLACES = ("/", "/desk", "/history", "virtual")

CONTRAST = """
() => {
  const channels = (words) => words.match(/[0-9.]+/g).map(Number);
  const over = ([r, g, b, a = 1], under) => [r, g, b].map((value, at) => value * a + under[at] * (1 - a));
  const ground = (node) => {
    if (node === null) return [255, 255, 255];
    const style = getComputedStyle(node);
    if (style.backgroundImage !== "none") return null; // a gradient: judged by eye
    const own = channels(style.backgroundColor);
    if ((own[3] ?? 1) === 1) return own.slice(0, 3);
    const under = ground(node.parentElement);
    return under && over(own, under);
  };
  const light = (rgb) => {
    const [r, g, b] = rgb.map((value) => value / 255).map((value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const weak = [];
  for (const node of document.querySelectorAll("body *")) {
    const written = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
    if (!written || node.closest("svg, .hidden, .u-wrap, option") || !node.checkVisibility() || node.disabled) continue;
    const under = ground(node);
    if (under === null) continue;
    const style = getComputedStyle(node);
    const [one, two] = [light(over(channels(style.color), under)), light(under)].sort((a, b) => b - a);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700);
    const ratio = (one + 0.05) / (two + 0.05);
    if (ratio < (large ? 3 : 4.5)) weak.push(`${ratio.toFixed(2)} ${node.textContent.trim().slice(0, 40)}`);
  }
  return weak;
}
"""
"""Text whose contrast to what lies under it is less than WCAG 2.1 AA asks: 4.5, or 3 for large letters."""

SMALL = f"""
() => [...document.querySelectorAll("button, select, input, summary, a")]
  .map((node) => (node.matches("[type=checkbox], [type=radio]") ? node.closest("label") : node))
  .filter((node) => node.checkVisibility() && !node.matches(".skip") && node.getBoundingClientRect().height < {LEAST_TARGET_PX - 0.5})
  .filter((node) => !(node.matches("a.lift") || node.closest(".keep, .twist, #faults")) || node.getBoundingClientRect().height < 24)
  .map((node) => `${{node.getBoundingClientRect().height}} ${{node.outerHTML.slice(0, 80)}}`)
"""
"""What a finger would miss; a link among words needs 24 pixels (WCAG 2.2 AA)."""


@dataclass(frozen=True, slots=True)
class Addresses:
    real: str
    virtual: str

    def of(self, place: str) -> str:
        return self.virtual if place == "virtual" else self.real + place


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Addresses]:
    """A real panel with records and a table that tells it something, and a virtual one; for all tests here, which change nothing."""
    real = Processes(tmp_path_factory.mktemp("reach"))
    real.records()
    real.panel()
    real.table()
    with serving("1") as virtual:
        yield Addresses(f"http://127.0.0.1:{real.port}", virtual)
    for name in list(real.running):
        real.end(name)


def stands(page: Page, place: str) -> None:
    """Until the page has laid out what it was told."""
    sign = {"/": "#mode-happens", "/desk": "#offers input", "/history": "#sessions tr", "virtual": "#open li"}[place]
    expect(page.locator(sign).first).to_be_attached(timeout=PATIENCE_MS)
    if place in {"/", "virtual"}:
        expect(page.locator("#link")).to_have_text("Connected", timeout=PATIENCE_MS)
        expect(page.locator("#open li").first).to_be_visible(timeout=PATIENCE_MS)


@pytest.fixture
def opened(page: Page, addresses: Addresses, place: str) -> Page:
    page.goto(addresses.of(place))
    stands(page, place)
    return page


@pytest.mark.req("PU2", "PU4")
@pytest.mark.parametrize("place", PLACES)
def test_letters_stand_out_in_the_light_and_in_the_dark(opened: Page, place: str) -> None:
    assert place
    for scheme in ("light", "dark"):
        opened.evaluate("(scheme) => (document.documentElement.dataset.theme = scheme)", scheme)
        assert opened.evaluate(CONTRAST) == [], scheme


@pytest.mark.req("PU2", "PU4")
@pytest.mark.parametrize("place", PLACES)
def test_a_phone_scrolls_one_way_and_a_finger_hits_what_it_aims_at(opened: Page, place: str) -> None:
    opened.set_viewport_size(PHONE)  # type: ignore[arg-type]  # Playwright's own TypedDict
    for node in opened.locator(".again:visible").all():
        node.click()
    assert place
    until_true(opened, "(most) => document.documentElement.scrollWidth <= most", PHONE["width"])  # charts follow by and by
    assert opened.evaluate(SMALL) == []


def tree(page: Page) -> list[dict[str, Any]]:
    """What the browser hands to a screen reader: role, name and properties of everything that it does not pass over."""
    session = page.context.new_cdp_session(page)
    session.send("Accessibility.enable")
    found = []
    for node in session.send("Accessibility.getFullAXTree")["nodes"]:
        if not node["ignored"]:
            properties = {each["name"]: each["value"].get("value") for each in node.get("properties", [])}
            found.append({"role": node["role"]["value"], "name": node.get("name", {}).get("value", ""), **properties})
    session.detach()
    return found


def roles(nodes: list[dict[str, Any]], role: str) -> list[str]:
    return [node["name"] for node in nodes if node["role"] == role]


@pytest.mark.req("PU2", "PU4")
@pytest.mark.parametrize("place", PLACES)
def test_a_screen_reader_finds_its_way_and_a_name_for_everything(opened: Page, place: str) -> None:
    nodes = tree(opened)
    acts = [node for node in nodes if node.get("focusable") and node["role"] != "RootWebArea"]
    assert len(acts) > 5
    assert [node for node in acts if not node["name"].strip() and node["role"] != "list"] == []
    named = ("image", "img", "region", "progressbar", "navigation", "group")
    assert [node for node in nodes if node["role"] in named and not node["name"].strip()] == []
    assert len(roles(nodes, "main")) == len(roles(nodes, "banner")) == 1
    levels = [node["level"] for node in nodes if node["role"] == "heading"]
    assert levels.count(1) == 1
    assert all(deeper - before <= 1 for before, deeper in pairwise(levels)), levels
    assert "status" in {node["role"] for node in nodes}, place


@pytest.mark.req("PU2", "PU4")
@pytest.mark.parametrize("place", PLACES)
def test_with_the_tab_key_alone_everything_is_reached_seen_and_never_held(opened: Page, place: str) -> None:
    """Each thing that can be focused is, in the order of the page; a group of radio buttons counts once."""
    wanted = opened.evaluate(
        """() => new Set([...document.querySelectorAll("a[href], button, select, input, summary, [tabindex='0']")]
            .filter((node) => !node.disabled && node.checkVisibility())
            .map((node) => (node.type === "radio" ? `${node.form?.dataset.when ?? ""} ${node.name}` : node))).size"""
    )
    opened.evaluate("() => document.activeElement.blur()")
    seen: list[str] = []
    for _ in range(3 * wanted):
        opened.keyboard.press("Tab")
        found = opened.evaluate(
            """() => {
                const node = document.activeElement;
                if (node === document.body) return null;
                node.dataset.tabbed ??= String(Math.random());
                const style = getComputedStyle(node);
                return [node.dataset.tabbed, node.matches(":focus-visible") && (style.outlineStyle !== "none" || node.type === "radio")];
            }"""
        )
        if found is None or found[0] in seen:
            break
        assert found[1], opened.evaluate("() => document.activeElement.outerHTML")
        seen.append(found[0])
    assert len(seen) >= wanted, place


@pytest.mark.req("PU2")
def test_no_row_differs_from_another_by_its_colour_alone(page: Page, addresses: Addresses) -> None:
    """A tone of a row has a sign of its own, an open lock other words, lamps their state in letters."""
    page.goto(addresses.virtual)
    stands(page, "virtual")
    signs = page.evaluate(
        "() => import('/assets/story.js').then(({ mark }) => ['bad', 'care', 'quiet', 'good'].map((tone) => mark(tone).textContent))"
    )
    assert len({*signs}) == 4
    for place in ("/", "/desk", "virtual"):
        page.goto(addresses.of(place))
        stands(page, place)
        rows = page.evaluate(
            "() => [...document.querySelectorAll('.reasons li:not(#markers li)')].map((row) => [row.className, row.textContent[0]])"
        )
        assert rows
        assert {mark for _, mark in rows} <= {*signs}
    assert page.locator(".lamps small").all_inner_texts() != [""] * 4


@pytest.mark.req("PU2")
def test_who_asked_for_less_motion_sees_none_but_the_tables_own(browser: Browser, addresses: Addresses) -> None:
    with_less = browser.new_page(viewport=DESK, reduced_motion="reduce")  # type: ignore[arg-type]  # Playwright's own TypedDict
    with_less.goto(addresses.virtual)
    stands(with_less, "virtual")
    Shown(with_less).sees("#coach-words", "close both ankle locks")
    assert with_less.locator(".hint").count() > 0
    assert with_less.evaluate("() => document.getAnimations().length") == 0
    assert with_less.evaluate("() => getComputedStyle(document.querySelector('.tilt')).transitionDuration") in {"0s", ""}
    with_less.close()
