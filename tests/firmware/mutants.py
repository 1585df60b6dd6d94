"""Mutants of the board's core: one small thing changed at a time, all of a file's in one text that an id switches between.

A changed function stands beside the original under a name of its own; a function of the old name asks `mutant_id` which one to call.  A
changed number of a `#define` becomes a question of the same kind.  Changes elsewhere (the size of a table) are not made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sim import build
from tests.firmware.argued import Finding

CORE = build.FIRMWARE
COMPARED = {"<": ("<=", ">="), "<=": ("<", ">"), ">": (">=", "<="), ">=": (">", "<"), "==": ("!=",), "!=": ("==",)}
SWAPPED = {
    "&&": "||",
    "||": "&&",
    "true": "false",
    "false": "true",
    "board_less": "board_more",
    "board_more": "board_less",
    "GUARD_REFUSE": "GUARD_HOLD",
    "GUARD_HOLD": "GUARD_REFUSE",
    "GUARD_RETURN": "GUARD_RETURN_HALF",
    "GUARD_RETURN_HALF": "GUARD_RETURN",
    "GUARD_FAULT": "GUARD_RETURN",
    "GUARD_STOP": "GUARD_FAULT",
    "REST_BEFORE": "REST_GATE",
    "REST_GATE": "REST_PAST",
    "REST_PAST": "REST_BEFORE",
}
TOKEN = re.compile(r"/\*.*?\*/|//[^\n]*|\"[^\"]*\"|[A-Za-z_]\w*|\d\w*|&&|\|\||[<>=!]=|->|<<|>>|[-+*/&|^%]=|\+\+|--|\S|\s+", re.S)
STATEMENT = re.compile(
    r"(?:[a-z_]\w*(?:->|\.|\[)\S* (?:[-+|&]?=) .*|\(?[a-z_]\w*\(.*\)|\w[\w>.\-]*(?:\+\+|--)|break);$|rule\(g, .*\); +/\*.*$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One changed place in one file."""

    file: str
    line: int
    code: str  # the line's text
    change: str
    at: int  # bytes from the file's beginning
    cut: int  # so many bytes are replaced there ...
    put: str  # ... by these

    @property
    def finding(self) -> Finding:
        return Finding(file=self.file, line=self.line, code=self.code, what=self.change)


def _number(token: str) -> Iterator[str]:
    found = re.fullmatch(r"(\d+)([uUlL]*)", token)
    if found is None:
        return
    value, suffix = int(found[1]), found[2]
    yield f"{value + 1}{suffix}"
    if value > 0:
        yield f"{value - 1}{suffix}"


def _changes(token: str, before: str) -> Iterator[str]:
    """What this token may be confused with; `before` is the token in front of it."""
    yield from COMPARED.get(token, ())
    if token in SWAPPED:
        yield SWAPPED[token]
    if token == "!":
        yield ""
    if token in "+-" and re.fullmatch(r"\w+|\)|\]", before):
        yield "-" if token == "+" else "+"
    yield from _number(token)


def mutants(file: str) -> Iterator[Mutant]:
    """Every mutant of one file, in the order of its text."""
    text = (CORE / file).read_text(encoding="utf-8")
    lines = text.splitlines()
    before, at = "", 0
    for token in TOKEN.findall(text):
        line = text.count("\n", 0, at)
        code = lines[line].strip()
        if not token.isspace() and not token.startswith(("/*", "//", '"')) and not code.startswith("#include"):
            column = at - text.rfind("\n", 0, at) - 1 - (len(lines[line]) - len(lines[line].lstrip()))
            for new in _changes(token, before):
                change = f"{token} at {column} -> {new or 'nothing'}"
                yield Mutant(file=file, line=line + 1, code=code, change=change, at=at, cut=len(token), put=new)
            before = token
        at += len(token)
    at = 0
    for number, raw in enumerate(lines):
        if STATEMENT.fullmatch(raw.strip()) and raw.startswith("    "):
            yield Mutant(file=file, line=number + 1, code=raw.strip(), change="left out", at=at, cut=len(raw), put=";")
        at += len(raw) + 1


# ------------------------------------------------------------ all of a file in one text

ATTRIBUTE = r"(?:__attribute__\(\(\w+\)\) |BOARD_(?:ONE_COPY|IN_PLACE|CALLED) )?"
FUNCTION = re.compile(rf"^(?P<head>{ATTRIBUTE}(?:[a-z]\w* )+\*?)(?P<name>\w+)\((?P<args>[^;{{}}]*?)\)\n\{{\n.*?^\}}\n", re.M | re.S)
DEFINE = re.compile(r"^(?P<head>#define \w+(?:\([\w, ]*\))? +)(?P<body>(?:[^/\n]|/(?!\*))+?)(?= *(?:/\*|$))", re.M)
HEAD = "extern int mutant_id;\n"


@dataclass(slots=True)
class Switched:
    """One file with its mutants inside; `numbers` are those of its mutants, `lines` where each one's text stands."""

    text: str = HEAD
    numbers: dict[int, Mutant] = field(default_factory=dict)
    lines: dict[int, tuple[int, int]] = field(default_factory=dict)
    functions: dict[int, str] = field(default_factory=dict)  # whose copy it is; a number of a #define has none

    def add(self, text: str, number: int | None = None) -> None:
        first = self.text.count("\n") + 1
        self.text += text
        if number is not None:
            self.lines[number] = (first, self.text.count("\n"))


def _inside(mutant: Mutant, start: int, end: int) -> bool:
    return start <= mutant.at < end


def _changed(text: str, mutant: Mutant, start: int, end: int) -> str:
    return text[start : mutant.at] + mutant.put + text[mutant.at + mutant.cut : end]


def _copy(function: str, name: str, number: int) -> str:
    """The function under another name, its code in one piece."""
    named = re.sub(rf"\b{name}\(", f"{name}__{number}(", function, count=1)
    return "static __attribute__((noinline)) " + re.sub(rf"^{ATTRIBUTE}(?:(?:static|inline) )*", "", named)


def _arguments(args: str) -> str:
    names = [re.sub(r"\[.*?\]", "", arg).split()[-1].lstrip("*") for arg in args.split(",") if arg.strip() != "void"]
    return ", ".join(names)


def _dispatcher(found: re.Match[str], numbers: Iterable[int]) -> str:
    back = "" if re.fullmatch(rf"{ATTRIBUTE}(?:static |inline )*void ", found["head"]) else "return "
    call = f"({_arguments(found['args'])}); return;" if not back else f"({_arguments(found['args'])});"
    cases = "".join(f"    case {number}: {back}{found['name']}__{number}{call}\n" for number in numbers)
    head = f"{found['head']}{found['name']}({found['args']})"
    return f"{head}\n{{\n    switch (mutant_id) {{\n{cases}    default: {back}{found['name']}__0{call}\n    }}\n}}\n"


def _function(made: Switched, text: str, found: re.Match[str], mine: dict[int, Mutant]) -> None:
    made.add(_copy(found[0], found["name"], 0))
    for number, mutant in mine.items():
        made.functions[number] = found["name"]
        made.add(_copy(_changed(text, mutant, *found.span()), found["name"], number), number)
    made.add(_dispatcher(found, mine))


def _define(made: Switched, text: str, found: re.Match[str], mine: dict[int, Mutant]) -> None:
    start, end = found.span("body")
    asked = "".join(f"mutant_id == {number} ? ({_changed(text, mutant, start, end)}) : " for number, mutant in mine.items())
    made.add(f"{found['head']}({asked}({found['body']}))")


def switched(file: str, numbered: dict[int, Mutant]) -> Switched:
    """The file's text with those mutants inside that a switch can reach."""
    text = (CORE / file).read_text(encoding="utf-8")
    made, done = Switched(), 0
    places = sorted([*FUNCTION.finditer(text), *DEFINE.finditer(text)], key=re.Match.start)
    for found in places:
        mine = {number: mutant for number, mutant in numbered.items() if _inside(mutant, *found.span())}
        if not mine or found.start() < done:
            continue
        made.add(text[done : found.start()])
        (_function if found.re is FUNCTION else _define)(made, text, found, mine)
        made.numbers |= mine
        done = found.end()
    made.add(text[done:])
    return made
