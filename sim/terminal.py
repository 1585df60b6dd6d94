"""The live table in a terminal: keys are the panel's buttons, `g` shows a whole session.  Alone in touching the terminal; decides nothing.

Where there is no terminal (a pipe, CI) it plays one whole session at full speed and prints its timeline.
"""

from __future__ import annotations

import argparse
import os
import re
import select
import signal
import sys
import termios
import time
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn, TextIO

from controller.core.limits import Limits
from controller.core.model import Mode
from controller.exit_codes import ExitCode
from controller.programme.protocols import Protocol, ProtocolError, builtin_protocols, load_protocol
from sim import screen
from sim.arguments import any_seed, number
from sim.autopilot import Autopilot
from sim.build import BuildError
from sim.desk import KEYS, Desk
from sim.faults import FAULTS
from sim.process import TICK_MS
from sim.table import Person

FRAME_S = 1 / 12
SPEEDS = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
DEMO_SPEED = 10.0
LIVE_SPEED = 5.0
PROTOCOL = "week_1"
ALONE_S = 8.0
"""Nobody touches a key this long at the start: the demonstration begins, so that who only watches sees a session too."""
LONGEST_S = 1200.0
"""Virtual time after which a session that has not ended is an error of the timeline."""
HINT = "l and k close the ankle locks, p spotter, s START; capitals hold a button; g shows a whole session"
CONTROLS = (("x", "fault"), ("t", "speed"), ("g", "demo"), ("q", "quit"))
ESCAPES = re.compile(rb"\x1b(\[[0-9;?]*[@-~]|O.|.)?", re.S)
ENTER, LEAVE = "\x1b[?1049h\x1b[?25l\x1b[2J", "\x1b[0m\x1b[?25h\x1b[?1049l"


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    parser = subparsers.add_parser(
        "terminal",
        help="the table, live in this terminal",
        description="The simulated table, live: keys are the panel's buttons. Without a terminal: the timeline of one whole session.",
    )
    add_options(parser)
    return parser


def add_options(parser: argparse.ArgumentParser) -> None:
    """Who lies on the table, what they do and how fast time goes."""
    parser.add_argument(
        "--speed", type=number(1, 60), default=None, metavar="1..60", help="virtual seconds a second (5; the demonstration 10)"
    )
    parser.add_argument("--protocol", default=PROTOCOL, metavar="NAME|FILE", help="first, week_1, week_3, week_5 or a protocol file")
    parser.add_argument(
        "--person", type=number(30, 150), default=80.0, metavar="KG", help="in the terminal: who lies on the table, 30..150 kg"
    )
    parser.add_argument("--seed", type=any_seed, default=1, help="of every random thing in the world")
    parser.add_argument("--demo", action="store_true", help="begin with a whole session, pressed by itself")


def main(arguments: argparse.Namespace) -> int:
    limits = Limits()
    try:
        desk = Desk(chosen_first(arguments.protocol, limits), limits, seed=arguments.seed, person=Person(mass_kg=arguments.person))
    except ProtocolError as error:
        sys.stderr.write(f"{error}\n")
        return int(error.exit_code)
    except BuildError as error:
        sys.stderr.write(f"{error}\n")
        return int(ExitCode.UNAVAILABLE)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return timeline(desk, sys.stdout)
    return Live(desk, demo=arguments.demo, speed_ratio=arguments.speed).run()


def chosen_first(name: str, limits: Limits) -> list[Protocol]:
    """The built-in protocols in SELECT's order, beginning with the one asked for."""
    built_in = list(builtin_protocols(limits))
    names = [protocol.name for protocol in built_in]
    if name in names:
        at = names.index(name)
        return built_in[at:] + built_in[:at]
    if "." in name or "/" in name:
        return [load_protocol(Path(name), limits), *built_in]
    raise ProtocolError(f"--protocol {name}: no such protocol; one of {', '.join(names)}, or a file")


# ------------------------------------------------------------------ no terminal: the story as text


def timeline(desk: Desk, out: TextIO) -> int:
    """One whole session at full speed; status 0 only if it was obeyed and ended at upright rest."""
    autopilot, begun_s, mode, seen = Autopilot(desk), time.monotonic(), Mode.STARTING, 0
    deepest_deg = desk.world.truth().angle_deg
    out.write("One whole session, at full speed (no terminal here; run it in one to press the keys yourself)\n")
    while not autopilot.done and desk.now_s < LONGEST_S:
        key = autopilot.key()
        if key is not None:
            out.write(f"{desk.now_s:7.2f} s  hand     {desk.touch(key)}\n")
        desk.tick()
        truth = desk.world.truth()
        deepest_deg = max(deepest_deg, truth.max_angle_deg)
        if desk.mode is not mode:
            mode = desk.mode
            out.write(f"{desk.now_s:7.2f} s  {mode.value:<13}{truth.angle_deg:+7.1f}°\n")
        fresh = desk.events_count - seen
        for event in list(desk.events)[-fresh:] if fresh else []:
            if event.kind not in {"mode", "button"}:
                out.write(f"{event.at_s:7.2f} s  {event.kind:<8} {event.text}{f' ({event.rule})' if event.rule else ''}\n")
        seen = desk.events_count
    took_s = max(time.monotonic() - begun_s, 1e-6)
    ended = autopilot.done and autopilot.obeyed and desk.mode is Mode.IDLE
    out.write(
        f"{'Session over' if ended else 'NO WHOLE SESSION'}: deepest {deepest_deg:.1f}°, {screen.clock(desk.now_s)} of virtual time, "
    )
    out.write(f"{desk.now_s / took_s:.0f} times real time\n")
    return 0 if ended else 1


# ------------------------------------------------------------------ a terminal


def matching(typed: str | None) -> tuple[str, ...]:
    """The faults that the letters typed so far may mean."""
    if typed is None:
        return ()
    rows = [row for row in FAULTS if row.simulated and (typed in row.name or f"F{typed}" == row.id)]
    return tuple(f"{row.id:<4} {row.name:<28} {row.text}" for row in rows) or ("no fault of that name",)


def quit_cleanly(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001
    raise SystemExit(128 + number)


@contextmanager
def whole_screen(keyboard: TextIO, out: TextIO) -> Iterator[None]:
    """Raw keys and the alternate screen; both given back however the program ends."""
    before = termios.tcgetattr(keyboard)
    handlers = {number: signal.signal(number, quit_cleanly) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        tty.setcbreak(keyboard)
        quiet = termios.tcgetattr(keyboard)
        quiet[6][termios.VSUSP] = b"\x00"  # a stopped program would leave the terminal raw
        termios.tcsetattr(keyboard, termios.TCSADRAIN, quiet)
        out.write(ENTER)
        yield
    finally:
        termios.tcsetattr(keyboard, termios.TCSADRAIN, before)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        try:
            out.write(LEAVE)
            out.flush()
        except OSError:
            sys.stderr.write("the terminal went away\n")


def view_keys() -> tuple[tuple[str, str], ...]:
    """Key and label of everything that can be pressed."""
    return tuple((key.key, key.label) for key in KEYS) + CONTROLS


class Live:
    """Reads keys, lets virtual time follow the wall clock at the chosen speed, draws twelve frames a second."""

    def __init__(self, desk: Desk, *, demo: bool, speed_ratio: float | None) -> None:
        self._desk = desk
        self._asked_speed = speed_ratio
        self._speed = speed_ratio or LIVE_SPEED
        self._autopilot: Autopilot | None = None
        self._note = HINT
        self._typing: str | None = None  # a fault's number being typed
        self._touched = False
        self._over = False
        self._plain = bool(os.environ.get("NO_COLOR"))
        if demo:
            self._begin_demo()

    def run(self) -> int:
        try:
            with whole_screen(sys.stdin, sys.stdout):
                self._loop()
        except KeyboardInterrupt:
            return 0
        return 0

    def _loop(self) -> None:
        begun_s = due_s = time.monotonic()
        while not self._over:
            columns, lines = os.get_terminal_size(sys.stdout.fileno())
            fits = columns >= screen.LEAST_COLUMNS and lines >= screen.LEAST_LINES
            if fits:
                self._advance()
            self._draw(columns, lines)
            due_s = max(due_s + FRAME_S, time.monotonic())
            for key in self._keys(due_s):
                self._press(key)
            if not self._touched and self._autopilot is None and time.monotonic() - begun_s > ALONE_S:
                self._touched = True
                self._begin_demo()

    def _advance(self) -> None:
        for _ in range(max(1, round(self._speed * FRAME_S * 1000 / TICK_MS))):
            if self._autopilot is not None:
                self._let_it_press(self._autopilot)
            self._desk.tick()

    def _let_it_press(self, autopilot: Autopilot) -> None:
        key = autopilot.key()
        if key is not None:
            self._desk.touch(key)
        self._note = f"{autopilot.note}"
        if autopilot.done:
            self._autopilot = None
            self._speed = self._asked_speed or LIVE_SPEED
            self._note = f"That was a whole session. Now you: {HINT}"

    def _draw(self, columns: int, lines: int) -> None:
        note = self._note if self._typing is None else f"number or name of a fault, then Enter (again: it goes away): {self._typing}_"
        title = "Inversion table, simulated" + (" - DEMONSTRATION" if self._autopilot else "")
        view = self._desk.view(title=title, speed_ratio=self._speed, note=note, keys=view_keys(), choices=matching(self._typing))
        shown = screen.frame(view, columns, lines, plain=self._plain)
        sys.stdout.write("\x1b[H" + "\x1b[K\r\n".join(shown) + "\x1b[K\x1b[J")
        sys.stdout.flush()

    def _keys(self, until_s: float) -> Iterator[str]:
        """Keys pressed until then; arrow and function keys (escape sequences) mean nothing."""
        while True:
            ready, _, _ = select.select([sys.stdin], [], [], max(0.0, until_s - time.monotonic()))
            if not ready:
                return
            data = os.read(sys.stdin.fileno(), 64)
            if not data:
                self._over = True
                return
            yield from ESCAPES.sub(b"", data).decode("utf-8", "ignore")

    def _press(self, key: str) -> None:
        self._touched = True
        if self._typing is not None:
            self._type(key)
        elif key == "q":
            self._over = True
        elif key == "t":
            faster = [ratio for ratio in SPEEDS if ratio > self._speed]
            self._speed = self._asked_speed = faster[0] if faster else SPEEDS[0]
        elif key == "g":
            self._begin_demo()
        elif key == "x":
            self._typing = ""
        else:
            self._autopilot = None
            label = self._desk.touch(key)
            self._note = label or HINT

    def _type(self, key: str) -> None:
        typed = self._typing or ""
        if key in "\r\n":
            self._typing = None
            self._fault(typed.strip())
        elif key in "\x7f\b":
            self._typing = typed[:-1]
        elif key.isprintable() and len(typed) < 40:
            self._typing = typed + key

    def _fault(self, name: str) -> None:
        if not name:
            self._note = HINT
            return
        try:
            self._note = self._desk.toggle_fault(f"F{name}" if name.isdigit() else name)
        except ValueError as error:
            self._note = str(error)

    def _begin_demo(self) -> None:
        self._autopilot = Autopilot(self._desk)
        self._speed = self._asked_speed or DEMO_SPEED
