"""Commands about the records as a whole: everything about a person as a file, and damage that somebody has to know of."""

from __future__ import annotations

import os
from pathlib import Path

import click

from controller.exit_codes import ExitCode
from controller.people.command import command, option, who
from controller.people.desk import Desk, person_of
from controller.records.database import RecordsError
from controller.records.reader import Reader


def _opener(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _texts(reader: Reader, key: str, kind: str) -> dict[str, str]:
    """File name -> what stands in it."""
    if kind == "json":
        return {f"{key}.json": reader.export_json(key)}
    return {f"{key}-{name}": text for name, text in reader.export_csv(key).items()}


@command("export", examples=("export ada --to /media/stick --as csv",))
@who
@option("--to", "folder", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="a folder; this one without it")
@option("--as", "kind", type=click.Choice(["csv", "json"]), default="json", show_default=True)
def export(desk: Desk, who: str, folder: Path, kind: str) -> None:
    """Write everything about a person to files that only you can read; nothing is overwritten."""
    with desk.to_read() as store:
        texts = _texts(store, person_of(store, who).key, kind)
    for name, text in texts.items():
        try:
            with open(folder / name, "x", encoding="utf-8", newline="", opener=_opener) as out:  # Path.open takes no opener
                out.write(text)
        except FileExistsError as error:
            raise RecordsError(f"{folder / name}: is there already and is not overwritten", ExitCode.CANNOT_WRITE) from error
    files = [str(folder / name) for name in texts]
    desk.tell("\n".join(f"wrote {file}" for file in files), files=files)


@command("acknowledge", examples=("acknowledge --by 'A. Turner'",))
@option("--by", required=True, help="who knows of it now")
def acknowledge(desk: Desk, by: str) -> None:
    """Say that you know that records were damaged and lost; Start is refused until somebody does."""
    with desk.to_write() as store:
        count = store.acknowledge(desk.moment.at, by)
    desk.tell(f"{count} damaged files acknowledged" if count else "nothing is waiting to be acknowledged", acknowledged=count)


COMMANDS = (export, acknowledge)
