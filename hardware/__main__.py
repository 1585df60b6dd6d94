"""The product's command line: run, doctor, calibrate, speak, call, watch-for-help, version.  Composition root of the real table."""

from __future__ import annotations

import argparse
import select
import sys
import tomllib
from collections.abc import Callable, Sequence
from contextlib import closing
from importlib import metadata
from pathlib import Path
from traceback import extract_tb
from types import TracebackType

from gpiozero import Factory

from controller.config import ConfigError, load_settings
from controller.core import load
from controller.core.model import ImuReading
from controller.exit_codes import ExitCode
from hardware import calibrate, doctor, product
from hardware.bus import ReopeningBus
from hardware.clock import MonotonicClock
from hardware.estop_contact import EstopContact
from hardware.gpio import GpioError, claiming, open_pins
from hardware.imu import Imu
from hardware.remote import service as remote
from hardware.remote.watcher import PATIENCE_S
from hardware.speech import service as speech

SETTINGS_FILE = Path("/etc/inversion-table.toml")
BOARD_NOTE = "not calibrated here: the drive board's potentiometer and encoder; that is the drive board's own calibration"


def complain(line: str) -> None:
    print(f"inversion-table: {line}", file=sys.stderr, flush=True)


def complain_of_fault(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """A fault of the program itself, in one line that still says where: the innermost places first."""
    places = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(extract_tb(trace))]
    complain(f"fault of the program: {kind.__name__}: {' '.join(str(error).split())} (at {' < '.join(places[:6])})")


def tell(line: str) -> None:
    print(line, flush=True)


_LOAD_FIGURES = (
    ("--empty-ma", "MA", "the second current of the load check with nobody on the table"),
    ("--loaded-ma", "MA", "the same with the weights"),
    ("--mass-kg", "KG", "the weights, 20 to 150 together"),
    ("--along-m", "M", "their middle from the pivot, along the bed towards the feet, 0 to 1"),
    ("--above-m", "M", "their middle above the pivot when the table is level, 0 to 0.3"),
)
BOARD_FEELS_MA = 250.0
"""More friction than this hides a light person from the drive board's own watch (docs/plants.md)."""

_LOAD_RANGES = {"mass_kg": (20.0, 150.0), "along_m": (0.0, 1.0), "above_m": (0.0, 0.3)}


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="inversion-table", description="Controller of a motorised inversion table.")
    commands = top.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="run the table until stopped; the systemd unit does this")
    check = commands.add_parser("doctor", help="look at every part, say what is wrong and how to cure it; moves nothing")
    check.add_argument("--walk", action="store_true", help="also have each button and contact worked by hand")
    measure = commands.add_parser("calibrate", help="measure how the IMU sits on the table and write it to the settings file")
    weigh = commands.add_parser("calibrate-load", help="from two load checks, the table empty and with weights: its motor current (SR16)")
    for name, metavar, what in _LOAD_FIGURES:
        weigh.add_argument(name, metavar=metavar, type=float, required=True, help=what)
    weigh.add_argument("--dry-run", action="store_true", help="work it out and show, write nothing")
    measure.add_argument("--dry-run", action="store_true", help="measure and show, write nothing")
    talk = commands.add_parser("speak", help="the loudspeaker: speak what the running table says; a systemd unit of its own does this")
    dial = commands.add_parser("call", help="tell the watcher on another host that all is well; a systemd unit of its own does this")
    watch = commands.add_parser("watch-for-help", help="on another host: raise a notice when a table falls silent with somebody on it")
    watch.add_argument("--listen", default="0.0.0.0:4840", metavar="ADDRESS:PORT", help="UDP; default %(default)s")
    watch.add_argument("--key-file", type=Path, required=True, metavar="FILE", help="the key that the table holds too")
    watch.add_argument("--after", type=float, default=PATIENCE_S, metavar="SECONDS", help="of silence; 5 to 60, default %(default)s")
    watch.add_argument("command_words", nargs="*", metavar="COMMAND", help="run for each notice, with its words as the last argument")
    commands.add_parser("version", help="print the version")
    for command in (run, check, measure, weigh, talk, dial):
        command.add_argument("--settings", type=Path, metavar="FILE", help=f"settings file (default {SETTINGS_FILE} if it exists)")
    return top


def version() -> str:
    """Of the installed package, or of the source tree this runs from."""
    try:
        return metadata.version("inversion-table")
    except metadata.PackageNotFoundError:
        with (Path(__file__).parents[1] / "pyproject.toml").open("rb") as file:
            return str(tomllib.load(file)["project"]["version"])


def settings_file(asked: Path | None) -> Path | None:
    """What was asked for must be there; the usual place may be empty, which means the built-in settings."""
    return asked if asked is not None else SETTINGS_FILE if SETTINGS_FILE.exists() else None


def main(arguments: Sequence[str] | None = None, pin_opener: Callable[[], Factory] = open_pins) -> int:
    sys.excepthook = complain_of_fault
    options = parser().parse_args(arguments)
    try:
        return _COMMANDS[options.command](options, pin_opener)
    except KeyboardInterrupt:
        complain("stopped")
        return ExitCode.CHECK_FAILED


def watch_for_help(options: argparse.Namespace) -> ExitCode:
    if not 5.0 <= options.after <= 60.0:
        complain(f"--after {options.after}: 5 to 60 seconds are meant")
        return ExitCode.USAGE
    return remote.watch_for_help(options.listen, options.key_file, tuple(options.command_words), tell, options.after)


def say_version() -> ExitCode:
    tell(f"inversion-table {version()}")
    return ExitCode.OK


_COMMANDS: dict[str, Callable[[argparse.Namespace, Callable[[], Factory]], int]] = {
    "run": lambda options, pins: product.run(settings_file(options.settings), complain, pins),
    "doctor": lambda options, pins: doctor.doctor(settings_file(options.settings), tell, walk=options.walk, pin_opener=pins),
    "speak": lambda options, _pins: speech.speak(settings_file(options.settings), complain),
    "call": lambda options, _pins: remote.call(settings_file(options.settings), complain),
    "watch-for-help": lambda options, _pins: watch_for_help(options),
    "calibrate": lambda options, pins: calibrate_table(options.settings or SETTINGS_FILE, pins, dry_run=options.dry_run),
    "calibrate-load": lambda options, _pins: calibrate_load(options.settings or SETTINGS_FILE, options),
    "version": lambda _options, _pins: say_version(),
}


def calibrate_load(path: Path, options: argparse.Namespace) -> ExitCode:
    """Moves nothing: the currents were shown by the load checks of two sessions."""
    for name, (least, most) in _LOAD_RANGES.items():
        if not least <= getattr(options, name) <= most:
            complain(f"--{name.replace('_', '-')} {getattr(options, name):g}: {least:g} to {most:g} is meant")
            return ExitCode.USAGE
    try:
        limits = load_settings(path if path.exists() else None).limits
        moment_nm = load.weights_nm(mass_kg=options.mass_kg, along_m=options.along_m, above_m=options.above_m, limits=limits)
        current = load.calibrated(empty_ma=options.empty_ma, loaded_ma=options.loaded_ma, weights_nm=moment_nm)
        tell(calibrate.load_toml(current).rstrip())
        if current.empty_ma > BOARD_FEELS_MA:
            tell(f"more than {BOARD_FEELS_MA:.0f} mA by itself: the board may not feel that somebody has gone (F87); the ankle locks do")
        if not options.dry_run:
            calibrate.write_load(path, current)
            tell(f"written to {path}; restart the service to use it")
    except ConfigError as error:
        complain(str(error))
        return error.exit_code
    except (ValueError, calibrate.CalibrationError) as error:
        complain(str(error))
        return ExitCode.CHECK_FAILED
    except OSError as error:
        return _not_written(path, error)
    return ExitCode.OK


def _not_written(path: Path, error: OSError) -> ExitCode:
    complain(f"{error.filename or path}: {error.strerror or error}; the settings file was not changed")
    return ExitCode.CANNOT_WRITE


def calibrate_table(path: Path, pin_opener: Callable[[], Factory], *, dry_run: bool) -> ExitCode:
    tell(BOARD_NOTE)
    try:
        settings = load_settings(path if path.exists() else None)
        clock = MonotonicClock()
        with closing(pin_opener()) as pins, closing(ReopeningBus(settings.hardware.i2c_bus, now_s=clock.now_s)) as bus:
            with claiming():
                contact = EstopContact(pins)
            imu = Imu(bus, settings.hardware.imu_address)
            bench = calibrate.Bench(sample=lambda: next_sample(imu, clock), estop_closed=contact.closed, done=wait_for_enter)
            mounting = calibrate.measure(bench, tell)
        if dry_run:
            tell(calibrate.mounting_toml(mounting).rstrip())
        else:
            calibrate.write_mounting(path, mounting)
            tell(f"written to {path}; restart the service to use it")
    except GpioError as error:
        complain(str(error))
        return ExitCode.UNAVAILABLE
    except ConfigError as error:
        complain(str(error))
        return error.exit_code
    except calibrate.CalibrationError as error:
        complain(str(error))
        return ExitCode.CHECK_FAILED
    except OSError as error:
        return _not_written(path, error)
    return ExitCode.OK


def next_sample(imu: Imu, clock: MonotonicClock) -> ImuReading | None:
    clock.sleep_until(clock.now_s() + 0.02)
    reading = imu.read(clock.now_s())
    return reading if reading.configured and reading.age_s == 0.0 else None


def wait_for_enter(what_to_do: str) -> Callable[[], bool]:
    """Asks, and gives the question "has Enter been pressed?", which never waits."""
    tell(what_to_do)

    def pressed() -> bool:
        if not select.select([sys.stdin], [], [], 0)[0]:
            return False
        if sys.stdin.readline() == "":
            raise calibrate.CalibrationError("nobody is at the keyboard: calibrate needs a person beside the table")
        return True

    return pressed


if __name__ == "__main__":
    sys.exit(main())
