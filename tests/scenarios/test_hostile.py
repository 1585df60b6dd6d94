"""A scenario file written by somebody who wants to see it fall over: always one line with file, line and what would be right."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from sim.cli import SHIPPED
from sim.reading import SHOWN
from sim.scenario import ScenarioError
from sim.scenario_loader import find_scenarios, parse_scenario

DEEP = 500
LONG = "9" * 400


def refused(text: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(f'title = "t"\n{text}', Path("x.toml"))
    says = str(caught.value)
    assert "\n" not in says
    return says


def circle(*waits: tuple[str, str]) -> str:
    return "\n".join(f'[[event]]\nat = "{at}"\npress = "OK"\nname = "{name}"' for name, at in waits)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (circle(("a", "a+1s")), "x.toml:3: event.at: waits for itself (a for a), so that it never comes"),
        (
            circle(("first", "1s"), ("b", "c#2"), ("c", "b-1s")),
            "x.toml:7: event.at: waits for itself (b for c for b), so that it never comes",
        ),
    ],
)
def test_events_that_wait_for_each_other_are_refused_before_anything_runs(text: str, says: str) -> None:
    assert refused(text).startswith(says)


def test_a_chain_of_events_and_one_that_waits_for_its_phase_again_are_no_circle() -> None:
    text = circle(("a", "HOLDING+1s"), ("b", "a+1s"), ("c", "b+1s"), ("d", "a+3s"))
    assert len(parse_scenario(f'title = "t"\n{text}', Path("x.toml")).events) == 4


@pytest.mark.parametrize("name", ["HOLDING", "My name", "5s", "a-b", "board.ASCENT", "ä"])
def test_a_name_that_no_moment_could_speak_of_is_refused(name: str) -> None:
    says = refused(circle((name, "1s")))
    assert says.startswith(f"x.toml:5: event.name: is {name!r}; lower-case letters, digits and _, beginning with a letter, would be right")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f"[person]\nmass_kg = {LONG}", "x.toml:3: person.mass_kg: is 9999"),
        (f'ends_when = "angle > {LONG}"', "x.toml:2: ends_when: has a number that no quantity comes near"),
        (f'ends_when = "{"not " * 3000}inverted"', "x.toml:2: ends_when: has 12008 characters; 1000 at most would be right"),
        ('protocol = "\\u0000.toml"', "x.toml:2: protocol: names a file that there cannot be"),
        (f"protocol = {'[' * DEEP}{']' * DEEP}", "x.toml:1: is not TOML: tables or lists nested deeper than anybody writes them"),
        ('[programme]\nzone = "Europe"', "x.toml:3: programme.zone: is 'Europe', no time zone"),
        (f'[programme]\nzone = "{LONG}"', "x.toml:3: programme.zone: is '9999"),
        ('[programme]\nnow = "9999-12-31 23:59"', "x.toml:3: programme.now: is in the year 9999; 2000 to 2099 would be right"),
        ('[programme]\nnow = "0001-01-01 00:00"', "x.toml:3: programme.now: is in the year 1; 2000 to 2099 would be right"),
    ],
)
def test_what_once_ended_in_a_traceback_is_one_line(text: str, says: str) -> None:
    assert refused(text).startswith(says)


def test_a_title_that_would_write_over_the_list_is_refused() -> None:
    with pytest.raises(ScenarioError, match=r"^x.toml:1: title: is .* without control characters would be right$"):
        parse_scenario('title = "x\\u001b[2J"', Path("x.toml"))


def test_a_message_repeats_no_more_of_a_wrong_value_than_a_line_has_room_for() -> None:
    assert len(refused(f'lasts = "{LONG * 9}"')) < SHOWN + 100


VALUES = (
    "true", "0", "-1", "3.5", "nan", "inf", "-inf", "1e308", LONG, f"-{LONG}", '""', '"-"', '"5s"', '"never"', f'"{LONG}s"', '"HOLDING"',
    f'"HOLDING#{LONG}"', f'"HOLDING-{LONG}s"', "[]", "[[]]", '["x"]', "{}", "{ a = 1 }", "2026-01-01", "12:00:00", '"../.."', '"/"',
    '"x.toml"', '"\\u0000"', f'"{"(" * 300}angle > 5{")" * 300}"', '"angle > 1j"', '"mode == 5"', '"inverted > angle"', '"lambda: 1"',
    '"angle"', '[{ name = "x" }]', '"left"', '"imu_stuck"', '"F11"', "90", "1000000",
)  # fmt: skip
LINE = re.compile(r"^(\s*)([A-Za-z_.]+)(\s*=\s*)(.+)$")


def spoiled(text: str, dice: random.Random) -> str:
    """One to three of its values, keys or lines replaced, doubled or taken away."""
    lines = text.split("\n")
    for _ in range(dice.randint(1, 3)):
        at, found = dice.choice([(at, found) for at, line in enumerate(lines) if (found := LINE.match(line))])
        new_line = f"{found[1]}{found[2]}{found[3]}{dice.choice(VALUES)}"
        other_key = f"{found[1]}{dice.choice(['at', 'when', 'with', 'name', 'for', 'protocol', 'reach'])}{found[3]}{found[4]}"
        lines[at] = dice.choice([new_line, new_line, new_line, other_key, f"{lines[at]}\n{other_key}", ""])
    return "\n".join(lines)


def complaints(text: str, path: Path) -> list[str]:
    try:
        parse_scenario(text, path)
    except ScenarioError as error:
        return [str(error)]
    return []


@pytest.mark.parametrize("seed", range(4))
def test_no_spoiled_scenario_ends_in_anything_but_a_line(seed: int) -> None:
    dice = random.Random(seed)
    files = [(path, path.read_text(encoding="utf-8")) for path in find_scenarios([SHIPPED])]
    refusals: list[str] = []
    for _ in range(60):
        path, text = dice.choice(files)
        refusals.extend(complaints(spoiled(text, dice), path))
    assert [says for says in refusals if not re.fullmatch(r"[^\n]+\.toml(:\d+)?: [^\n]+", says)] == []
    assert len(refusals) > 30
