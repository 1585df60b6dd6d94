"""Which requirement is named where: in the Pi's code, in the board's code, in tests.  Reads only."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

from tests.hygiene.sources import c_files, is_generated, project_files, python_files, text, tree

REQUIREMENT = re.compile(r"\b(SR|TP|PU|SE)(\d{1,2})\b")
GUARD_ROW = re.compile(r"^    \{ *(\d{1,2})U, GUARD_", re.M)
"""A row of the board's rule table: its first column is the rule's number."""
SPAN = re.compile(r"\bSR(\d{1,2})-SR(\d{1,2})\b")


@cache
def rows() -> tuple[str, ...]:
    """Every requirement of docs/requirements.md, in its order."""
    return tuple(re.findall(r"^\| ((?:SR|TP|PU|SE)\d{1,2}) \|", text(Path("docs/requirements.md")), re.M))


@cache
def faults() -> tuple[str, ...]:
    """Every row of the fault catalogue, F1 and on."""
    return tuple(f"F{number}" for number in re.findall(r"^\| (\d{1,2}) \|", text(Path("docs/fault-catalogue.md")), re.M))


def named_in(words: str) -> set[str]:
    """Requirement ids in a text; SR1-SR4 names four."""
    spans = {f"SR{number}" for number in GUARD_ROW.findall(words)}
    spans |= {f"SR{number}" for first, last in SPAN.findall(words) for number in range(int(first), int(last) + 1)}
    return spans | {"".join(found) for found in REQUIREMENT.findall(words)}


@cache
def pi_code() -> dict[str, tuple[str, ...]]:
    return by_requirement([*python_files("controller", "hardware"), *(path for path in project_files() if path.suffix == ".service")])


@cache
def board_code() -> dict[str, tuple[str, ...]]:
    return by_requirement([path for path in c_files("firmware") if path.name != "limits.h"])


def by_requirement(paths: list[Path]) -> dict[str, tuple[str, ...]]:
    named = {str(path): named_in(text(path)) for path in paths if not is_generated(path)}
    return {row: tuple(path for path, ids in named.items() if row in ids) for row in rows()}


def marks(module: ast.Module) -> set[str]:
    """Every id given to pytest.mark.req in a test file."""
    calls = [node for node in ast.walk(module) if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("mark.req")]
    arguments = [argument for call in calls for argument in call.args if isinstance(argument, ast.Constant)]
    return {argument.value for argument in arguments if isinstance(argument.value, str)}


@cache
def test_marks() -> dict[str, set[str]]:
    files = [path for path in python_files("tests") if path.name.startswith("test_")]
    return {str(path): marks(tree(path)) for path in files}


@cache
def tests() -> dict[str, tuple[str, ...]]:
    return {row: tuple(path for path, ids in test_marks().items() if row in ids) for row in rows()}


def scenarios() -> dict[str, tuple[str, ...]]:
    """Shipped scenarios by the requirement they name."""
    shipped = [path for path in project_files() if path.parts[:2] == ("sim", "scenarios") and path.suffix == ".toml"]
    named = {path.stem: named_in(text(path)) for path in shipped}
    return {row: tuple(name for name, ids in named.items() if row in ids) for row in rows()}
