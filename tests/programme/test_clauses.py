"""The table of clauses is whole and names what is there; whether each test would notice, `python -m tests.programme.clauses` shows."""

from __future__ import annotations

import ast
import re

import pytest

from controller.programme import checklist, stop_signs
from controller.programme.protocols import builtin_protocols
from tests.programme.clauses import ROOT, RULES, Clause, clauses

CLAUSES = clauses()
ROWS: dict[str, str] = dict(
    re.findall(r"^\| (TP\d+) \| (.+?) \| [SDE ]+ \|$", (ROOT / "docs/requirements.md").read_text(encoding="utf-8"), re.MULTILINE)
)


def of_row(rule: str) -> str:
    return ROWS[rule].replace("**", "")


@pytest.mark.parametrize("rule", RULES)
def test_the_clauses_of_a_row_are_its_own_words_and_leave_little_of_it_out(rule: str) -> None:
    """What is left are words that bind clauses together, and clauses that say of whom or when."""
    left = of_row(rule)
    for each in (each for each in CLAUSES if each.rule == rule):
        assert each.clause in of_row(rule), each.clause
        left = left.replace(each.clause, "")
    assert len(re.findall(r"\w{4,}", left)) <= 0.3 * len(re.findall(r"\w{4,}", of_row(rule))), left


@pytest.mark.parametrize("each", CLAUSES, ids=lambda each: f"{each.rule}-{each.clause[:30]}")
def test_the_code_of_a_clause_stands_once_and_its_test_is_there(each: Clause) -> None:
    code = (ROOT / each.code).read_text(encoding="utf-8")
    assert code.count(each.old) == 1
    assert each.old != each.new
    path, name = each.test.split("::")
    functions = {node.name for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)}
    assert name in functions


@pytest.mark.req("TP3")
def test_the_eight_points_say_what_the_guide_asks_for() -> None:
    words = [text.lower() for text in checklist.ITEMS.values()]
    asked = (
        "shaft is set",
        "non-slip athletic socks",
        "clamps' top edge",
        "one finger",
        "both ankle locks clicked",
        "firm",
        "arms crossed",
        "phone",
    )
    assert len(words) == len(asked) == 8
    for text, wanted in zip(words, asked, strict=True):
        assert wanted in text
    assert "ankle bones are level" in words[2]
    assert "not buried in the padding" in words[2]
    assert "bounce it gently" in words[5]
    assert "safety mark can be seen" in words[5]
    assert "within arm's reach" in words[7]


@pytest.mark.req("TP9")
def test_what_is_normal_is_said_in_the_first_sessions_and_where_signs_are_asked_for() -> None:
    assert "slight head rush" in stop_signs.NORMAL
    for protocol in builtin_protocols()[:2]:
        said = " ".join(prompt.text for stage in protocol.stages for prompt in stage.prompts)
        assert "mild stretch and a slight head rush are normal" in said
