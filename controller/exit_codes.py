"""What every command of the project tells the shell when it ends.  Numbers only (BSD sysexits where one fits)."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """Same number, same meaning, for every command."""

    OK = 0  # did what was asked
    CHECK_FAILED = 1  # ran to its end, but an expectation, a monitor or a doctor's check did not hold
    USAGE = 2  # the command line makes no sense; argparse's own number
    BAD_DATA = 65  # a protocol or scenario file says something impossible
    NO_INPUT = 66  # a file that was named cannot be read
    UNAVAILABLE = 69  # a device, library or compiler that is needed is not there
    INTERNAL = 70  # a fault of the program itself
    CANNOT_WRITE = 73  # an output file or the records directory cannot be written
    NO_PERMISSION = 77  # pins, bus or port belong to somebody else
    CONFIG = 78  # the settings file is wrong; restarting will not help


MEANINGS: dict[ExitCode, str] = {
    ExitCode.OK: "did what was asked",
    ExitCode.CHECK_FAILED: "ran to its end, but an expectation, a monitor or a check did not hold",
    ExitCode.USAGE: "the command line makes no sense",
    ExitCode.BAD_DATA: "a protocol or scenario file says something impossible",
    ExitCode.NO_INPUT: "a file that was named cannot be read",
    ExitCode.UNAVAILABLE: "a device, library or compiler that is needed is not there",
    ExitCode.INTERNAL: "a fault of the program itself",
    ExitCode.CANNOT_WRITE: "an output file or the records directory cannot be written",
    ExitCode.NO_PERMISSION: "pins, bus or port belong to somebody else",
    ExitCode.CONFIG: "the settings file is wrong; restarting will not help",
}
