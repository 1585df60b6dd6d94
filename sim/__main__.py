"""Composition root of the simulator: `inversion-table-sim run | terminal | scenario | bench …`.  Touches no pin, no bus, no port."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module

from controller.exit_codes import MEANINGS, ExitCode

COMMANDS: tuple[str, ...] = ("sim.virtual.command", "sim.terminal", "sim.cli", "sim.year_command", "sim.bench")
"""Modules with `add_parser(subparsers)` and `main(args)`, in the order the help shows them."""


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    codes = "\n".join(f"  {int(code):>3}  {meaning}" for code, meaning in MEANINGS.items())
    top = argparse.ArgumentParser(
        prog="inversion-table-sim",
        description="The simulated inversion table: physics, person, the drive board's real code and the real controller.",
        epilog=f"exit codes:\n{codes}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    subparsers = top.add_subparsers(required=True, metavar="COMMAND")
    for name in COMMANDS:
        module = import_module(name)
        module.add_parser(subparsers).set_defaults(main=module.main)
    return top


def main(argv: list[str] | None = None) -> int:
    """The exit code; never a traceback for what a person did."""
    args = parser().parse_args(argv)
    try:
        return int(args.main(args))
    except KeyboardInterrupt:
        return ExitCode.CHECK_FAILED


if __name__ == "__main__":
    sys.exit(main())
