"""`inversion-table-people`: people, clearances, ratings and records of a table, from a command line.  Starts and steers nothing (SR12)."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import click
from click.shell_completion import get_completion_class

from controller.config import ConfigError, load_settings
from controller.exit_codes import ExitCode
from controller.people import care, clock, course, export, pictures, register
from controller.people.command import PROGRAM
from controller.people.desk import RECORDS_FOLDER, SETTINGS_FILE, Desk
from controller.programme.model import Moment
from controller.programme.protocols import ProtocolError
from controller.records.database import RecordsError
from controller.wall_clock import WallClock, table_zone

COMPLETE = "_INVERSION_TABLE_PEOPLE_COMPLETE"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--records", type=click.Path(path_type=Path), metavar="FOLDER", help=f"where the records are (default {RECORDS_FOLDER})")
@click.option("--settings", type=click.Path(path_type=Path), metavar="FILE", help=f"the table's settings (default {SETTINGS_FILE})")
@click.option("--json", "as_json", is_flag=True, help="answers for a machine")
@click.pass_context
def people(ctx: click.Context, records: Path | None, settings: Path | None, as_json: bool) -> None:
    """Who uses the table, what they may do, what they did and whether it helps."""
    found = load_settings(settings or (SETTINGS_FILE if SETTINGS_FILE.exists() else None))
    folder = records or Path(found.records.directory or os.environ.get("STATE_DIRECTORY", "") or RECORDS_FOLDER)
    ctx.obj = Desk(folder=folder, settings=found, moment=ctx.obj(), as_json=as_json)


@people.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print what makes a shell complete the commands, e.g. for ~/.bashrc."""
    found = get_completion_class(shell)
    if found is not None:
        sys.stdout.write(found(people, {}, PROGRAM, COMPLETE).source() + "\n")


for each in (*register.COMMANDS, *care.COMMANDS, *course.COMMANDS, *pictures.COMMANDS, *export.COMMANDS, *clock.COMMANDS):
    people.add_command(each)


def main(arguments: Sequence[str] | None = None, now: Callable[[], Moment] | None = None) -> int:
    """Every error is one line; the exit code says what kind it was."""
    try:
        people.main(
            args=arguments, prog_name=PROGRAM, standalone_mode=False, complete_var=COMPLETE, obj=now or WallClock(table_zone()).moment
        )
        sys.stdout.flush()
    except (BrokenPipeError, SystemExit):  # click makes the second of the first
        _let_go_of_the_pipe()
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except (click.Abort, click.ClickException, RecordsError, ConfigError, ProtocolError, ValueError, sqlite3.Error, OSError) as error:
        line, code = explained(error)
        sys.stderr.write(f"{PROGRAM}: {line}\n")
        _flush_or_let_go()
        return code
    return ExitCode.OK


def _flush_or_let_go() -> None:
    """An answer that a full disk does not take is not tried again as Python ends, which would make its own exit code of it."""
    try:
        sys.stdout.flush()
    except OSError:
        _let_go_of_the_pipe()


def _let_go_of_the_pipe() -> None:
    """Whoever read the answer has seen enough (`| head`): no mistake of anybody's.  What is left is written to nowhere."""
    with suppress(OSError, ValueError), open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


def explained(error: Exception) -> tuple[str, ExitCode]:
    """One line and the exit code that goes with it."""
    match error:
        case click.Abort():
            return "stopped; nothing was recorded", ExitCode.CHECK_FAILED
        case click.ClickException():
            return _of_the_command_line(error), ExitCode.USAGE
        case RecordsError() | ConfigError() | ProtocolError():
            return str(error), error.exit_code
        case OSError():
            return f"{error.filename or 'records'}: {error.strerror or error}", ExitCode.CANNOT_WRITE
        case sqlite3.Error():
            return f"records: {error}", ExitCode.CANNOT_WRITE
        case _:
            return str(error), ExitCode.USAGE  # a value outside its bounds


def _of_the_command_line(error: click.ClickException) -> str:
    """A value that is wrong says itself what would be right; for the rest there is help."""
    says = " ".join(error.format_message().split())
    if not isinstance(error, click.UsageError) or error.ctx is None or type(error) is click.BadParameter:
        return says
    return f"{says.rstrip('.')}; {error.ctx.command_path} --help says more"


if __name__ == "__main__":
    sys.exit(main())
