"""Finds and parses the project's own files for the hygiene tests.  Reads only."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("controller", "hardware", "sim", "firmware")
NOT_OURS = {".git", ".venv", "build", "out", "__pycache__", ".hypothesis"}
"""Caches of tools begin with a dot or an underscore and are left out too."""
TEXT = {".py", ".c", ".h", ".toml", ".md", ".service", ".rules", ".conf", ".lock", ".sh", ""}


@cache
def project_files() -> tuple[Path, ...]:
    """Every text file of the project, relative to its root."""
    found = (path.relative_to(ROOT) for path in sorted(ROOT.rglob("*")) if path.is_file())
    return tuple(path for path in found if not NOT_OURS & set(path.parts) and "_cache" not in path.parts[0] and path.suffix in TEXT)


def python_files(*folders: str) -> list[Path]:
    return [path for path in project_files() if path.suffix == ".py" and path.parts[0] in folders]


def c_files(*folders: str) -> list[Path]:
    return [path for path in project_files() if path.suffix in {".c", ".h"} and path.parts[0] in folders]


@cache
def text(path: Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(text(path), str(path))


def is_generated(path: Path) -> bool:
    return any("generated" in line.lower() for line in text(path).splitlines()[:3])


def python_functions(path: Path) -> Iterator[tuple[str, int]]:
    """Name and length in lines of every function, its docstring not counted."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            first = node.body[0]
            if ast.get_docstring(node) is not None:
                lines -= (first.end_lineno or first.lineno) - first.lineno + 1
            yield node.name, lines


def c_functions(path: Path) -> Iterator[tuple[str, int]]:
    """Name and length in lines of every function; the house writes the closing brace of a function in column 0."""
    start, name = 0, ""
    for number, line in enumerate(text(path).splitlines(), 1):
        head = re.match(r"^[A-Za-z_][\w\s*]*?\b(\w+)\s*\(", line)
        if head and not line.rstrip().endswith(";") and not line.startswith(("typedef", "#")):
            start, name = number, head.group(1)
        elif line.startswith("}") and name:
            yield name, number - start + 1
            name = ""


def decorated_as_dataclass(node: ast.ClassDef) -> bool:
    return any("dataclass" in ast.unparse(decorator) for decorator in node.decorator_list)
