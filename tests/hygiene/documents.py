"""Writes the generated parts of the documents from the code: `python -m tests.hygiene.documents`.  A test compares them with what stands.

A generated part lies between `<!-- generated: NAME -->` and `<!-- end -->`; everything else in a document is written by hand.
"""

from __future__ import annotations

import re
import sqlite3
import sys
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

from controller.core import modes, panel, refusals, safety
from controller.core.model import Action
from controller.core.wire import BOARD_REASONS
from controller.core.words import LADDER_WORDS, PROOF_WORDS, RESCUE_STEPS, WORDS
from controller.programme import questions, rules
from controller.programme.refusal_rules import REFUSALS
from controller.records import blackbox
from controller.records.migrate import migrate
from sim.table import TABLE
from tests.hygiene import evidence, positions, schematic
from tests.hygiene.sources import ROOT
from tests.programme.clauses import clauses

HAZARDS: dict[str, str] = {
    "SR1": "crushed, trapped or thrown by the table's own motion; a motion that resumes by itself",
    "SR2": "harm from hanging head-down too long",
    "SR3": "fainting when brought up without a pause",
    "SR4": "pressure transient, jerk, fall of the head from fast or uneven motion",
    "SR5": "tipped further than the person may be, or over the top",
    "SR6": "falling out of the ankle clamps",
    "SR7": "left upside down, or still moving, when the Pi stops thinking",
    "SR8": "wrong angle believed: too far, too fast, rest at the wrong place",
    "SR9": "motor, gear or brake does something else than it was told",
    "SR10": "left upside down by a power cut or an empty battery",
    "SR11": "a session begins that should not",
    "SR12": "somebody elsewhere, or a bug in a network service, moves a person",
    "SR13": "a restart in mid-session forgets that somebody hangs in the table, or goes on with the session",
    "SR14": "trapped upside down and nobody knows",
    "SR15": "unconscious, and stood up or left hanging",
    "SR16": "inverted on a table whose brake, stop, locks or sensors were broken all along",
}


def listed(names: Iterable[str]) -> str:
    return "<br>".join(f"`{name}`" for name in names)


def table(head: tuple[str, ...], body: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *body]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in line) + " |" for line in lines)


def safety_case() -> str:
    columns = (evidence.pi_code(), evidence.board_code(), evidence.tests(), evidence.scenarios())
    body = [(hazard, rule, *(listed(column[rule]) for column in columns)) for rule, hazard in HAZARDS.items()]
    return table(("hazard", "rule", "code on the Pi", "code on the board", "tests", "scenarios"), body)


def programme_case() -> str:
    columns = (evidence.pi_code(), evidence.tests(), evidence.scenarios())
    rows = (row for row in evidence.rows() if row.startswith("TP"))
    return table(("rule", "code", "tests", "scenarios"), [(row, *(listed(column[row]) for column in columns)) for row in rows])


def programme_clauses() -> str:
    """What `python -m tests.programme.clauses` proves, clause by clause."""
    body = [(each.rule, each.clause, f"`{each.code}`", f"`{each.test.replace('::', '`<br>`')}`") for each in clauses()]
    return table(("rule", "clause", "code", "test"), body)


def pi_rules() -> str:
    body = [(rule.id, f"`{rule.name}`", *WORDS[rule.name], rule.clears.value, rule.faults) for rule in safety.RULES]
    return table(("rule", "name", "what happened", "what to do", "goes away", "faults"), body)


REACTIONS: dict[Action, str] = {
    Action.TRIP: "stops at once, motor off, brake on. **Press RETURN once** to come up",
    Action.SILENCE: "the drive board takes over, stops gently and brings you up",
    Action.BOARD_RETURN: "the drive board stops gently and brings you up by itself",
    Action.RETURN_HALF_RATE: "stops going down and brings you up at half speed",
    Action.RETURN: "stops going down and brings you up, with the rest at 30°",
    Action.PAUSE: "stops gently and asks. **OK** goes on if it has cleared, **RETURN** comes up; no answer in 20 s brings you up",
    Action.WARN: "says so; START is refused next time",
}
"""In plain words, for the page of the person on the table."""

BY_THE_BOARD = ("estop", "estop_disagrees", "estop_contacts", "board_fault")
BOARD_STOPS = "has stopped at once by itself, motor off, brake on. After E-STOP **hold RETURN** to come up; after a fault press it once"


def reactions() -> str:
    """What the table does, by what happened; the strongest first."""
    rows = [(BOARD_STOPS, "; ".join(WORDS[name][0].rstrip(".") for name in BY_THE_BOARD))]
    for action, says in REACTIONS.items():
        happened = [WORDS[rule.name][0].rstrip(".") for rule in safety.RULES if rule.action is action and rule.name not in BY_THE_BOARD]
        rows.append((says, "; ".join(happened)))
    return table(("the table", "when"), rows)


def refused() -> str:
    body = [(row.refusal.rule, row.refusal.says, row.refusal.way_back) for row in refusals.INTERLOCKS]
    body += [(each.rule, each.says, each.way_back) for each in (*refusals.BUSY, *refusals.STARTING)]
    return table(("rule", "why", "what lifts it"), body)


def panel_points() -> str:
    return table(("the display shows", "what is asked"), ((each.title, each.shows) for each in questions.every_point()))


def proof() -> str:
    return table(("test", "the display says"), [(f"`{name}`", says) for name, says in PROOF_WORDS.items()])


def calls_for_help() -> str:
    body = [(f"`{cause}`", says) for cause, says in LADDER_WORDS.items()]
    return table(("cause", "what is said"), body) + "\n\nThen, again each minute: " + " ".join(RESCUE_STEPS)


def board_reasons() -> str:
    return table(("rule", "name", "what it means"), [(rule, f"`{name}`", says) for rule, name, says in BOARD_REASONS.values()])


def mode_lamps() -> str:
    head = ("mode", "READY", "MOVING", "RELEASE OK", "FAULT", "display")
    lamps = ("ready", "moving", "release_ok", "fault")
    body = [
        (mode.value, *(getattr(look.lamps, lamp).value for lamp in lamps), f"{look.title} / {look.hint}")
        for mode, look in panel.LOOKS.items()
    ]
    return table(head, body)


def mode_diagram() -> str:
    return f"```mermaid\n{modes.diagram().strip()}\n```"


def programme_numbers() -> str:
    def row(name: str, n: rules.Number) -> tuple[str, ...]:
        span = f"{n.least:g}" if n.least == n.most else f"{n.least:g} to {n.most:g}"
        return (n.rule, n.what, f"{n.default:g} {n.unit}".strip(), span, n.guide, f"`{name}` in `controller/programme/{n.used_in}.py`")

    head = ("rule", "what", "default", "range", "the guide says", "where")
    return table(head, [row(name, number) for name, number in rules.NUMBERS.items()])


def programme_refusals() -> str:
    head = ("name", "rule", "about", "refused while", "lifts by")
    rows = ((f"`{row.shown}`", ", ".join(row.rules), row.scope.value, row.refused_while, row.lifts_by) for row in REFUSALS)
    return table(head, rows)


def records_tables() -> str:
    """Each table and view of the records with its columns, as the newest version has them."""
    with closing(sqlite3.connect(":memory:")) as connection:
        migrate(connection)
        found = connection.execute(
            "SELECT name, type FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY name"
        )
        body = []
        for name, kind in found.fetchall():
            columns = connection.execute(f"PRAGMA table_info({name})").fetchall()
            keys = {row[3]: row[2] for row in connection.execute(f"PRAGMA foreign_key_list({name})")}
            words = (f"`{row[1]}`{f' ({keys[row[1]]})' if row[1] in keys else ''}" for row in columns if row[1] != "id")
            body.append((f"`{name}`{' (view)' if kind == 'view' else ''}", ", ".join(words)))
    return table(("table", "columns besides `id` (and what they refer to)"), body)


def black_box() -> str:
    return table(("column", "struct code"), [(f"`{name}`", f"`{code}`") for name, code in blackbox.COLUMNS])


def plants() -> str:
    def tried(ends: tuple[float, float] | None) -> str:
        return f"{ends[0]:g} to {ends[1]:g}" if ends is not None else ""

    body = [(f"`{name}`", f"{part.value:g}", tried(part.tried), part.source) for name, part in TABLE.items()]
    return table(("number", "reference", "tried", "where it comes from"), body)


PARTS: dict[str, tuple[str, Callable[[], str]]] = {
    "safety-case": ("docs/safety-case.md", safety_case),
    "plants": ("docs/plants.md", plants),
    "modes": ("docs/modes.md", mode_diagram),
    "pi-rules": ("docs/manual.md", pi_rules),
    "board-reasons": ("docs/manual.md", board_reasons),
    "lamps": ("docs/manual.md", mode_lamps),
    "refusal-rules": ("docs/programme.md", programme_refusals),
    "programme-numbers": ("docs/programme.md", programme_numbers),
    "programme-clauses": ("docs/programme.md", programme_clauses),
    "programme-case": ("docs/programme.md", programme_case),
    "refusals": ("docs/manual.md", refused),
    "panel-points": ("docs/manual.md", panel_points),
    "proof": ("docs/manual.md", proof),
    "help": ("docs/manual.md", calls_for_help),
    "reactions": ("docs/manual-person.md", reactions),
    "records-tables": ("docs/records.md", records_tables),
    "black-box": ("docs/records.md", black_box),
}


def filled(document: str, name: str, body: str) -> str:
    """The document with one generated part replaced."""
    pattern = re.compile(rf"(<!-- generated: {name} -->\n).*?(<!-- end -->)", re.S)
    if not pattern.search(document):
        raise ValueError(f"no part '{name}' in the document; it begins with <!-- generated: {name} --> and ends with <!-- end -->")
    return pattern.sub(lambda match: match.group(1) + body + "\n" + match.group(2), document)


def as_it_should_be(path: str) -> str:
    document = (ROOT / path).read_text(encoding="utf-8")
    for name, (home, make) in PARTS.items():
        if home == path:
            document = filled(document, name, make())
    return document


def main() -> int:
    for path in sorted({home for home, _ in PARTS.values()}):
        Path(ROOT / path).write_text(as_it_should_be(path), encoding="utf-8")
        sys.stdout.write(f"wrote {path}\n")
    (ROOT / positions.PICTURE).write_text(positions.svg(), encoding="utf-8")
    (ROOT / schematic.PICTURE).write_text(schematic.drawing(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
