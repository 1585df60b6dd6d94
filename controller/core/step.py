"""One tick of the decision core: a pipeline of pure functions, inputs to outputs.  No I/O, no clock, no threads.

perceive -> safety rules -> mode table -> session -> drive -> help ladder -> panel and story.
"""

from __future__ import annotations

from dataclasses import replace
from math import inf
from typing import NamedTuple

from controller.core import answers, buttons, course, display, ladder, load, modes, proof, refusals, safety, session, signals, story
from controller.core.drive import Course, Drive, drive
from controller.core.facts import ESTOP_CONTACTS, Facts, since
from controller.core.limits import Limits
from controller.core.members import MODE, SIGNAL
from controller.core.model import Inputs, Latches, Mode, Outputs, Prompt, Refusal
from controller.core.modes import Signal
from controller.core.perceive import perceive
from controller.core.quick import maker
from controller.core.safety import Safety
from controller.core.session import Session
from controller.core.state import State

__all__ = ["State", "initial", "step"]

PROOF_LANDED_DEG = 0.5
"""The proof test's move has arrived this near to its end; the comparison that follows uses what really moved."""


_state = maker(State)
_make_outputs = maker(Outputs)


class Decision(NamedTuple):
    """What the rules and the mode table make of this tick."""

    f: Facts
    safety: Safety
    refused: tuple[Refusal, ...]
    answered: bool
    inspected: bool
    session: Session
    proof: proof.Proof
    mode: Mode
    signal: Signal | None


class Times(NamedTuple):
    """Seconds the core counts itself."""

    warned_s: float
    hold_s: float
    way_s: float
    inverted_s: float


def initial(latches: Latches) -> State:
    """As the service starts."""
    return State.initial(latches)


def step(state: State, inputs: Inputs, limits: Limits) -> tuple[State, Outputs]:
    """The next state, and everything the Pi does this tick."""
    now = _decide(state, perceive(state, inputs, limits))
    f, mode, verdict = now.f, now.mode, now.safety.verdict
    times = _times(state, now)
    ses, prompt = _prompt(now, times)
    hold_left_s = session.hold_left_s(ses, times.hold_s, f) if mode is MODE.HOLDING else 0.0
    driven = drive(f, Course(mode, ses, now.proof, verdict, times.hold_s, hold_left_s, times.warned_s), state.motion)
    holds = mode is MODE.RESCUE and f.buttons.down & buttons.RETURN != 0  # whoever holds RETURN is awake
    ask = answers.update(state.ask, limits, f.dt_s, inverted=f.inverted and ses.open, answered=now.answered or holds)
    progress = ladder.progress(state.progress, f)
    helping = ladder.update(state.ladder, f, ladder.cause(f, progress, since(state.latched_s, f.now_s)), answered=now.answered)
    reasons = story.tellable(f, state, mode, verdict)
    told = story.tell(
        f,
        state,
        story.Is(mode, now.signal, verdict, ask, helping, driven.warning, now.refused, ses, now.proof, prompt, now.inspected, reasons),
    )
    shown = display.show(state.screen, told, display.View(f, mode, verdict, now.refused, ses, helping, ask, driven, hold_left_s, now.proof))
    following = _state(
        now_s=f.now_s, mode=mode, since_s=f.now_s if now.signal is not None or state.now_s is None else state.since_s,
        buttons=f.buttons, tilt=f.tilt, watch=replace(f.watch, locks_seen_open=0) if now.signal is SIGNAL.START_OBEYED else f.watch,
        safety=now.safety, session=ses, rest=f.rest, ask=ask, progress=progress, ladder=helping, proof=now.proof, load=_load(state, now),
        motion=driven.motion, warned_s=driven.warned_s, warning=driven.warning, hold_s=times.hold_s, way_s=times.way_s,
        inverted_s=times.inverted_s, selection=state.selection + _selected(f), latched_s=_latched_s(state, now),
        spotted_s=f.now_s if f.buttons.pressed & buttons.SPOTTER else state.spotted_s, screen=shown.screen,
        latches=_latches(state.latches, now, ses), told=reasons,
    )  # fmt: skip
    return following, _outputs(following, now, driven, told, shown, hold_left_s)


def _decide(state: State, f: Facts) -> Decision:
    """Rules first, then the mode table, then what the change does to the session."""
    inspected = f.at_upright and buttons.held_s(f.buttons, buttons.OK | buttons.SPOTTER, f.now_s) >= f.limits.inspection_hold_s
    judged = safety.judge(state.safety, f, reset=_reset(f), inspected=inspected)
    refused = refusals.refusals(f, judged.verdict)
    answered = bool(f.buttons.pressed & (buttons.OK | buttons.RETURN))
    ses = course.during(state.session, f, answered=answered)
    answered = answered or (state.session.unasked and not ses.unasked)  # ... or the board has seen it on its own wires
    test = proof.update(state.proof, f, moved=_landed(state, f)) if state.mode is MODE.PROOF_TEST else state.proof
    left_s = session.hold_left_s(ses, state.hold_s, f) if state.mode is MODE.HOLDING else 0.0
    steady_s = since(f.watch.still_since_s, f.now_s)
    context = signals.Context(f, judged.verdict, ses, test, left_s, steady_s, bool(refused), state.latches.clean_shutdown)
    mode, signal = modes.next_mode(state.mode, signals.signals(context))
    if signal is not None:
        ses = course.after_change(ses, f, state.mode, mode, signal)
        test = proof.begin(f.now_s) if signal is SIGNAL.START_OBEYED else test
    due = inspected and (state.latches.inspection_due or state.latches.load_refused)
    return Decision(f, judged, refused, answered, due, ses, test, mode, signal)


def _load(state: State, now: Decision) -> load.Load:
    """Measured anew in each session."""
    if now.signal is SIGNAL.START_OBEYED:
        return load.NOT_YET
    if now.mode is not MODE.DESCENDING or state.load.judged or not now.f.board_ok:
        return state.load
    return load.update(state.load, now.f.angle_deg, now.f.board.current_ma, now.f.limits)


def _latched_s(state: State, now: Decision) -> float:
    """Since when an emergency stop has been latched; one found at the service's start may be old already: help at once."""
    if now.mode not in (MODE.STOPPED, MODE.RESCUE):
        return inf
    if state.mode is MODE.STARTING:
        return now.f.now_s - now.f.limits.estop_ladder_s
    return min(state.latched_s, now.f.now_s)


def _reset(f: Facts) -> bool:
    """SR1's reset as far as the Pi's own latched rules go; the board times its own."""
    closed = f.inputs.estop_aux_closed and f.contacts & ESTOP_CONTACTS == ESTOP_CONTACTS
    return f.at_upright and closed and buttons.held_s(f.buttons, buttons.OK, f.now_s) >= f.limits.reset_hold_s


def _landed(state: State, f: Facts) -> bool:
    """The proof test's small move has arrived and stands still."""
    there = abs(f.tilt.angle_deg - (state.proof.imu_deg + proof.MOVE_DEG)) <= PROOF_LANDED_DEG
    return there and f.at_rest and state.motion.rate_dps == 0.0


def _times(state: State, now: Decision) -> Times:
    f, signal = now.f, now.signal
    hold_s, way_s, warned_s = state.hold_s, state.way_s, state.warned_s
    if state.mode is MODE.HOLDING:
        hold_s += f.dt_s
    elif state.mode is MODE.DESCENDING:
        way_s += f.dt_s
    inverted_s = 0.0 if now.mode is MODE.IDLE else state.inverted_s + (f.dt_s if f.inverted and now.session.open else 0.0)
    if signal is None:
        return Times(warned_s, hold_s, way_s, inverted_s)
    if signal in (SIGNAL.START_OBEYED, SIGNAL.STAGE_OVER):
        hold_s = way_s = 0.0
    if signal in course.JUST_PRESSED:
        warned_s = f.limits.warning_s
    elif state.mode not in course.WARNS_AHEAD and signal is not SIGNAL.BOARD_UP:
        warned_s = 0.0
    return Times(warned_s, hold_s, way_s, inverted_s)


def _prompt(now: Decision, times: Times) -> tuple[Session, Prompt | None]:
    """The prompt whose moment has come, and the session that remembers it was given (TP7)."""
    ses, stage = now.session, session.stage_of(now.session)
    if stage is None or now.mode not in (MODE.DESCENDING, MODE.HOLDING):
        return ses, None
    if now.mode is MODE.HOLDING:
        prompt = session.prompt_due(stage.prompts, ses.prompted, times.hold_s)
        return (replace(ses, prompted=ses.prompted + 1), prompt) if prompt is not None else (ses, None)
    prompt = session.prompt_due(stage.way_prompts, ses.way_prompted, times.way_s)
    return (replace(ses, way_prompted=ses.way_prompted + 1), prompt) if prompt is not None else (ses, None)


def _selected(f: Facts) -> int:
    """SELECT changes the selection only while idle."""
    if f.mode is not MODE.IDLE or not f.buttons.pressed & (buttons.SELECT_MINUS | buttons.SELECT_PLUS):
        return 0
    return 1 if f.buttons.pressed & buttons.SELECT_PLUS else -1


def _latches(latches: Latches, now: Decision, ses: Session) -> Latches:
    """What must survive a restart of the service."""
    inspection_due, load_refused = latches.inspection_due, latches.load_refused
    if now.inspected:
        inspection_due = load_refused = False
    names = {reason.name for reason in now.safety.verdict.reasons} if now.safety.verdict.reasons else ()
    inspection_due = inspection_due or "ankle_open" in names
    load_refused = load_refused or "load" in names
    clean = latches.clean_shutdown if now.mode is MODE.STARTING else now.mode is MODE.IDLE and not ses.open
    if (inspection_due, load_refused, clean) == (latches.inspection_due, latches.load_refused, latches.clean_shutdown):
        return latches
    return Latches(inspection_due=inspection_due, load_refused=load_refused, clean_shutdown=clean)


def _outputs(state: State, now: Decision, driven: Drive, told: story.Told, shown: display.Shown, hold_left_s: float) -> Outputs:
    f = now.f
    return _make_outputs(
        command=driven.command,
        mode=now.mode,
        lamps=shown.lamps,
        buzzer=shown.buzzer,
        release_locks=shown.release_locks,
        lines=shown.screen.lines,
        turned=shown.turned,
        phrase=shown.phrase,
        urgent=shown.urgent,
        ladder=state.ladder.level,
        reasons=now.safety.verdict.reasons,
        refusals=now.refused,
        events=told.events,
        latches=state.latches,
        angle_deg=f.angle_deg if f.tilt_ok else None,
        rate_dps=f.rate_dps,
        target_deg=driven.target_deg,
        hold_left_s=max(0.0, hold_left_s),
        rest_left_s=shown.rest_left_s,
        inverted_s=state.inverted_s,
        selection=state.selection,
    )
