"""The core keeps MISRA C:2012 but for what is argued; violations planted on purpose are seen, also where a narrow deviation stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.firmware import argued, misra

HEAD = "#include <stdbool.h>\n#include <stdint.h>\n#include <stdlib.h>\n"
PLANTED = {
    "10.4": ("uint16_t f(uint16_t a, bool b)", "return a + b;"),
    "12.2": ("uint16_t f(uint16_t a)", "return a << 17;"),
    "14.4": ("uint8_t f(uint8_t a)", "if (a) {\nreturn 1U;\n}\nreturn 0U;"),
    "15.1": ("void f(void)", "goto end;\nend:\nreturn;"),
    "16.4": ("void f(uint8_t *a)", "switch (*a) {\ncase 1U:\n*a = 2U;\nbreak;\n}"),
    "17.2": ("uint8_t f(uint8_t a)", "return f(a);"),
    "21.3": ("void *f(void)", "return malloc(4U);"),
}


def test_the_core_breaks_no_rule_that_is_not_argued_and_no_argument_is_idle() -> None:
    found = misra.findings(misra.CORE)
    assert len(found) > 20, "the checker did not look"
    assert argued.judge(found, argued.read(misra.DEVIATIONS), "the list") == []


@pytest.mark.parametrize("rule", PLANTED)
def test_a_planted_violation_is_reported(rule: str, tmp_path: Path) -> None:
    head, body = PLANTED[rule]
    (tmp_path / "planted.c").write_text(f"{HEAD}{head};\n{head}\n{{\n{body}\n}}\n", encoding="utf-8")
    bare = argued.judge(misra.findings(tmp_path), argued.read(misra.DEVIATIONS), "the list")
    assert [sentence for sentence in bare if f"MISRA rule {rule}:" in sentence] != []
