"""Whether the table fits the person (TP2), and whether it may be used at all (TP3's certified mark).  Pure."""

from __future__ import annotations

from collections.abc import Iterator

from controller.programme.model import Person, TableFacts
from controller.programme.outcome import Refused
from controller.programme.rules import Rules

MARKS = ("UL", "CE", "ASTM")


def refusals(person: Person, table: TableFacts, rules: Rules) -> Iterator[Refused]:
    """Everything about size, weight and mark that refuses Start."""
    yield from _mass(person, table, rules)
    yield from _height(person, table)
    if person.shaft_setting is None:
        yield Refused(
            rule="TP2",
            name="shaft_setting_missing",
            value="",
            says="The setting of the main shaft is not recorded.",
            way_back="Set the shaft so that the ankle clamps sit an inch or two (2.5-5 cm) above the ankle bones, and record its mark.",
        )
    if table.certified_mark not in MARKS:
        yield Refused(
            rule="TP3",
            name="not_certified",
            value=table.certified_mark,
            says="The table's safety mark is not recorded.",
            way_back=f"Look for the mark on the frame ({', '.join(MARKS)}) and enter it in the table's settings.",
        )


def _mass(person: Person, table: TableFacts, rules: Rules) -> Iterator[Refused]:
    needed_kg = person.mass_kg * rules.load_ratio
    if needed_kg > table.capacity_kg:
        most_kg = table.capacity_kg / rules.load_ratio
        yield Refused(
            rule="TP2",
            name="too_heavy",
            value=f"{person.mass_kg:g} kg x {rules.load_ratio:g} = {needed_kg:.1f} kg of {table.capacity_kg:g} kg",
            says=f"Too heavy for this table: {person.mass_kg:g} kg needs {needed_kg:.1f} kg of capacity, it has {table.capacity_kg:g} kg.",
            way_back=f"This table carries people up to {most_kg:.1f} kg. Use a table with more capacity.",
        )


def _height(person: Person, table: TableFacts) -> Iterator[Refused]:
    least_cm, most_cm = table.height_least_cm, table.height_most_cm
    if not least_cm <= person.height_cm <= most_cm:
        too = "small" if person.height_cm < least_cm else "tall"
        yield Refused(
            rule="TP2",
            name=f"too_{too}",
            value=f"{person.height_cm:g} cm of {least_cm:g} to {most_cm:g} cm",
            says=f"Too {too} for this table: {person.height_cm:g} cm; it fits {least_cm:g} to {most_cm:g} cm.",
            way_back="Use a table that can be adjusted to this height.",
        )
