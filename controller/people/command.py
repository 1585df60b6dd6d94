"""How a command of this program is declared: help with examples, one line for each error.  Knows no command."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

PROGRAM = "inversion-table-people"
option = click.option
who = click.argument("who", metavar="WHO")
"""A key, or the beginning of a name that only one person has."""


class WithExamples(click.Command):
    """A command whose help ends with what one would really type."""

    examples: tuple[str, ...] = ()

    def format_epilog(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Examples"):
            formatter.write_dl([(f"{PROGRAM} {example}", "") for example in self.examples])


def command(name: str, *, examples: tuple[str, ...]) -> Callable[[Callable[..., Any]], click.Command]:
    """A command that gets the Desk first, then its arguments."""

    def declare(function: Callable[..., Any]) -> click.Command:
        made = click.command(name, cls=WithExamples)(click.pass_obj(function))
        made.examples = examples
        return made

    return declare
