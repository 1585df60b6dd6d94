"""Turns the stream of ticks into what is kept of it: a SessionRecord with its phases, events, trips.  Pure: time is an argument.

`Fold.take` costs a few comparisons on a quiet tick.  `summarise` is the same for a whole stream at once, for the simulator and tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from math import inf, isfinite

from controller.core.limits import Limits
from controller.core.model import Action, Event, Inputs, Mode, Outputs, SessionPlan
from controller.core.motion import plan_holds_s
from controller.core.perceive import SPOTTED_S
from controller.core.safety import RULES
from controller.programme.model import Moment
from controller.programme.sessions import Ending, MeasuredStage, PlannedStage, PromptShown, SessionRecord

TRIP_MODES = frozenset({Mode.STOPPED.value, Mode.FAULT.value, Mode.RESCUE.value, Mode.BOARD_RETURN.value})
TRIP_RULES = frozenset(rule.name for rule in RULES if rule.action >= Action.PAUSE)
"""What freezes the black box (SE9): a rule that stops or returns, or the board acting by itself."""

GOING = frozenset({Mode.PROOF_TEST, Mode.DESCENDING, Mode.HOLDING, Mode.PAUSED})
"""The programme is under way; whatever ends these ends the plan."""

UPRIGHT_AFTER = frozenset({Mode.SETTLING, Mode.RELEASE})
LEVEL_DEG = 0.0
DEEPEST_DEG, DAY_S = 95.0, 86_400.0
"""What a record can say at most: a sensor that tells nonsense must not end the loop that writes it down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """Who is on the table as a session begins, and which of theirs it is."""

    person: str  # key
    session: int  # its number
    clock_sure: bool = True  # the programme's own word on the clock (Verdict.clock_sure); the clock itself may doubt besides


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """One mode the session went through, as measured."""

    mode: str
    begun_s: float  # since the session began
    lasted_s: float = 0.0
    begun_deg: float | None = None
    deepest_deg: float | None = None
    ended_deg: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A session as it stands: the record, whose it is, and its phases."""

    run_number: int  # 1, 2, 3 ... within the run of the service
    person: str | None  # key; None: nobody was chosen
    record: SessionRecord
    phases: tuple[Phase, ...] = ()
    over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One event, with where the table stood."""

    session: int | None  # run_number
    person: str | None
    at: datetime
    event: Event
    mode: str
    angle_deg: float | None
    board_mode: str
    board_angle_deg: float
    prompt: PromptShown | None = None  # for an event that is one


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """Something that freezes the black box."""

    run_number: int
    session: int | None
    at: datetime
    at_s: float
    cause: str
    mode: str
    angle_deg: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What a tick added to the story."""

    session: Kept | None = None  # as it stands now, when it changed
    lines: tuple[Line, ...] = ()
    trip: Trip | None = None


NOTHING = News()


class Fold:
    """The story so far of one run.  The same ticks always give the same news."""

    def __init__(self, limits: Limits, occasion: Callable[[], Occasion | None] = lambda: None) -> None:
        self._limits = limits
        self._occasion = occasion
        self._sessions = 0
        self._trips = 0
        self._kept: Kept | None = None
        self._plan: SessionPlan | None = None
        self._mode = Mode.STARTING
        self._phase = Phase(mode="", begun_s=0.0)
        self._begun_s = 0.0
        self._stage = 0
        self._upright_s = inf  # when the table was back at upright rest
        self._spotted_s = -inf

    @property
    def session(self) -> int | None:
        """The session that runs."""
        return None if self._kept is None else self._kept.run_number

    @property
    def idle(self) -> bool:
        """The last tick was one of a table at upright rest without a session."""
        return self._mode is Mode.IDLE

    def take(self, now: Callable[[], Moment], inputs: Inputs, outputs: Outputs) -> News:
        """One tick.  `now` is asked only when there is news."""
        angle_deg, deepest_deg = outputs.angle_deg, self._phase.deepest_deg
        if self._kept is not None and angle_deg is not None and isfinite(angle_deg) and (deepest_deg is None or angle_deg > deepest_deg):
            self._phase = replace(self._phase, deepest_deg=angle_deg)
        if not outputs.events and outputs.mode is self._mode:
            return NOTHING
        moment, before = now(), self._kept
        begun = self._begin(moment, inputs, outputs)
        self._heed(inputs, outputs)
        session = self._turn(moment, inputs, outputs) if begun or outputs.mode is not self._mode else self._kept
        self._mode = outputs.mode
        return News(
            session=session if session is not before else None,
            lines=tuple([self._line(session, moment, event, inputs, outputs) for event in outputs.events]),
            trip=self._trip(session, moment, inputs, outputs),
        )

    def interrupt(self, now_s: float) -> Kept | None:
        """The service ends while a session runs: what is known of it, its end unknown."""
        if self._kept is None:
            return None
        kept = self._with_phase(self._kept, now_s, None)
        self._kept = None
        return kept

    # ------------------------------------------------------------ a session

    def _begin(self, moment: Moment, inputs: Inputs, outputs: Outputs) -> bool:
        """Start was obeyed: the record is written now, so that it counts whatever happens (TP6)."""
        plan = inputs.permission.plan
        if plan is None or not any(event.kind == "plan" for event in outputs.events):
            return False
        self._sessions += 1
        who = self._occasion()
        holds_s = plan_holds_s(plan, self._limits)
        offset = moment.at.astimezone(moment.zone).utcoffset()
        record = SessionRecord(
            number=self._sessions if who is None else who.session,
            protocol=plan.name,
            started_at=moment.at,
            zone=moment.zone_name,
            utc_offset_s=0 if offset is None else round(offset.total_seconds()),
            clock_trusted=moment.clock_trusted and (who is None or who.clock_sure),
            planned=tuple(
                PlannedStage(angle_deg=stage.angle_deg, hold_s=hold_s) for stage, hold_s in zip(plan.stages, holds_s, strict=True) if hold_s
            ),
            ceiling_deg=plan.ceiling_deg,
            deepest_deg=self._limits.upright_deg,
            spotter_confirmed=inputs.now_s - self._spotted_s <= SPOTTED_S,
        )
        self._kept = Kept(run_number=self._sessions, person=None if who is None else who.person, record=record)
        self._plan = plan
        self._phase = Phase(mode="", begun_s=0.0)
        self._begun_s, self._stage, self._upright_s = inputs.now_s, 0, inf
        return True

    def _heed(self, inputs: Inputs, outputs: Outputs) -> None:
        """What single events add to the record."""
        pressed = {event.text for event in outputs.events if event.kind == "button"}
        if "SPOTTER" in pressed:
            self._spotted_s = inputs.now_s
        if self._kept is None:
            return
        record = self._kept.record
        tripping = tuple(reason.name for reason in outputs.reasons if reason.name in TRIP_RULES and reason.name not in record.reasons)
        early = any(event.kind == "reason" and event.text.startswith("locks_early:") for event in outputs.events)
        dizzy_s = inputs.now_s - self._upright_s if "DIZZY" in pressed and outputs.mode in UPRIGHT_AFTER else 0.0
        if tripping or early or dizzy_s > 0.0:
            record = replace(
                record,
                reasons=(*record.reasons, *tripping),
                opened_early=record.opened_early or early,
                dizzy_after_s=max(record.dizzy_after_s, min(dizzy_s, DAY_S)),
            )
            self._kept = replace(self._kept, record=record)

    def _turn(self, moment: Moment, inputs: Inputs, outputs: Outputs) -> Kept | None:
        """The mode changed: one phase ends, the next begins, and with IDLE the session is over."""
        if self._kept is None:
            return None
        kept = self._with_phase(self._kept, inputs.now_s, outputs)
        record = kept.record
        if self._mode in GOING and outputs.mode not in GOING and record.ending is Ending.UNKNOWN:
            record = replace(record, ending=_ending(self._mode, outputs))
        if self._mode is Mode.HOLDING and outputs.mode is Mode.DESCENDING:
            self._stage += 1
        if outputs.mode in UPRIGHT_AFTER and self._upright_s == inf:
            self._upright_s = inputs.now_s
        over = outputs.mode is Mode.IDLE
        record = replace(
            record,
            settled=record.settled or outputs.mode is Mode.RELEASE,
            ended_at=moment.at if over else None,
            ending=_inverted_or_not(record) if over else record.ending,
        )
        self._phase = Phase(
            mode=outputs.mode.value,
            begun_s=inputs.now_s - self._begun_s,
            begun_deg=outputs.angle_deg,
            deepest_deg=outputs.angle_deg if outputs.angle_deg is not None and isfinite(outputs.angle_deg) else None,
        )
        kept = replace(kept, record=record, over=over)
        self._kept = None if over else kept
        return kept

    def _with_phase(self, kept: Kept, now_s: float, outputs: Outputs | None) -> Kept:
        """With the phase that has just ended, and what it adds to the stages."""
        phase = replace(
            self._phase,
            lasted_s=now_s - self._begun_s - self._phase.begun_s,
            ended_deg=None if outputs is None else outputs.angle_deg,
        )
        if not phase.mode:
            return kept
        record = replace(
            kept.record,
            deepest_deg=kept.record.deepest_deg
            if phase.deepest_deg is None
            else max(kept.record.deepest_deg, min(phase.deepest_deg, DEEPEST_DEG)),
            inverted_s=max(kept.record.inverted_s, 0.0 if outputs is None else min(outputs.inverted_s, DAY_S)),
            measured=_with_hold(kept.record.measured, self._stage, phase) if phase.mode == Mode.HOLDING.value else kept.record.measured,
        )
        return replace(kept, record=record, phases=(*kept.phases, phase))

    # ------------------------------------------------------------ events and trips

    def _line(self, session: Kept | None, moment: Moment, event: Event, inputs: Inputs, outputs: Outputs) -> Line:
        who = self._occasion() if session is None else None
        number = None if session is None else session.record.number
        return Line(
            session=None if session is None else session.run_number,
            person=session.person if session is not None else None if who is None else who.person,
            at=moment.at,
            event=event,
            mode=outputs.mode.value,
            angle_deg=outputs.angle_deg,
            board_mode=inputs.board.mode.name,
            board_angle_deg=inputs.board.angle_deg,
            prompt=PromptShown(at=moment.at, session=number, key=_prompt_key(self._plan, event.text), text=event.text)
            if event.kind == "prompt" and number is not None
            else None,
        )

    def _trip(self, session: Kept | None, moment: Moment, inputs: Inputs, outputs: Outputs) -> Trip | None:
        causes = [cause for event in outputs.events if (cause := _cause(event))]
        if not causes:
            return None
        self._trips += 1
        return Trip(
            run_number=self._trips,
            session=None if session is None else session.run_number,
            at=moment.at,
            at_s=inputs.now_s,
            cause=" ".join(causes),
            mode=outputs.mode.value,
            angle_deg=outputs.angle_deg,
        )


def _cause(event: Event) -> str:
    """The name of what freezes the box, or nothing."""
    if event.kind == "mode" and event.text in TRIP_MODES:
        return event.text
    name = event.text.partition(":")[0]
    return name if event.kind == "reason" and name in TRIP_RULES else ""


def _ending(was: Mode, outputs: Outputs) -> Ending:
    """Why the programme's part of the session is over: the strongest cause of the tick on which it ended."""
    tripping = {reason.name for reason in outputs.reasons} & TRIP_RULES
    if outputs.mode in {Mode.STOPPED, Mode.RESCUE}:
        return Ending.EMERGENCY_STOP
    if tripping == {"unanswered"}:
        return Ending.UNANSWERED
    if tripping or outputs.mode.value in TRIP_MODES:
        return Ending.TRIP
    if any(event.kind == "button" and event.text in {"RETURN", "DIZZY"} for event in outputs.events):
        return Ending.RETURN_PRESSED
    return Ending.COMPLETED if was is Mode.HOLDING and outputs.mode is Mode.RETURNING else Ending.TRIP


def _inverted_or_not(record: SessionRecord) -> Ending:
    """A session that is known to have ended before level is one that was not inverted, whatever ended it."""
    return Ending.NOT_INVERTED if record.deepest_deg < LEVEL_DEG and record.inverted_s == 0.0 and record.measured == () else record.ending


def _with_hold(measured: tuple[MeasuredStage, ...], stage: int, phase: Phase) -> tuple[MeasuredStage, ...]:
    """A pause splits a stage's hold into several phases; they count as one."""
    deepest_deg = LEVEL_DEG if phase.deepest_deg is None else phase.deepest_deg
    if stage < len(measured):
        before = measured[stage]
        held = MeasuredStage(deepest_deg=max(before.deepest_deg, deepest_deg), held_s=before.held_s + phase.lasted_s)
        return (*measured[:stage], held)
    return (*measured, MeasuredStage(deepest_deg=deepest_deg, held_s=phase.lasted_s))


def _prompt_key(plan: SessionPlan | None, text: str) -> str:
    stages = () if plan is None else plan.stages
    return next((prompt.key for stage in stages for prompt in (*stage.prompts, *stage.way_prompts) if prompt.text == text), "")


def summarise(ticks: Iterable[tuple[Moment, Inputs, Outputs]], limits: Limits, occasion: Occasion | None = None) -> list[News]:
    """All the news of a stream of ticks."""
    fold = Fold(limits, lambda: occasion)
    return [news for moment, inputs, outputs in ticks if (news := fold.take(lambda at=moment: at, inputs, outputs)) is not NOTHING]  # type: ignore[misc]
