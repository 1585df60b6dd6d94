"""Commands about who there is: add, edit, list, show, erase."""

from __future__ import annotations

import secrets
import sys
from dataclasses import replace
from typing import Any

import click

from controller import entries
from controller.exit_codes import ExitCode
from controller.people.command import command, option, who
from controller.people.desk import Desk, person_of, plain
from controller.people.quantities import HEIGHT, MASS
from controller.programme.model import Condition, Person
from controller.programme.sessions import inches_from_cm
from controller.records import erase as erasing
from controller.records.database import RecordsError

CONDITIONS = click.Choice([condition.value for condition in Condition])
LANGUAGES = click.Choice(["en", "de"])


@command(
    "add",
    examples=("add 'Ada Lovelace' --height 165cm --weight 62kg --born 1981", "add Bob --height 5\\'11 --weight 176lb --condition sciatica"),
)
@click.argument("name")
@option("--height", type=HEIGHT, required=True, help="178cm or 5'10\"")
@option("--weight", type=MASS, required=True, help="80kg or 176lb")
@option("--condition", type=CONDITIONS, default="general", show_default=True, help="what the table is used for")
@option("--born", type=click.IntRange(1900, 2100), help="year of birth")
@option("--shaft", help="setting of the table's main shaft, as it is marked on it")
@option("--language", type=LANGUAGES, default="en", show_default=True)
def add(desk: Desk, name: str, height: float, weight: float, condition: str, born: int | None, shaft: str | None, language: str) -> None:
    """Add a person and give them a key."""
    person = Person(
        key=secrets.token_hex(3), name=name, added_at=desk.moment.at, height_cm=height, mass_kg=weight, shaft_setting=shaft,
        condition=Condition(condition), language=language, birth_year=born,
    )  # fmt: skip
    with desk.to_write() as store:
        store.add_person(person)
        before = store.history(person.key).erased_before
    note = "; somebody of this name was erased while they needed a clearance: they need one still" if before else ""
    desk.tell(f"{name} has the key {person.key}{note}", key=person.key, erased_before=before)


@command("edit", examples=("edit ada --weight 60kg --shaft 7",))
@who
@option("--name")
@option("--height", type=HEIGHT, help="178cm or 5'10\"")
@option("--weight", type=MASS, help="80kg or 176lb")
@option("--condition", type=CONDITIONS)
@option("--born", type=click.IntRange(1900, 2100))
@option("--shaft", help="setting of the main shaft")
@option("--language", type=LANGUAGES)
@option("--dizzy-to-level/--dizzy-to-30", default=None, help="a clinician's setting: where DIZZY past 30 degrees goes back to")
def edit(desk: Desk, who: str, **changes: Any) -> None:
    """Change what is known of a person."""
    fields = {"height": "height_cm", "weight": "mass_kg", "born": "birth_year", "shaft": "shaft_setting"}
    asked = {fields.get(name, name): value for name, value in changes.items() if value is not None}
    if "condition" in asked:
        asked["condition"] = Condition(asked["condition"])
    if not asked:
        raise RecordsError("edit: nothing to change; --help shows what can be", ExitCode.USAGE)
    with desk.to_write() as store:
        person = replace(person_of(store, who), **asked)
        store.change_person(person)
    desk.tell(f"changed: {', '.join(sorted(asked))}", changed=sorted(asked), key=person.key)


@command("list", examples=("list", "--json list"))
def list_people(desk: Desk) -> None:
    """Everybody who has been added."""
    with desk.to_read() as store:
        people = store.people()
        held = {person.key: sum(session.held for session in store.history(person.key).sessions) for person in people}
    if desk.as_json:
        desk.give([{"key": each.key, "name": each.name, "condition": each.condition.value, "sessions": held[each.key]} for each in people])
        return
    rows = [(each.key, each.name, each.condition.value.replace("_", " "), str(held[each.key])) for each in people]
    desk.table("", ("key", "name", "condition", "sessions"), rows, "nobody has been added yet")


@command("show", examples=("show ada",))
@who
def show(desk: Desk, who: str) -> None:
    """Everything that is set for one person."""
    with desk.to_read() as store:
        person = person_of(store, who)
        history = store.history(person.key)
    if desk.as_json:
        desk.give({"person": person, "clearances": history.clearances, "sign_offs": history.sign_offs, "answers": history.answers})
        return
    rows = [
        ("key", person.key),
        ("name", person.name),
        ("height", f"{person.height_cm:.0f} cm ({inches_from_cm(person.height_cm):.0f} in)"),
        ("weight", f"{person.mass_kg:.0f} kg"),
        ("shaft setting", plain(person.shaft_setting)),
        ("condition", person.condition.value.replace("_", " ")),
        ("language", person.language),
        ("year of birth", plain(person.birth_year)),
        ("DIZZY past 30 degrees", "back to level" if person.dizzy_to_level else "back to 30 degrees"),
        ("signed off", ", ".join(f"{each.by}, {each.on}" for each in history.sign_offs) or "-"),
        ("manual release practised", plain(bool(history.practices))),
    ]
    desk.table("", ("what", "is"), rows, "")
    cleared = [
        (
            str(each.on), each.by, ", ".join(sorted(one.value for one in each.covers)) or "using the table", plain(each.allows),
            plain(each.angle_ceiling_deg), plain(each.inverted_ceiling_s), plain(each.expires_on),
        )
        for each in history.clearances
    ]  # fmt: skip
    desk.table("\nclearances", ("on", "by", "for", "allows", "deg at most", "s at most", "until"), cleared, "\nno clearance is recorded")


@command("erase", examples=("erase ada --really",))
@who
@option("--really", is_flag=True, help="without it, nothing is erased")
def erase(desk: Desk, who: str, really: bool) -> None:
    """Erase a person and everything about them, for good."""
    with desk.to_write() as store:
        person = person_of(store, who)
        if not really:
            raise RecordsError(f"erase: this deletes everything about {person.key} for good; say --really (export first?)", ExitCode.USAGE)
        entries.owed(store, person, desk.case_of_blocks)  # a block that only the table has measured outlives them too
        erasing.erase(store.connection, person.key, desk.moment.at)
    desk.tell(f"{person.key} is erased", key=person.key, erased=True)
    for file in erasing.left_behind(desk.folder):
        sys.stderr.write(
            f"inversion-table-people: {file} was kept when it was damaged and may still name them; delete it when it is not needed\n"
        )


@command("choose", examples=("choose ada", "choose --nobody"))
@click.argument("who", metavar="WHO", required=False)
@option("--nobody", is_flag=True, help="whoever used the table has left")
def choose(desk: Desk, who: str | None, nobody: bool) -> None:
    """Say who lies on the table next; the table takes it while it is idle, and only START starts."""
    if (who is None) != nobody:
        raise RecordsError("choose: say either WHO or --nobody", ExitCode.USAGE)
    with desk.to_write() as store:
        key = None if who is None else person_of(store, who).key
        store.choose(key, desk.moment.at)
    desk.tell("nobody is chosen" if key is None else f"{key} is next", chosen=key)


COMMANDS = (add, edit, list_people, show, choose, erase)
