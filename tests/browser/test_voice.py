"""The virtual table speaks with the rendered phrases in Chromium: in turn, an alarm at once, text for a missing file, quiet when muted.

What is heard is told by the browser's own media events; the sound itself is measured in tests/voice.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import serving
from tests.browser.shown import Shown, until_true

LISTENS = """
window.heard = [];
const construct = window.Audio;
window.Audio = function () {
  const player = new construct();
  for (const name of ["playing", "ended", "pause"]) {
    const words = () => decodeURIComponent(player.src.split("/spoken/")[1] ?? "");
    player.addEventListener(name, () => window.heard.push([name, words(), player.currentTime, player.duration]));
  }
  window.player = player;
  return player;
};
const createGain = AudioContext.prototype.createGain;
AudioContext.prototype.createGain = function () { return (window.buzzer = createGain.call(this)); };
"""
LOCKS = "Ankle locks are not closed."
SPOTTER = "A spotter is required."
STOPPED = "Emergency stop."


@pytest.fixture
def table(page: Page) -> Iterator[Shown]:
    """In real time, its voice on."""
    page.add_init_script(LISTENS)
    with serving("1") as address:
        page.goto(address)
        shown = Shown(page)
        shown.connected()
        shown.sees("#open", SPOTTER)
        page.get_by_role("button", name="Voice off").click()
        yield shown


def until(page: Page, name: str, words: str, times: int = 1) -> None:
    said = "([name, words, times]) => heard.filter((each) => each[0] === name && each[1].startsWith(words)).length >= times"
    until_true(page, said, [name, words, times])


def heard(page: Page, *names: str) -> list[tuple[str, str]]:
    """(event, beginning of the phrase), in order."""
    return [(name, words.split(".")[0] + ".") for name, words, *_ in page.evaluate("heard") if name in names]


@pytest.mark.req("PU2")
def test_phrases_are_played_whole_one_after_the_other_in_the_order_in_which_they_were_said(table: Shown) -> None:
    page = table.page
    table.press("start")
    until(page, "ended", SPOTTER)
    assert [each for each in heard(page, "playing", "ended") if each[1] in {LOCKS, SPOTTER}] == [
        ("playing", LOCKS), ("ended", LOCKS), ("playing", SPOTTER), ("ended", SPOTTER),
    ]  # fmt: skip
    durations = [duration for name, _, _, duration in page.evaluate("heard") if name == "ended"]
    assert all(1.0 < duration < 15.0 for duration in durations)
    assert [words for words in reversed(page.locator("#story .care").all_inner_texts()) if LOCKS in words or SPOTTER in words] != []


@pytest.mark.req("PU2", "SR1")
def test_an_alarm_cuts_a_prompt_and_what_waited_behind_it_and_nothing_cuts_the_alarm(table: Shown) -> None:
    page = table.page
    table.press("start")
    until(page, "playing", LOCKS)
    page.locator("#mushroom").click()
    until(page, "playing", STOPPED)
    assert ("ended", LOCKS) not in heard(page, "ended")
    table.press("start")  # refused, in words that wait until the alarm is said
    until(page, "ended", STOPPED)
    told = heard(page, "playing", "ended")
    at = told.index(("playing", STOPPED))
    assert told[at + 1] == ("ended", STOPPED)
    assert ("playing", SPOTTER) not in told[:at]


@pytest.mark.req("PU2")
def test_a_phrase_without_a_file_is_written_and_the_next_one_is_heard_all_the_same(table: Shown, complaints: list[str]) -> None:
    page = table.page

    def answer(route: Route) -> None:
        route.fulfill(status=404) if LOCKS in unquote(route.request.url) else route.continue_()

    page.route("**/spoken/**", answer)
    table.press("start")
    until(page, "playing", SPOTTER)
    expect(page.locator("#voice-words")).to_contain_text(f"Not heard, so read it: “{LOCKS}")
    assert LOCKS not in [words for _, words in heard(page, "playing")]
    assert {line for line in complaints if "404" not in line} == set()
    complaints.clear()


@pytest.mark.req("PU2")
def test_muted_the_table_is_quiet_at_once_and_stays_so(table: Shown) -> None:
    page = table.page
    table.press("start")
    until(page, "playing", LOCKS)
    page.get_by_role("button", name="Voice on").click()
    expect(page.get_by_role("button", name="Voice off")).to_have_attribute("aria-pressed", "false")
    assert page.evaluate("player.paused")
    count = len(page.evaluate("heard.filter((each) => each[0] === 'playing')"))
    page.locator("#mushroom").click()
    table.sees("#story", STOPPED)
    assert page.evaluate("player.paused")
    assert len(page.evaluate("heard.filter((each) => each[0] === 'playing')")) == count


@pytest.mark.req("PU1", "SR6")
def test_the_buzzer_sounds_only_where_it_was_asked_for(page: Page, virtual_table: str) -> None:
    page.add_init_script(LISTENS)
    page.goto(virtual_table)
    table = Shown(page)
    table.connected()
    table.start()
    table.wait_for_angle(-40.0, 20.0)
    table.speed(1)  # so that the return, and the alarm with it, lasts until it has been heard
    table.lock("left")
    table.sees("#buzz", "alarm")
    assert page.evaluate("window.buzzer === undefined")
    page.get_by_role("button", name="Sound off").click()
    until_true(page, "buzzer.gain.value > 0")
    page.get_by_role("button", name="Sound on").click()
    until_true(page, "buzzer.gain.value === 0")
    page.wait_for_timeout(1500)  # longer than a cycle of any pattern
    assert page.evaluate("buzzer.gain.value") == 0
