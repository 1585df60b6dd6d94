"""Functions, files and rule tables stay small enough to read at one sitting."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.hygiene.sources import PRODUCT, c_files, c_functions, is_generated, python_files, python_functions, text, tree

FUNCTION_LINES = 40
FILE_LINES = 400
SCREEN_LINES = 80


def test_no_function_is_longer_than_forty_lines() -> None:
    python = [(path, *found) for path in python_files(*PRODUCT, "tests") for found in python_functions(path)]
    c = [(path, *found) for path in c_files("firmware", "sim") if not is_generated(path) for found in c_functions(path)]
    assert len(python) > 100
    assert len(c) > 30
    assert [f"{path}: {name} has {lines} lines" for path, name, lines in python + c if lines > FUNCTION_LINES] == []


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    files = [path for path in [*python_files(*PRODUCT, "tests"), *c_files("firmware", "sim")] if not is_generated(path)]
    lengths = {str(path): len(text(path).splitlines()) for path in files}
    assert {path: lines for path, lines in lengths.items() if lines > FILE_LINES} == {}


def tables(module: ast.Module) -> dict[str, int]:
    """Length in lines of every table (upper-case name bound to a display) of a module."""
    found = {}
    for node in module.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Name) and target.id.isupper():
                found[target.id] = (node.end_lineno or node.lineno) - node.lineno + 1
    return found


@pytest.mark.parametrize("name", ["safety", "modes"])
def test_the_rule_and_mode_tables_fit_one_screen(name: str) -> None:
    found = tables(tree(Path(f"controller/core/{name}.py")))
    assert max(found.values()) > 10, "the table is not where this test looks"
    assert {table: lines for table, lines in found.items() if lines > SCREEN_LINES} == {}


def test_the_boards_rule_table_fits_one_screen() -> None:
    found = re.finditer(r"^[^\n]*\bvoid judge\(.*?^}", text(Path("firmware/core/guard.c")), re.M | re.S)
    longest = max(match.group(0).count("\n") for match in found)
    assert 10 <= longest <= SCREEN_LINES
