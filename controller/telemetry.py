"""What the service tells whoever watches: bounded messages in one direction.  Must never block, read, or raise for a missing listener.

`Teller` gathers what happened between two messages and is pure; `TelemetrySocket` sends them as datagrams and counts what nobody took.
"""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Callable
from math import isfinite
from pathlib import Path

import msgspec

from controller.core.model import Buzzer, Event, Inputs, Lamps, Mode, Outputs, Reason, Refusal, SessionPlan
from controller.core.wire import BOARD_REASONS, StatusFlag
from controller.requests import Answer

EVERY_S = 0.1  # ten messages a second
SAMPLE_S = 0.5  # between two points of the angle trace
MOST_BYTES = 65536
MOST_EVENTS = 200  # kept between two messages
MOST_SAMPLES = 200


class StagePlan(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the session, as it was asked for."""

    angle_deg: float
    hold_s: float


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What START would begin, or what is under way."""

    name: str
    title: str
    ceiling_deg: float
    stages: tuple[StagePlan, ...]


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """The drive board as it was last heard."""

    heard: bool  # within the last 100 ms
    mode: str
    angle_deg: float
    rate_dps: float
    current_ma: int
    battery_mv: int
    budget_left_s: float
    brake_set: bool
    mains: bool
    half_rate: bool
    at_upright: bool
    level_wait: bool
    reasons: tuple[str, ...]  # in plain words


class Telemetry(msgspec.Struct, frozen=True, kw_only=True):
    """One message: how things stand, and what has happened since the last one."""

    number: int
    now_s: float
    mode: Mode
    angle_deg: float | None
    rate_dps: float
    target_deg: float | None
    hold_left_s: float
    rest_left_s: float
    inverted_s: float
    lamps: Lamps
    buzzer: Buzzer
    lines: tuple[str, str]
    turned: bool
    ladder: int
    release_locks: bool
    reasons: tuple[Reason, ...]
    refusals: tuple[Refusal, ...]
    pressed: tuple[str, ...]
    left_closed: bool
    right_closed: bool
    estop_closed: bool
    inspection_due: bool
    storage_ok: bool
    board: Board
    plan: Plan | None
    selection: int
    reminders: tuple[str, ...]  # what the person may be told while the table is idle: water, heat, a walk, core work
    dropped: int  # messages that nobody took, since the service started
    records_dropped: int  # items of this run that the records could not take; they are lost
    events: tuple[Event, ...]
    trace: tuple[tuple[float, float | None], ...]  # (now_s, angle_deg), every half second
    answer: Answer | None = None  # to what somebody at the page asked last


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Telemetry)


def encode(message: Telemetry) -> bytes:
    return _encoder.encode(message)


def decode(data: bytes) -> Telemetry:
    """Raises msgspec.DecodeError for anything that is not a whole message."""
    return _decoder.decode(data)


class Beside(msgspec.Struct, frozen=True, kw_only=True):
    """What a message says that the loop does not know."""

    dropped: int = 0
    records_dropped: int = 0
    answer: Answer | None = None


NOTHING_BESIDE = Beside()


class Teller:
    """Gathers ticks into messages.  What is spoken becomes an event of kind `say`, or `say now` where it cuts in."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque(maxlen=MOST_EVENTS)
        self._trace: deque[tuple[float, float | None]] = deque(maxlen=MOST_SAMPLES)
        self._next_sample_s = 0.0
        self._number = 0

    def gather(self, inputs: Inputs, outputs: Outputs) -> None:
        """One tick; almost always three comparisons."""
        if outputs.events:
            self._events.extend(outputs.events)
        if outputs.phrase:
            self._events.append(Event(at_s=inputs.now_s, kind="say now" if outputs.urgent else "say", text=outputs.phrase))
        if inputs.now_s >= self._next_sample_s:
            self._next_sample_s = inputs.now_s + SAMPLE_S
            self._trace.append((round(inputs.now_s, 2), None if outputs.angle_deg is None else round(outputs.angle_deg, 2)))

    def message(self, inputs: Inputs, outputs: Outputs, *, beside: Beside = NOTHING_BESIDE) -> Telemetry:
        """How things stand after this tick, with all that was gathered; the next message begins empty."""
        self._number += 1
        events, trace = tuple(self._events), tuple(self._trace)
        self._events.clear()
        self._trace.clear()
        return Telemetry(
            number=self._number,
            now_s=round(inputs.now_s, 3),
            mode=outputs.mode,
            angle_deg=None if outputs.angle_deg is None else round(outputs.angle_deg, 2),
            rate_dps=round(outputs.rate_dps, 3),
            target_deg=outputs.target_deg,
            hold_left_s=round(outputs.hold_left_s, 1),
            rest_left_s=round(outputs.rest_left_s, 1),
            inverted_s=round(outputs.inverted_s, 1),
            lamps=outputs.lamps,
            buzzer=outputs.buzzer,
            lines=outputs.lines,
            turned=outputs.turned,
            ladder=outputs.ladder,
            release_locks=outputs.release_locks,
            reasons=outputs.reasons,
            refusals=outputs.refusals,
            pressed=_pressed(inputs),
            left_closed=inputs.ankles.left_closed,
            right_closed=inputs.ankles.right_closed,
            estop_closed=inputs.estop_aux_closed,
            inspection_due=outputs.latches.inspection_due,
            storage_ok=inputs.host.storage_ok,
            board=_board(inputs),
            plan=_plan(outputs.plan),
            selection=outputs.selection,
            reminders=tuple(reminder.text for reminder in inputs.permission.reminders),
            dropped=beside.dropped,
            records_dropped=beside.records_dropped,
            events=events,
            trace=trace,
            answer=beside.answer,
        )


BUTTON_FIELDS = ("start", "return_", "dizzy", "ok", "select_minus", "select_plus", "spotter")


def _pressed(inputs: Inputs) -> tuple[str, ...]:
    return tuple(name.rstrip("_") for name in BUTTON_FIELDS if getattr(inputs.panel, name))


def _board(inputs: Inputs) -> Board:
    board = inputs.board
    return Board(
        heard=isfinite(board.age_s) and board.age_s <= 0.1,
        mode=board.mode.name,
        angle_deg=round(board.angle_deg, 2),
        rate_dps=round(board.rate_dps, 3),
        current_ma=board.current_ma,
        battery_mv=board.battery_mv,
        budget_left_s=round(board.budget_left_s, 1),
        brake_set=bool(board.flags & StatusFlag.BRAKE_SET),
        mains=bool(board.flags & StatusFlag.MAINS),
        half_rate=bool(board.flags & StatusFlag.HALF_RATE),
        at_upright=bool(board.flags & StatusFlag.AT_UPRIGHT),
        level_wait=bool(board.flags & StatusFlag.LEVEL_WAIT),
        reasons=tuple(words for bit, (_, _, words) in BOARD_REASONS.items() if board.reasons & bit),
    )


def _plan(plan: SessionPlan | None) -> Plan | None:
    if plan is None:
        return None
    return Plan(name=plan.name, title=plan.title, ceiling_deg=plan.ceiling_deg, stages=stage_plans(plan))


def stage_plans(plan: SessionPlan) -> tuple[StagePlan, ...]:
    """Its steps, as the pages show them."""
    return tuple(StagePlan(angle_deg=stage.angle_deg, hold_s=stage.hold_s) for stage in plan.stages)


class TelemetrySocket:
    """Implements controller.ports.Telemetry: ten datagrams a second to a local socket, whether anybody is there or not."""

    def __init__(
        self,
        path: Path,
        *,
        now_s: Callable[[], float],
        answer: Callable[[], Answer | None] = lambda: None,
        records_dropped: Callable[[], int] = lambda: 0,
    ) -> None:
        self._path = str(path)
        self._answer = answer
        self._records_dropped = records_dropped
        self._now_s = now_s
        self._teller = Teller()
        self._due_s = now_s()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
        self.dropped = 0

    def put(self, inputs: Inputs, outputs: Outputs) -> None:
        """One tick.  A full, absent or foreign socket costs the message and nothing else."""
        self._teller.gather(inputs, outputs)
        now_s = self._now_s()
        if now_s < self._due_s:
            return
        self._due_s = now_s + EVERY_S
        beside = Beside(dropped=self.dropped, records_dropped=self._records_dropped(), answer=self._answer())
        data = encode(self._teller.message(inputs, outputs, beside=beside))
        try:
            self._socket.sendto(data, self._path)
        except OSError:
            self.dropped += 1

    def close(self) -> None:
        self._socket.close()
