"""Commands about the records as a whole: everything about a person as a file, and damage that somebody has to know of."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable
from pathlib import Path

import click
import msgspec

from controller.exit_codes import ExitCode
from controller.people.command import command, option, who
from controller.people.desk import Desk, person_of
from controller.programme.model import History, Person
from controller.records.database import RecordsError
from controller.records.rows import TABLES, row_of


def _opener(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _one_json(folder: Path, person: Person, history: History) -> list[Path]:
    file = folder / f"{person.key}.json"
    with open(file, "xb", opener=_opener) as out:  # Path.open takes no opener
        out.write(msgspec.json.format(msgspec.json.encode({"person": person, "history": history}), indent=2))
    return [file]


def _csv_files(folder: Path, person: Person, history: History) -> list[Path]:
    """One file for each kind of record that there is."""
    written = []
    for name, values in (("person", (person,)), *((table, getattr(history, table)) for table in TABLES.values())):
        if not values:
            continue
        file = folder / f"{person.key}-{name}.csv"
        rows = [row_of(value) for value in values]
        with open(file, "x", encoding="utf-8", newline="", opener=_opener) as out:
            writer = csv.DictWriter(out, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        written.append(file)
    return written


KINDS: dict[str, Callable[[Path, Person, History], list[Path]]] = {"json": _one_json, "csv": _csv_files}


@command("export", examples=("export ada --to /media/stick --as csv",))
@who
@option("--to", "folder", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="a folder; this one without it")
@option("--as", "kind", type=click.Choice(sorted(KINDS)), default="json", show_default=True)
def export(desk: Desk, who: str, folder: Path, kind: str) -> None:
    """Write everything about a person to files that only you can read; nothing is overwritten."""
    with desk.to_read() as store:
        person = person_of(store, who)
        history = store.history(person.key)
    try:
        written = KINDS[kind](folder, person, history)
    except FileExistsError as error:
        raise RecordsError(f"{error.filename}: is there already and is not overwritten", ExitCode.CANNOT_WRITE) from error
    desk.tell("\n".join(f"wrote {file}" for file in written), files=[str(file) for file in written])


@command("acknowledge", examples=("acknowledge --by 'A. Turner'",))
@option("--by", required=True, help="who knows of it now")
def acknowledge(desk: Desk, by: str) -> None:
    """Say that you know that records were damaged and lost; Start is refused until somebody does."""
    with desk.to_write() as store:
        count = store.acknowledge(desk.moment.at, by)
    desk.tell(f"{count} damaged files acknowledged" if count else "nothing is waiting to be acknowledged", acknowledged=count)


COMMANDS = (export, acknowledge)
