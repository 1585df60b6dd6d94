"""Imports point one way, tests -> sim -> hardware -> controller; the decision core is arithmetic.  Violations are planted to see it."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hygiene.sources import ROOT, python_files, tree

VALUE_TOOLS = {"__future__", "collections", "dataclasses", "enum", "functools", "itertools", "math", "operator", "types", "typing"}
"""All of the standard library that the core may use: nothing that reads a clock, a file, a thread or a dice."""
IMPURE_CALLS = {"open", "print", "input", "exec", "eval", "compile", "__import__", "globals"}


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run([program, "--no-cache"], cwd=folder, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in ("controller", "hardware", "sim", "tests"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "build"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_imports_point_one_way() -> None:
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("controller/core/model.py", "import controller.service"),
        ("controller/ports.py", "import hardware.pins"),
        ("hardware/__init__.py", "import sim.world"),
        ("sim/__init__.py", "import tests.hygiene.sources"),
        ("controller/programme/__init__.py", "import controller.service"),
    ],
)
def test_a_planted_import_the_wrong_way_is_refused(copy: Path, file: str, line: str) -> None:
    target = copy / file
    target.write_text(target.read_text(encoding="utf-8") + f"\n{line}  # noqa\n", encoding="utf-8")
    result = lint_imports(copy)
    assert result.returncode == 1, result.stdout
    assert "BROKEN" in result.stdout


def impurities(module: ast.Module) -> list[str]:
    found = []
    for node in ast.walk(module):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or "."]
        found += [name for name in names if name.split(".")[0] not in VALUE_TOOLS and not name.startswith("controller.core")]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in IMPURE_CALLS:
            found.append(f"{node.func.id}()")
        if isinstance(node, ast.Global | ast.Nonlocal | ast.Yield | ast.Await):
            found.append(type(node).__name__)
    return found


@pytest.mark.parametrize("path", python_files("controller"), ids=str)
def test_the_core_uses_only_value_tools(path: Path) -> None:
    if path.parts[1] == "core":
        assert impurities(tree(path)) == [], path


@pytest.mark.parametrize(
    "planted",
    [
        "import time",
        "from random import random",
        "import controller.service",
        "import logging.handlers",
        "x = open('f')",
        "def f():\n    global x\n    x = 1",
    ],
)
def test_a_planted_impurity_is_seen(planted: str) -> None:
    assert impurities(ast.parse(planted)) != []


def test_no_module_of_the_product_keeps_changing_globals() -> None:
    modules = [(path, tree(path)) for path in python_files("controller", "hardware", "sim")]
    found = [f"{path}:{node.lineno}" for path, module in modules for node in ast.walk(module) if isinstance(node, ast.Global)]
    assert found == []
