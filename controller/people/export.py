"""Commands about the records as a whole: everything about a person as a file, and damage that somebody has to know of."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from controller.exit_codes import ExitCode
from controller.people.command import command, option, who
from controller.people.desk import Desk, person_of
from controller.records.database import RecordsError
from controller.records.reader import Reader, as_csv


def _opener(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _texts(reader: Reader, key: str, kind: str) -> Iterator[tuple[str, str]]:
    """File name and what stands in it, one at a time: a black box is thousands of rows."""
    if kind == "json":
        yield f"{key}.json", reader.export_json(key)
    else:
        yield from ((f"{key}-{name}", text) for name, text in reader.export_csv(key).items())
    for trip in reader.boxes_of(key):
        rows = list(reader.box(trip))
        yield f"{key}-box-{trip}.{kind}", as_csv(rows) if kind == "csv" else json.dumps(rows, ensure_ascii=False, indent=1) + "\n"


def write_new(path: Path, content: bytes, of: str) -> None:
    """A file that only its owner can read, whole or not at all.  Raises RecordsError when there is one of that name or no room for it,
    OSError when it cannot be begun; `of` says what then is not there.
    """
    try:
        out = open(path, "xb", opener=_opener)  # noqa: SIM115  # Path.open takes no opener; closed below
    except FileExistsError as error:
        raise RecordsError(f"{path}: is there already and is not overwritten", ExitCode.CANNOT_WRITE) from error
    try:
        with out:
            out.write(content)
    except OSError as error:
        path.unlink(missing_ok=True)  # ours: it was not there before
        raise RecordsError(f"{path}: {error.strerror or error}; nothing is left of {of}", ExitCode.CANNOT_WRITE) from error


@contextmanager
def _all_or_nothing() -> Iterator[list[Path]]:
    """Files that have been written go into the list; when another one fails, none of them is left."""
    written: list[Path] = []
    try:
        yield written
    except (RecordsError, OSError):
        for path in written:
            path.unlink(missing_ok=True)
        raise


@command("export", examples=("export ada --to /media/stick --as csv",))
@who
@option("--to", "folder", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="a folder; this one without it")
@option("--as", "kind", type=click.Choice(["csv", "json"]), default="json", show_default=True)
def export(desk: Desk, who: str, folder: Path, kind: str) -> None:
    """Write everything about a person, black boxes too, to files that only you can read; nothing is overwritten."""
    with desk.to_read() as store, _all_or_nothing() as written:
        for name, text in _texts(store, person_of(store, who).key, kind):
            write_new(folder / name, text.encode(), "the export")
            written.append(folder / name)
    files = [str(path) for path in written]
    desk.tell("\n".join(f"wrote {file}" for file in files), files=files)


@command("acknowledge", examples=("acknowledge --by 'A. Turner'",))
@option("--by", required=True, help="who knows of it now")
def acknowledge(desk: Desk, by: str) -> None:
    """Say that you know that records were damaged and lost; Start is refused until somebody does."""
    with desk.to_write() as store:
        count = store.acknowledge(desk.moment.at, by)
    files = f"{count} damaged file{'' if count == 1 else 's'}"
    desk.tell(f"{files} acknowledged" if count else "nothing is waiting to be acknowledged", acknowledged=count)


COMMANDS = (export, acknowledge)
