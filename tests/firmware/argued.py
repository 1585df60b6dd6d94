"""Lists of exceptions, each with its reason: one reader for every tool that checks the board's core.  Reads only.

A row names its place by quoted source text, never by a line number, so that it follows the code and dies with it: a finding without an
argument is wrong, and so is an argument that no finding needs any more.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

LEAST_WORDS = 4
"""Fewer give no reason."""


class ArgumentError(Exception):
    """One line: which row of which list says too little or something unknown."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Finding:
    """What a tool objects to at one line of one file."""

    file: str
    line: int
    code: str  # the line's text, stripped
    what: str  # in the tool's words

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}: {self.code}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """Why nothing is wrong there.  Whatever is left empty fits everything."""

    why: str
    file: str = ""
    code: str = ""  # the line's whole text
    pattern: str = ""  # or a regular expression that it contains
    what: str = ""  # whole words of what the tool says

    def covers(self, finding: Finding) -> bool:
        words = rf"(?<![\w.]){re.escape(self.what)}(?![\w.])"
        place = self.file in ("", finding.file) and self.code in ("", finding.code)
        return place and re.search(self.pattern, finding.code) is not None and (not self.what or re.search(words, finding.what) is not None)

    def __str__(self) -> str:
        return " ".join(repr(part) for part in (self.file, self.what, self.code, self.pattern) if part)


def read(path: Path) -> list[Argument]:
    """The rows of a list.  Raises ArgumentError."""
    with path.open("rb") as file:
        rows = tomllib.load(file).get("argued", [])
    found = []
    for row in rows:
        try:
            argument = Argument(**row)
        except TypeError as error:
            raise ArgumentError(f"{path.name}: {row}: {error}") from error
        if len(argument.why.split()) < LEAST_WORDS:
            raise ArgumentError(f"{path.name}: {argument}: {argument.why!r} is no reason")
        found.append(argument)
    return found


def judge(found: Iterable[Finding], argued: Iterable[Argument], name: str) -> list[str]:
    """One sentence for each finding without an argument and each argument of the list `name` without a finding."""
    findings, arguments = list(found), list(argued)
    bare = [str(finding) for finding in findings if not any(row.covers(finding) for row in arguments)]
    idle = [f"{name}: {row} argues nothing" for row in arguments if not any(map(row.covers, findings))]
    return bare + idle


def line_of(path: Path, number: int) -> str:
    """The stripped text of one line."""
    return path.read_text(encoding="utf-8").splitlines()[number - 1].strip()


def report(wrong: list[str], summary: str) -> str:
    """What a tool prints at its end."""
    return "".join(sentence + "\n" for sentence in wrong) + f"{summary}, {len(wrong)} not argued or not there any more\n"
