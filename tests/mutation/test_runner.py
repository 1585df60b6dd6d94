"""The mutation runner on planted modules: it sees what a test notices, and never takes a useless test for a useful one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hygiene.sources import ROOT
from tests.mutation import run
from tests.mutation.operators import enums_of, mutants

PLANTED = "LIMIT = 10\n\ndef over(value: int) -> bool:\n    return value > LIMIT\n"
USEFUL = "from planted import over\n\ndef test_over():\n    assert over(11)\n    assert not over(10)\n    assert over(11) is True\n"
USELESS = "from planted import over\n\ndef test_over():\n    over(11)\n    assert True\n"
EXAMINE = """
import sys
from pathlib import Path
from tests.mutation.run import examine, report
folder = Path(sys.argv[1])
sys.path.insert(0, str(folder))
allowed = folder / "argued.toml"
score = examine("planted", folder / "planted.py", [str(folder / "test_planted.py")], at_once=1, until=float("inf"), allowed=allowed)
print(report("planted", score))
"""


def examine(folder: Path, test: str, argued: str = "", planted: str = PLANTED) -> subprocess.CompletedProcess[str]:
    """In a fresh process: a module that is imported already cannot be mutated."""
    (folder / "planted.py").write_text(planted)
    (folder / "test_planted.py").write_text(test)
    (folder / "argued.toml").write_text(argued)
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", EXAMINE, str(folder)]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False)


def test_a_useful_test_notices_every_planted_mutant(tmp_path: Path) -> None:
    result = examine(tmp_path, USEFUL)
    assert result.stdout == "planted: 100.0 % noticed (5 killed, 0 survived, 0 argued, 0 did not import, 0 not run)\n", result.stderr


def test_a_useless_test_lets_every_planted_mutant_survive(tmp_path: Path) -> None:
    result = examine(tmp_path, USELESS)
    assert result.stdout.startswith("planted: 0.0 % noticed (0 killed, 5 survived,"), result.stderr
    assert "survived  over: value > LIMIT  ->  value >= LIMIT" in result.stdout
    assert "survived  LIMIT: 10  ->  11" in result.stdout


def test_an_argued_mutant_is_counted_apart_and_only_that_one(tmp_path: Path) -> None:
    entry = (
        '[[argued]]\nmodule = "planted"\nwhere = "LIMIT"\nwas = "10"\nnow = "11"\nbecause = "A planted argument, long enough to be one."\n'
    )
    result = examine(tmp_path, USELESS, entry)
    assert result.stdout.startswith("planted: 0.0 % noticed (0 killed, 4 survived, 1 argued,"), result.stderr


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ('[[argued]]\nmodule = "planted"\nwhere = "LIMIT"\nwas = "12"\nnow = "13"\nbecause = "It was so once upon a time."\n', "no mutant"),
        ('[[argued]]\nmodule = "planted"\nwhere = "LIMIT"\nwas = "10"\nnow = "11"\nbecause = "so"\n', "a whole sentence"),
    ],
)
def test_an_argument_that_fits_nothing_or_says_nothing_is_refused(tmp_path: Path, entry: str, words: str) -> None:
    result = examine(tmp_path, USELESS, entry)
    assert result.returncode == 1
    assert words in result.stderr
    assert "Traceback" not in result.stderr


def test_tests_that_fail_before_anything_is_broken_prove_nothing(tmp_path: Path) -> None:
    result = examine(tmp_path, USEFUL.replace("over(11)\n", "over(3)\n", 1))
    assert result.returncode == 1
    assert result.stderr == "planted: its tests must pass before anything is broken\n"


def test_a_mutant_that_never_ends_or_kills_its_process_has_survived(tmp_path: Path) -> None:
    ends = "import os\nfrom planted import over\n\ndef test_over():\n    if over(10):\n        os._exit(77)\n"
    assert "survived  over: value > LIMIT  ->  value >= LIMIT" in examine(tmp_path, ends).stdout


def test_a_mutant_that_does_not_import_says_nothing_about_the_tests(tmp_path: Path) -> None:
    planted = "KINDS = {1: 2}\nFIRST = KINDS[1]\n"
    test = "import planted\n\ndef test_first():\n    assert planted.FIRST == 2\n    assert planted.KINDS == {1: 2}\n"
    assert "(2 killed, 0 survived, 0 argued, 4 did not import, 0 not run)" in examine(tmp_path, test, planted=planted).stdout


KINDS = '''
class Action:
    ALLOW = 0
    PAUSE = 1
    TRIP = 2
A, C = Action, Clears
RULES = (("SR1", A.PAUSE), ("SR2", A.TRIP))
def f(x, y):
    """Words about it."""
    if not x and y:
        x |= 4
    return max(x, -y) if x in (1, 2.0) else ~x
'''
EXPECTED = {
    "RULES: ('SR1', A.PAUSE)  ->  ('SR1',)",
    "RULES: (('SR1', A.PAUSE), ('SR2', A.TRIP))  ->  (('SR2', A.TRIP),)",
    "RULES: A.PAUSE  ->  A.ALLOW",
    "RULES: A.PAUSE  ->  A.TRIP",
    "RULES: 'SR1'  ->  ''",
    "f: if not x and y  ->  if not (not x and y)",
    "f: not x and y  ->  not x or y",
    "f: not x and y  ->  y",
    "f: not x  ->  x",
    "f: x |= 4  ->  pass",
    "f: 4  ->  5",
    "f: max(x, -y)  ->  min(x, -y)",
    "f: -y  ->  y",
    "f: ~x  ->  x",
    "f: x in (1, 2.0)  ->  x not in (1, 2.0)",
    "f: (1, 2.0)  ->  (2.0,)",
    "f: 2.0  ->  2.1",
    "f: 2.0  ->  1.9",
    "f: return max(x, -y) if x in (1, 2.0) else ~x  ->  return None",
    "f: max(x, -y) if x in (1, 2.0) else ~x  ->  ~x if x in (1, 2.0) else max(x, -y)",
}


def test_every_kind_of_break_is_made_and_none_in_words_about_the_code() -> None:
    found = [mutant.name for mutant in mutants(KINDS, enums_of({"": KINDS}, KINDS))]
    assert sorted(EXPECTED - set(found)) == []
    assert not any("Words about it" in name for name in found)


def test_every_mutant_differs_from_its_source_and_the_source_comes_back_whole() -> None:
    found = list(mutants(PLANTED, {}))
    plain = "LIMIT = 10\n\ndef over(value: int) -> bool:\n    return value > LIMIT"
    assert [mutant.source == plain for mutant in found] == [False] * 5
    assert len({mutant.source for mutant in found}) == 5


def test_every_module_named_and_every_test_named_is_there() -> None:
    named = ("safety", "signs", "modes", "rest", "refusals", "answers", "ladder", "buttons")
    assert set(run.TESTS) == {f"controller.core.{name}" for name in named}
    assert [test for tests in run.TESTS.values() for test in tests if not (ROOT / test).exists()] == []
