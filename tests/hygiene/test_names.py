"""Every quantity says its unit in its name."""

from __future__ import annotations

import ast
import re

from tests.hygiene.sources import c_files, decorated_as_dataclass, is_generated, python_files, text, tree

UNITS = {
    *("deg", "dps", "dps2", "dps3", "cdeg", "cdps", "cdps2", "mdps", "per_deg", "nm_dps", "nms_per_deg", "deg_per_hour"),
    *("s", "ms", "us", "ns", "ds", "hz", "bps", "per_s", "per_ms"),
    *("m", "mm", "cm", "m2", "mps", "mps2", "kg", "kgm2", "n", "nm", "nms"),
    *("v", "mv", "a", "ma", "ua", "ohm", "mohm", "h", "mh", "w", "wh", "ah", "mah", "j", "jpk", "c", "k"),
    *("counts", "percent", "ratio", "ppm", "bytes", "lines", "bits", "columns", "cells", "px", "dpi"),
}
BARE = re.compile(r"\s*(unsigned\s+|signed\s+)?(int|long|short|char)\b")
BOUNDS = {"default", "least", "most", "low", "high", "value"}
"""A value, or bounds of one, whose unit another field or the row's name gives."""
WITHOUT_UNIT = {"arms_overhead"}
"""Fractions: 0 arms crossed, 1 overhead."""
PHYSICAL = {
    *("angle", "rate", "speed", "accel", "current", "battery", "voltage", "torque", "mass", "weight", "height"),
    *("time", "age", "period", "duration", "temperature", "budget", "rest"),
}
BARE = re.compile(r"\s*(unsigned\s+|signed\s+)?(int|long|short|char)\b")
NUMERIC = {"int", "float"}
AROUND = {"None", "tuple", "Final"}


def unit_named(name: str) -> bool:
    words = name.rstrip("_").split("_")
    return any("_".join(words[-size:]) in UNITS for size in (1, 2, 3)) and len(words) > 1


def says_enough(name: str, annotation: str) -> bool:
    """A float always has a unit; an int has one unless it counts, numbers or packs bits."""
    if unit_named(name) or name in BOUNDS | WITHOUT_UNIT:
        return True
    return "float" not in annotation and not PHYSICAL & set(name.split("_"))


def is_numeric(annotation: str) -> bool:
    words = set(re.findall(r"\w+", annotation)) - AROUND
    return bool(words) and words <= NUMERIC


def numeric_fields(module: ast.Module) -> list[tuple[str, str, int]]:
    return [
        (field.target.id, ast.unparse(field.annotation), field.lineno)
        for node in ast.walk(module)
        if isinstance(node, ast.ClassDef) and decorated_as_dataclass(node)
        for field in node.body
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and is_numeric(ast.unparse(field.annotation))
    ]


def test_every_numeric_field_of_a_dataclass_names_its_unit() -> None:
    fields = [(path, *found) for path in python_files("controller", "hardware", "sim") for found in numeric_fields(tree(path))]
    assert len(fields) > 60
    assert [f"{path}:{line}: {name}" for path, name, kind, line in fields if not says_enough(name, kind)] == []


def test_a_number_without_a_unit_is_seen() -> None:
    numbers = ("angle: float = 0.0", "rate_dps: float = 0.0", "s: float | None = None")
    lines = (*numbers, "age: int = 0", "frames: int = 0", "xs: tuple[float, ...] = ()")
    planted = ast.parse("@dataclass(frozen=True)\nclass A:\n    " + "\n    ".join(lines))
    assert [name for name, kind, _ in numeric_fields(planted) if not says_enough(name, kind)] == ["angle", "s", "age", "xs"]


def test_the_firmware_keeps_no_bare_int_in_a_struct() -> None:
    found = []
    for path in c_files("firmware"):
        bodies = [] if is_generated(path) else re.findall(r"struct\s*\w*\s*\{(.*?)\n\}", text(path), re.S)
        found += [f"{path}: {line.strip()}" for body in bodies for line in body.splitlines() if BARE.match(line)]
    assert found == []
