"""Opens the Raspberry Pi's pins through one explicit lgpio factory.  The only file that may choose a pin factory.

Never the library's default factory (it falls back from one back end to the next), never callbacks (one exception in
one of them ends all of them): devices are polled by the loop.
"""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gpiozero import Factory, GPIOZeroError

GPIO_CHIP = 0
"""Header pins: gpiochip0 on every Pi, on a Pi 5 since kernel 6.6.45."""


class GpioError(OSError):
    """The pins cannot be opened; the text says what would help."""


def pin_errors() -> tuple[type[Exception], ...]:
    """What opening, reading or writing a pin may raise, whichever factory is below."""
    known: tuple[type[Exception], ...] = (GPIOZeroError, OSError, ImportError)
    lgpio = sys.modules.get("lgpio")
    return known if lgpio is None else (*known, lgpio.error)


@contextmanager
def claiming() -> Iterator[None]:
    """Around the making of devices: a pin that somebody else holds becomes a GpioError in words."""
    try:
        yield
    except pin_errors() as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise GpioError(f"a pin cannot be had: {reason}; stop the service, which owns the pins while it runs") from error


def prepare_lgpio_folder() -> Path:
    """Give lgpio a writable folder for its notification pipe: it makes one while it is being imported.

    systemd sets LG_WD to the service's runtime directory; from a shell a private temporary folder serves.
    """
    folder = os.environ.get("LG_WD")
    if folder is None:
        folder = tempfile.mkdtemp(prefix="inversion-table-lg-")
        os.environ["LG_WD"] = folder
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise GpioError(f"LG_WD={folder} is not a writable folder; set it to one, e.g. LG_WD=/run/inversion-table")
    return Path(folder)


def open_pins(chip: int = GPIO_CHIP) -> Factory:
    """The real pins.  Raises GpioError in words; leaves the working directory as it was."""
    working_directory = Path.cwd()
    prepare_lgpio_folder()
    try:
        from gpiozero.pins.lgpio import LGPIOFactory  # noqa: PLC0415 - importing it makes a pipe; only a Pi's service wants that

        return LGPIOFactory(chip=chip)
    except pin_errors() as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise GpioError(f"/dev/gpiochip{chip}: {reason}; is this a Raspberry Pi, and is the user in group gpio?") from error
    finally:
        os.chdir(working_directory)
