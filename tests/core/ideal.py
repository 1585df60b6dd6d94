"""An ideal table for closed-loop tests of the decision core: perfect sensors, a perfectly obedient board, no physics.

It knows just enough of the board's manners (start edge, session, rest, level wait, latches) for the core's own decisions to be seen;
the real board is exercised in tests/sim and tests/firmware.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from functools import cache
from math import cos, radians, sin

from controller.core.limits import Limits
from controller.core.model import (
    AnkleLocks,
    BoardReport,
    Command,
    Event,
    Host,
    ImuReading,
    Inputs,
    Latches,
    Mode,
    Outputs,
    Panel,
    Permission,
    SessionPlan,
    Stage,
)
from controller.core.step import State, step
from controller.core.wire import BoardMode, Contact, Request, StatusFlag

LIMITS = Limits()
TICK_S = 0.02
G_MPS2 = 9.80665
GOOD = Latches(inspection_due=False, load_refused=False, clean_shutdown=True)
PLAN = SessionPlan(name="short", title="Short", ceiling_deg=60.0, stages=(Stage(angle_deg=60.0, hold_s=30.0),))


def imu_at(angle_deg: float, rate_dps: float, now_s: float) -> ImuReading:
    """What a chip mounted as the default Mounting says feels."""
    up = -sin(radians(angle_deg)) * G_MPS2
    out = cos(radians(angle_deg)) * G_MPS2
    noise = 0.002 * (1 if round(now_s / TICK_S) % 2 else -1)  # a real chip never repeats itself
    return ImuReading(
        accel_mps2=(up + noise, noise, out - noise),
        gyro_dps=(noise, rate_dps + noise, -noise),
        chip_time_s=now_s,
        age_s=0.005,
        configured=True,
    )


Kind = tuple[SessionPlan | None, Latches, bool, bool, bool]


@dataclass(slots=True)
class Ideal:
    """The table, its board and the person's fingers; `run` lets the core drive it."""

    plan: SessionPlan | None = PLAN
    limits: Limits = LIMITS
    latches: Latches = GOOD
    angle_deg: float = -75.0
    now_s: float = 100.0
    state: State = field(init=False)
    out: Outputs = field(default_factory=Outputs)
    panel: Panel = field(default_factory=lambda: Panel(age_s=0.0))
    ankles_closed: bool = True
    estop_pressed: bool = False
    mains: bool = True
    board_heard: bool = True
    imu_alive: bool = True
    brake_holds: bool = True
    spotter_required: bool = False
    imu_off_deg: float = 0.0
    pot_off_deg: float = 0.0
    rate_dps: float = 0.0
    board_mode: BoardMode = BoardMode.BRAKED
    rest_s: float = 0.0
    rest_done: bool = False
    rest_place_deg: float = 999.0
    level_wait: bool = False
    returning: bool = False
    session_open: bool = False
    start_s: float = -99.0
    test_s: float = 0.0
    inverted_s: float = 0.0
    reasons: int = 0
    answers: bool = True  # the person answers "are you all right?" after a second
    answer_ticks: int = 0
    extra: Callable[[Inputs], Inputs] | None = None
    seen: list[Event] = field(default_factory=list)
    modes: list[Mode] = field(default_factory=list)
    phrases: list[str] = field(default_factory=list)
    commands: list[tuple[float, Mode, Command | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.state = State.initial(self.latches)

    # ------------------------------------------------------------------ running

    def run(self, seconds: float) -> Ideal:
        for _ in range(round(seconds / TICK_S)):
            self.tick()
        return self

    def until(self, mode: Mode, within_s: float = 400.0) -> Ideal:
        for _ in range(round(within_s / TICK_S)):
            if self.out.mode is mode:
                return self
            self.tick()
        raise AssertionError(f"never reached {mode.value}; stands in {self.out.mode.value} at {self.angle_deg:.1f} deg: {self.out.reasons}")

    def tick(self) -> Outputs:
        self.now_s += TICK_S
        self._answer()
        inputs = self.inputs()
        self.state, self.out = step(self.state, self.extra(inputs) if self.extra is not None else inputs, self.limits)
        if not self.modes or self.modes[-1] is not self.out.mode:
            self.modes.append(self.out.mode)
        self.seen.extend(self.out.events)
        if self.out.phrase:
            self.phrases.append(self.out.phrase)
        self.commands.append((self.angle_deg, self.out.mode, self.out.command))
        self._board(self.out.command)
        return self.out

    def _answer(self) -> None:
        if self.answers and self.state.ask.asked and self.out.mode is not Mode.PAUSED:
            self.answer_ticks += 1
            if self.answer_ticks in (50, 60):
                self.panel = replace(self.panel, ok=self.answer_ticks == 50)
        elif self.answer_ticks:
            self.answer_ticks = 0
            self.panel = replace(self.panel, ok=False)

    def press(self, *names: str, for_s: float = 0.2) -> Ideal:
        self.panel = replace(self.panel, **dict.fromkeys(names, True))
        self._edges(names)
        self.run(for_s)
        self.panel = replace(self.panel, **dict.fromkeys(names, False))
        return self.run(0.1)

    def ready(self) -> Ideal:
        """Idle, locks opened and closed again."""
        return self._as(_ready(*self._kind()))

    def started(self) -> Ideal:
        return self._as(_started(*self._kind()))

    def holding(self) -> Ideal:
        return self._as(_holding(*self._kind()))

    def _kind(self) -> Kind:
        assert self.now_s == 100.0, "a table is prepared only once"
        return self.plan, self.latches, self.answers, self.brake_holds, self.spotter_required

    def _as(self, other: Ideal) -> Ideal:
        """Take over the state of a table that was prepared before; many tests begin alike."""
        for item in fields(self):
            value = getattr(other, item.name)
            setattr(self, item.name, list(value) if isinstance(value, list) else value)
        return self

    def prepare(self) -> Ideal:
        self.ankles_closed = False
        self.run(4.0)
        self.ankles_closed = True
        return self.run(2.0)

    def kinds(self, kind: str) -> list[str]:
        return [event.text for event in self.seen if event.kind == kind]

    # ------------------------------------------------------------------ the world

    @property
    def upright(self) -> bool:
        return self.angle_deg <= -74.0

    def inputs(self) -> Inputs:
        permission = Permission(plan=self.plan, spotter_required=self.spotter_required)
        ankles = AnkleLocks(left_closed=self.ankles_closed, right_closed=self.ankles_closed)
        imu = imu_at(self.angle_deg + self.imu_off_deg, self.rate_dps, self.now_s) if self.imu_alive else ImuReading()
        return Inputs(
            now_s=self.now_s, imu=imu, panel=self.panel, ankles=ankles, estop_aux_closed=not self.estop_pressed,
            board=self.report() if self.board_heard else BoardReport(), host=Host(temperature_c=45.0, storage_ok=True, config_ok=True),
            permission=permission,
        )  # fmt: skip

    def report(self) -> BoardReport:
        flags = StatusFlag.ANGLE_TRUSTED | StatusFlag.CONTACTOR_CLOSED
        still = abs(self.rate_dps) < 0.1
        for wanted, bit in (
            (still, StatusFlag.AT_REST), (still, StatusFlag.BRAKE_SET), (self.upright, StatusFlag.AT_UPRIGHT),
            (self.rest_done, StatusFlag.REST_DONE), (self.returning, StatusFlag.RETURNING), (self.level_wait, StatusFlag.LEVEL_WAIT),
            (self.mains, StatusFlag.MAINS),
            (self.session_open, StatusFlag.SESSION_OPEN), (self.test_s >= 0.4, StatusFlag.BRAKE_TESTED),
            (self.test_s >= 0.4 and self.brake_holds, StatusFlag.BRAKE_HELD),
        ):  # fmt: skip
            flags |= bit if wanted else 0
        contacts = 0 if self.estop_pressed else Contact.ESTOP_A | Contact.ESTOP_B
        contacts |= Contact.ANKLE_LEFT | Contact.ANKLE_RIGHT if self.ankles_closed else 0
        return BoardReport(
            age_s=0.01, identified=True, mode=self.board_mode, reasons=self.reasons, flags=flags, contacts=contacts,
            angle_deg=self.angle_deg, rate_dps=self.rate_dps, current_ma=800 if self.rate_dps or self.test_s else 0,
            pot_deg=self.angle_deg + self.pot_off_deg,
            encoder_deg=self.angle_deg, battery_mv=26000, budget_left_s=600.0 - self.inverted_s, rest_s=self.rest_s, round_trip_s=0.02,
        )  # fmt: skip

    def _edges(self, names: tuple[str, ...]) -> None:
        if "start" in names:
            self.start_s = self.now_s
            self.test_s = 0.0
        if "ok" in names or "return_" in names:
            self.level_wait = False

    def _board(self, command: Command | None) -> None:
        request = command.request if command is not None else Request.HOLD
        rate = command.rate_dps if command is not None else 0.0
        if self.estop_pressed:
            self.board_mode = BoardMode.STOPPED
        if self.board_mode in (BoardMode.STOPPED, BoardMode.FAULT):
            request, rate = Request.HOLD, 0.0
        if request is Request.TRIP:
            self.board_mode = BoardMode.FAULT
        if request is Request.TEST_BRAKE:
            self.test_s += TICK_S
        self._obey(request, rate, command)
        self._count()

    def _obey(self, request: Request, rate: float, command: Command | None) -> None:
        if request in (Request.RETURN_UP, Request.ASCEND):
            self.returning = not self.upright or self.returning
            self.level_wait = self.level_wait or bool(command and command.unasked and self.angle_deg > -72.0)
        if request is Request.ASCEND and self.board_mode is not BoardMode.ASCENT:
            self.board_mode = BoardMode.ASCENT
        if self.board_mode is BoardMode.ASCENT:
            rate, request = self._ascent() if request is not Request.DIZZY_BACK else 0.0, Request.ASCEND
        if request is Request.FOLLOW and rate > 0.0 and not self.session_open:
            self.session_open = self.now_s - self.start_s <= 5.0 and bool(command and command.session)
            rate = rate if self.session_open else 0.0
        moves = request in (Request.FOLLOW, Request.RETURN_UP, Request.ASCEND, Request.DIZZY_BACK)
        wanted = rate if moves else 0.0
        change = 0.06 if abs(wanted) < abs(self.rate_dps) else 0.03
        self.rate_dps += max(-change, min(change, wanted - self.rate_dps))
        self.angle_deg = max(-75.0, self.angle_deg + self.rate_dps * TICK_S)
        if self.angle_deg == -75.0:
            self.rate_dps = max(0.0, self.rate_dps)

    def _ascent(self) -> float:
        if self.upright:
            self.board_mode = BoardMode.BRAKED
            return 0.0
        if not self.rest_done and self.angle_deg <= 30.2:
            return 0.0
        if self.level_wait and self.angle_deg <= -2.8:
            return 0.0
        return -min(1.5, max(0.2, (self.angle_deg - 30.0) if not self.rest_done else 1.5, 0.2))

    def _count(self) -> None:
        if abs(self.angle_deg - self.rest_place_deg) > 2.0:
            if self.angle_deg > self.rest_place_deg or not self.rest_done:
                self.rest_s, self.rest_done = 0.0, False
            self.rest_place_deg = self.angle_deg
        if abs(self.rate_dps) < 0.1 and self.angle_deg < 32.0:
            self.rest_s += TICK_S
            self.rest_done = self.rest_done or self.rest_s >= (12.0 if self.angle_deg >= 28.0 else 10.0)
        if self.angle_deg > 0.0:
            self.inverted_s += TICK_S
        if self.upright and not self.ankles_closed:
            self.inverted_s = 0.0
        if self.upright and abs(self.rate_dps) < 0.1 and self.returning:
            self.returning = self.session_open = self.level_wait = False
            self.reasons = 0


@cache
def _ready(plan: SessionPlan | None, latches: Latches, answers: bool, brake_holds: bool, spotter: bool) -> Ideal:
    return Ideal(plan=plan, latches=latches, answers=answers, brake_holds=brake_holds, spotter_required=spotter).prepare()


@cache
def _started(plan: SessionPlan | None, latches: Latches, answers: bool, brake_holds: bool, spotter: bool) -> Ideal:
    return copied(_ready(plan, latches, answers, brake_holds, spotter)).press("start")


@cache
def _holding(plan: SessionPlan | None, latches: Latches, answers: bool, brake_holds: bool, spotter: bool) -> Ideal:
    return copied(_started(plan, latches, answers, brake_holds, spotter)).until(Mode.HOLDING)


def copied(world: Ideal) -> Ideal:
    return Ideal()._as(world)
