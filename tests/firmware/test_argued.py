"""The lists of exceptions: only an argument for that place covers a finding, idle ones and empty reasons are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.firmware import argued
from tests.firmware.argued import Argument, ArgumentError, Finding

WHY = "said here for a test"
HERE = Finding(file="root.c", line=10, code="return a + b;", what="MISRA rule 12.4")


@pytest.mark.parametrize(
    ("fits", "argument"),
    [
        (True, Argument(why=WHY)),
        (True, Argument(why=WHY, file="root.c", code="return a + b;", what="rule 12.4")),
        (True, Argument(why=WHY, pattern=r"a \+")),
        (False, Argument(why=WHY, file="vote.c")),
        (False, Argument(why=WHY, code="return a +")),
        (False, Argument(why=WHY, pattern="a -")),
        (False, Argument(why=WHY, what="2.4")),
        (False, Argument(why=WHY, what="12")),
    ],
)
def test_only_an_argument_for_that_place_covers_a_finding(fits: bool, argument: Argument) -> None:
    assert argument.covers(HERE) is fits


def test_a_finding_without_an_argument_and_an_argument_without_a_finding_are_wrong() -> None:
    right, idle = Argument(why=WHY, file="root.c"), Argument(why=WHY, code="return a - b;")
    assert argued.judge([HERE], [right], "a list") == []
    assert argued.judge([HERE], [], "a list") == ["root.c:10: MISRA rule 12.4: return a + b;"]
    assert argued.judge([HERE], [right, idle], "a list") == ["a list: 'return a - b;' argues nothing"]


@pytest.mark.parametrize(("row", "says"), [('why = "just so"', "is no reason"), ('reason = "long enough to be one"', "unexpected keyword")])
def test_a_row_without_a_reason_is_refused_with_its_list(row: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "list.toml"
    path.write_text(f'[[argued]]\nfile = "root.c"\n{row}\n', encoding="utf-8")
    with pytest.raises(ArgumentError, match=says) as caught:
        argued.read(path)
    assert str(caught.value).startswith("list.toml: ")
