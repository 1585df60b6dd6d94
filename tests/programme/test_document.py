"""docs/programme.md names every refusal that the code can give, and every number is used where it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from controller.programme.rules import NUMBERS

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "controller/programme").glob("*.py"))


@pytest.mark.req("SR11")
def test_the_document_names_every_refusal() -> None:
    text = (ROOT / "docs/programme.md").read_text(encoding="utf-8")
    code = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    names = set(re.findall(r'\bname=f?"([a-z_{}.]+)"', code)) - {"night_pain"}
    assert len(names) > 20
    patterns = {"too_{too}": ("too_small", "too_tall"), "{span}_used_up": ("day_used_up", "week_used_up")}
    shown = {each for name in names for each in patterns.get(name, (re.sub(r"\{.*", "*", name),))}
    assert [name for name in sorted(shown) if f"`{name}`" not in text] == []


@pytest.mark.parametrize("name", NUMBERS)
def test_each_number_is_used_where_the_table_says(name: str) -> None:
    source = (ROOT / f"controller/programme/{NUMBERS[name].used_in}.py").read_text(encoding="utf-8")
    assert f"rules.{name}" in source
