"""Numbers on a command line: the right range is named, and what is no number is no number."""

from __future__ import annotations

import subprocess
import sys
from argparse import ArgumentTypeError

import pytest

from sim.arguments import any_seed, number, whole


@pytest.mark.parametrize(
    ("read", "words", "line"),
    [
        (number(0.2, 1000), "-1", "-1 is out of range; 0.2 to 1000 is right"),
        (number(0.2, 1000), "nan", "nan is out of range; 0.2 to 1000 is right"),
        (number(0.2, 1000), "inf", "inf is out of range; 0.2 to 1000 is right"),
        (number(1, 60), "fast", "'fast' is not a number; 1 to 60 is right"),
        (whole(1, 52), "3.7", "3.7 is not a whole number; 1 to 52 is right"),
        (any_seed, "-3", "-3 is out of range; 0 to 2147483647 is right"),
    ],
)
def test_a_number_that_makes_no_sense_is_one_line_with_the_right_range(read: object, words: str, line: str) -> None:
    assert callable(read)
    with pytest.raises(ArgumentTypeError) as refused:
        read(words)
    assert str(refused.value) == line


def test_numbers_at_both_ends_are_right() -> None:
    assert (number(0.2, 1000)("0.2"), number(0.2, 1000)("1000"), whole(1, 52)("1"), whole(1, 52)("52")) == (0.2, 1000.0, 1, 52)


@pytest.mark.parametrize("command", [("bench", "--hours", "0"), ("scenario", "--seed", "x"), ("run", "--port", "65536")])
def test_the_commands_end_with_two_before_anything_is_built(command: tuple[str, ...]) -> None:
    done = subprocess.run([sys.executable, "-m", "sim", *command], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1].startswith(f"inversion-table-sim {command[0]}: error: argument {command[1]}: ")
