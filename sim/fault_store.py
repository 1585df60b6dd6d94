"""Cases of a fault campaign in a file, so that one that was broken off goes on: one line of what it is about, then a line for each case."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from sim import build
from sim.avr import build as avr
from sim.fault_cases import Case


class StoreError(Exception):
    """One line: which file, what is wrong with it, what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a campaign's cases have in common; of another board, seed, number of moments or program they say nothing about this one."""

    board: str
    seed: int
    moments: int
    program: str  # name of the compiled board, which carries a hash of its sources


def about(board: str, seed: int, moments: int) -> About:
    """The campaign on the program as it is now.  Raises sim.build.BuildError."""
    compiled = avr.firmware_elf() if board == "avr" else build.library()
    return About(board=board, seed=seed, moments=moments, program=compiled.name)


@dataclass(slots=True)
class Store:
    """One file; `cases` has everything in it."""

    path: Path
    cases: list[Case]

    def keep(self, case: Case) -> None:
        """Raises OSError."""
        self.cases.append(case)
        with self.path.open("a", encoding="utf-8") as out:
            out.write(json.dumps(asdict(case)) + "\n")


def opened(path: Path, campaign: About) -> Store:
    """Begin a file or go on with it; a line that was cut off while it was written is taken out.  Raises StoreError, OSError."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    whole = text[: text.rfind("\n") + 1]
    if not whole:
        path.write_text(json.dumps(asdict(campaign)) + "\n", encoding="utf-8")
        return Store(path=path, cases=[])
    head, *rows = whole.splitlines()
    try:
        there, cases = About(**json.loads(head)), [_case(row) for row in rows]
    except (ValueError, TypeError, KeyError) as error:
        raise StoreError(f"{path}: is not a file of fault cases ({error}); name another file") from error
    if there != campaign:
        raise StoreError(f"{path}: its cases are of {there}, not of {campaign}; name another file")
    if whole != text:
        path.write_text(whole, encoding="utf-8")
    return Store(path=path, cases=cases)


def _case(row: str) -> Case:
    fields = json.loads(row)
    return Case(**{**fields, "violations": tuple(fields["violations"])})
