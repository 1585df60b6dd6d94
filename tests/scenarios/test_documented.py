"""docs/scenarios.md says everything the format, the trace and the monitors know, and nothing they do not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sim.events import ACTIONS
from sim.expectations import CHECKS
from sim.expressions import QUANTITIES
from sim.monitors import MONITORS
from sim.scenario_loader import parse_scenario
from sim.trace import COLUMNS

MANUAL = (Path(__file__).parents[2] / "docs" / "scenarios.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    """From a heading to the next one of any depth."""
    begin = MANUAL.index(title)
    end = re.search(r"^#", MANUAL[begin + len(title) :], re.MULTILINE)
    return MANUAL[begin : begin + len(title) + end.start()] if end else MANUAL[begin:]


def first_cells(text: str, header: str) -> list[str]:
    table = text[text.index(f"| {header} ") :].split("\n\n", maxsplit=1)[0]
    rows = table.splitlines()[2:]
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[1])]


@pytest.mark.parametrize(
    ("title", "header", "known"),
    [
        ("### `[[event]]`", "action", list(ACTIONS)),
        ("### `[[expect]]`", "check", list(CHECKS)),
        ("### Expressions", "quantity", list(QUANTITIES)),
        ("## The trace", "column", list(COLUMNS)),
        ("## The monitors", "monitor", [name for name, _make in MONITORS]),
    ],
)
def test_each_table_of_the_manual_is_complete(title: str, header: str, known: list[str]) -> None:
    assert sorted(first_cells(section(title), header)) == sorted(known)


def test_what_stands_beside_each_action_and_check_is_in_its_row() -> None:
    for title, kinds in (("### `[[event]]`", ACTIONS), ("### `[[expect]]`", CHECKS)):
        rows = {row.split("`")[1]: row for row in section(title).splitlines() if row.startswith("| `")}
        for name, kind in kinds.items():
            cells = rows[name].split("|")
            assert sorted(re.findall(r"`(\w+)`", cells[3])) == sorted(kind.extras), name
            assert kind.about in cells[4], name


def test_the_rule_of_each_monitor_is_as_the_manual_says() -> None:
    rows = {row.split("`")[1]: row.split("|")[2] for row in section("## The monitors").splitlines() if row.startswith("| `")}
    for name, make in MONITORS:
        assert make().rule in rows[name]


def test_the_manuals_example_is_a_scenario() -> None:
    example = re.search(r"```toml\n(.*?)```", MANUAL, re.DOTALL)
    assert example is not None
    scenario = parse_scenario(example[1], Path("example.toml"))
    assert [event.name for event in scenario.events] == ["opened"]
    assert len(scenario.expects) == 2
