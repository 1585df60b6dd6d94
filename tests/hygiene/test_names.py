"""Every quantity says its unit in its name; the numbers without a unit are listed here, each a count, a code or a bit field."""

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
COUNTS = {
    *("count", "counts", "index", "number", "seq", "bit", "bits", "code", "schema", "version"),
    *("value", "id", "pin", "polls", "ticks", "step"),
}
BARE = re.compile(r"\s*(unsigned\s+|signed\s+)?(int|long|short|char)\b")
PLAIN = {
    "reasons": "bits",
    "flags": "bits",
    "contacts": "bits",
    "challenge": "opaque word",
    "reset_cause": "bits",
    "ladder": "step of the help ladder",
    "selection": "steps of SELECT",
    "seed": "seed",
}
NUMERIC = re.compile(r"\b(int|float)\b")


def unit_named(name: str) -> bool:
    words = name.rstrip("_").split("_")
    return any("_".join(words[-size:]) in UNITS for size in (1, 2, 3)) and len(words) > 1


def counted(name: str) -> bool:
    """Counts, indices and codes carry no unit."""
    return name in PLAIN or name.rstrip("_").split("_")[-1] in COUNTS


def numeric_fields(module: ast.Module) -> list[tuple[str, int]]:
    return [
        (field.target.id, field.lineno)
        for node in ast.walk(module)
        if isinstance(node, ast.ClassDef) and decorated_as_dataclass(node)
        for field in node.body
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and NUMERIC.search(ast.unparse(field.annotation))
    ]


def test_every_numeric_field_of_a_dataclass_names_its_unit() -> None:
    fields = [(path, *found) for path in python_files("controller", "hardware", "sim") for found in numeric_fields(tree(path))]
    assert len(fields) > 60
    assert [f"{path}:{line}: {name}" for path, name, line in fields if not unit_named(name) and not counted(name)] == []


def test_a_number_without_a_unit_is_seen() -> None:
    planted = ast.parse("@dataclass(frozen=True)\nclass A:\n    angle: float = 0.0\n    rate_dps: float = 0.0\n    s: int = 0\n")
    assert [name for name, _ in numeric_fields(planted) if not unit_named(name)] == ["angle", "s"]


def test_the_firmware_keeps_no_bare_int_in_a_struct() -> None:
    found = []
    for path in c_files("firmware"):
        bodies = [] if is_generated(path) else re.findall(r"struct\s*\w*\s*\{(.*?)\n\}", text(path), re.S)
        found += [f"{path}: {line.strip()}" for body in bodies for line in body.splitlines() if BARE.match(line)]
    assert found == []
