"""Words that must not stand anywhere: off switches, unfinished work, callbacks, broad excepts, places of the people who wrote it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.hygiene.sources import PRODUCT, project_files, python_files, text, tree

ME = Path("tests/hygiene/test_words.py")
UNFINISHED = re.compile(rf"\b({'|'.join(('TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X', 'HA' + 'CK'))})\b")
OFF_SWITCH = re.compile(r"pytest_current_test|under_test|unsafe_|disable_(?!unused)|\bbypass\b|skip_safety|no_safety|IS_TEST", re.I)
PLACES = r"/work/|/root/|/home/(?!pi\b)|/opt/|shared/(?:requirements|architecture|house)"
REGISTRIES = r"py" + r"pi|pythonhosted|npmjs|registry\.|artifactory|(?<!no-emit-)index-url|find-links"
ELSEWHERE = re.compile(f"{PLACES}|{REGISTRIES}", re.I)
LINK = re.compile(r"https?://(?!raspberrypi\.local|localhost|127\.0\.0\.1|www\.w3\.org/2000/svg)")  # the last is a name of SVG, not a place


def hits(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    return [
        f"{path}:{number}: {line.strip()[:80]}"
        for path in paths
        if path != ME
        for number, line in enumerate(text(path).splitlines(), 1)
        if pattern.search(line)
    ]


def sources() -> list[Path]:
    return [path for path in project_files() if path.parts[0] in (*PRODUCT, "tests", "systemd") or path.name in {"task", "Makefile"}]


def test_nothing_is_left_unfinished() -> None:
    assert hits(UNFINISHED, sources()) == []


def test_nothing_switches_a_rule_off_or_asks_whether_it_is_under_test() -> None:
    assert hits(OFF_SWITCH, [path for path in sources() if path.parts[0] != "tests"]) == []


def test_the_project_names_no_registry_and_no_place_of_its_makers() -> None:
    assert hits(ELSEWHERE, [path for path in project_files() if path.name != "fetch"]) == []


def test_locks_and_code_hold_no_link() -> None:
    assert hits(LINK, [path for path in project_files() if path.suffix not in {".md"} and path.parts[0] != "LICENSE"]) == []


@pytest.mark.parametrize("planted", ["find-links = x", "see /work/notes", "index-url"])
def test_a_planted_place_is_seen(planted: str) -> None:
    assert ELSEWHERE.search(planted)


def broad_excepts(module: ast.Module) -> list[int]:
    handlers = [node for node in ast.walk(module) if isinstance(node, ast.ExceptHandler)]
    return [node.lineno for node in handlers if node.type is None or re.search(r"\b(Base)?Exception\b", ast.unparse(node.type))]


def test_no_except_catches_everything() -> None:
    assert [f"{path}:{line}" for path in python_files(*PRODUCT, "tests") for line in broad_excepts(tree(path))] == []
    assert broad_excepts(ast.parse("try:\n    x\nexcept (OSError, Exception):\n    pass")) == [3]


def names(module: ast.Module) -> set[str]:
    return {node.id if isinstance(node, ast.Name) else node.attr for node in ast.walk(module) if isinstance(node, ast.Name | ast.Attribute)}


def test_buttons_are_polled_never_called_back() -> None:
    forbidden = {"Button", "when_pressed", "when_released", "when_held", "when_activated", "when_deactivated", "add_event_detect"}
    found = {str(path): names(tree(path)) & forbidden for path in python_files("controller", "hardware", "sim")}
    assert {path: used for path, used in found.items() if used} == {}


def conditional_asserts(module: ast.Module) -> list[int]:
    return [node.lineno for node in ast.walk(module) if isinstance(node, ast.Assert) and isinstance(node.test, ast.IfExp)]


def test_no_assert_is_a_conditional_expression() -> None:
    """`assert a == b if c else d` asserts `d`, which is usually true."""
    assert [f"{path}:{line}" for path in python_files("tests") for line in conditional_asserts(tree(path))] == []
    assert conditional_asserts(ast.parse("assert x == 1 if c else 2")) == [1]


def lenient_zips(module: ast.Module) -> list[int]:
    calls = [node for node in ast.walk(module) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "zip"]
    return [node.lineno for node in calls if not any(keyword.arg == "strict" for keyword in node.keywords)]


def test_every_zip_says_whether_lengths_must_match() -> None:
    assert [f"{path}:{line}" for path in python_files(*PRODUCT, "tests") for line in lenient_zips(tree(path))] == []


def test_tests_do_not_sleep_on_the_wall_clock() -> None:
    allowed = {"tests/terminal", "tests/voice", "tests/hygiene"}  # a real terminal, a real loudspeaker needs a moment to answer
    found = [str(path) for path in python_files("tests") if str(path.parent) not in allowed and re.search(r"\btime\.sleep\(", text(path))]
    assert found == []


def test_every_source_begins_by_saying_what_it_is_for() -> None:
    silent = [str(path) for path in python_files(*PRODUCT, "tests") if text(path).strip() and ast.get_docstring(tree(path)) is None]
    c = [str(path) for path in project_files() if path.suffix in {".c", ".h"} and not text(path).startswith("/*")]
    assert silent + c == []
