"""One tick of the decision core: a pipeline of pure functions, inputs to outputs.  No I/O, no clock, no threads.

perceive -> safety rules -> mode table -> session -> drive -> help ladder -> panel and story.
"""

from __future__ import annotations

from dataclasses import replace
from math import inf

from controller.core import (
    answers,
    buttons,
    course,
    dialogue,
    display,
    ladder,
    load,
    modes,
    proof,
    refusals,
    safety,
    session,
    signals,
    story,
)
from controller.core.drive import drive
from controller.core.facts import ESTOP_CONTACTS, Facts, since
from controller.core.limits import Limits
from controller.core.members import MODE, SIGNAL
from controller.core.model import Inputs, Latches, Outputs, Prompt
from controller.core.perceive import perceive
from controller.core.quick import closed, drafter
from controller.core.session import Session
from controller.core.state import State
from controller.core.tick import Tick

__all__ = ["State", "initial", "step"]

PROOF_LANDED_DEG = 0.5
"""The proof test's move has arrived this near to its end; the comparison that follows uses what really moved."""

STARTS_S = 1.0
"""From the end of a warning until the table moves, at the most: one that stands later has moved and landed."""

_new_state, _new_outputs = drafter(State), drafter(Outputs)


def initial(latches: Latches) -> State:
    """As the service starts."""
    return State.initial(latches)


def step(state: State, inputs: Inputs, limits: Limits) -> tuple[State, Outputs]:
    """The next state, and everything the Pi does this tick."""
    t = Tick()
    t.f = f = perceive(state, inputs, limits)
    _decide(t, state)
    _count(t, state)
    t.dialogue = dialogue.update(state.dialogue, f, t.mode, state.ladder.level != 0)
    t.session, t.prompt = _prompt(t, state)
    t.hold_left_s = session.hold_left_s(t.session, t.hold_s, f) if t.mode is MODE.HOLDING else 0.0
    drive(t, state.motion)
    holds = t.mode is MODE.RESCUE and f.buttons.down & buttons.RETURN != 0  # whoever holds RETURN is awake
    t.ask = answers.update(state.ask, limits, f.dt_s, f.inverted and t.session.open, t.answered or holds)
    t.progress = ladder.progress(state.progress, f)
    why = ladder.cause(f, t.progress, since(state.latched_s, f.now_s), since(state.asked_up_s, f.now_s))
    t.ladder = ladder.update(state.ladder, f, why, t.answered)
    t.load = _load(state, t)
    t.reasons = story.tellable(f, state, t.mode, t.verdict)
    display.show(state.screen, story.tell(state, t), t)
    following = _following(state, t)
    return following, _outputs(following, t)


def _decide(t: Tick, state: State) -> None:
    """Rules first, then the mode table, then what the change does to the session."""
    f = t.f
    inspected = f.at_upright and buttons.held_s(f.buttons, buttons.OK | buttons.SPOTTER, f.now_s) >= f.limits.inspection_hold_s
    t.safety = safety.judge(state.safety, f, _reset(f), inspected)
    t.verdict = t.safety.verdict
    t.refused = refusals.refusals(f, t.verdict)
    answered = f.buttons.pressed & (buttons.OK | buttons.RETURN) != 0
    ses = course.during(state.session, f, answered)
    t.answered = answered or (state.session.unasked and not ses.unasked)  # ... or the board has seen it on its own wires
    t.session = ses
    t.proof = proof.update(state.proof, f, moved=_landed(state, f)) if state.mode is MODE.PROOF_TEST else state.proof
    t.hold_left_s = session.hold_left_s(ses, state.hold_s, f) if state.mode is MODE.HOLDING else 0.0
    t.steady_s, t.clean_start = since(f.watch.still_since_s, f.now_s), state.latches.clean_shutdown
    t.mode, t.signal = modes.next_mode(state.mode, signals.signals(t))
    if t.signal is not None:
        t.session = course.after_change(ses, f, state.mode, t.mode, t.signal)
        t.proof = proof.begin(f.now_s) if t.signal is SIGNAL.START_OBEYED else t.proof
    t.inspected = inspected and (state.latches.inspection_due or state.latches.load_refused)


def _following(state: State, t: Tick) -> State:
    """What the next tick is to remember."""
    f, new = t.f, _new_state()
    new.now_s, new.mode = f.now_s, t.mode
    new.since_s = f.now_s if t.signal is not None or state.now_s is None else state.since_s
    new.buttons, new.tilt, new.rest = f.buttons, f.tilt, f.rest
    new.watch = replace(f.watch, locks_seen_open=0) if t.signal is SIGNAL.START_OBEYED else f.watch
    new.safety, new.session, new.proof = t.safety, t.session, t.proof
    new.ask, new.progress, new.ladder = t.ask, t.progress, t.ladder
    new.load = t.load
    new.motion, new.warned_s, new.warning = t.motion, t.warned_s, t.warning
    new.hold_s, new.way_s, new.inverted_s = t.hold_s, t.way_s, t.inverted_s
    new.selection = state.selection + _selected(t, state) if f.buttons.pressed else state.selection
    new.latched_s, new.asked_up_s = _latched_s(state, t), _asked_up_s(state, t)
    new.spotted_s = f.now_s if f.buttons.pressed & buttons.SPOTTER else state.spotted_s
    new.dialogue = t.dialogue
    new.reminded = _reminded(t, state) if t.mode is MODE.IDLE else state.reminded
    new.screen, new.latches, new.told = t.screen, _latches(state.latches, t), t.reasons
    return closed(new, State)


def _load(state: State, t: Tick) -> load.Load:
    """Measured anew in each session."""
    if t.signal is SIGNAL.START_OBEYED:
        return load.NOT_YET
    if t.mode is not MODE.DESCENDING or state.load.judged or not t.f.board_ok:
        return state.load
    return load.update(state.load, t.f.angle_deg, t.f.board.current_ma, t.f.limits)


def _latched_s(state: State, t: Tick) -> float:
    """Since when an emergency stop has been latched; one found at the service's start may be old already: help at once."""
    if t.mode is not MODE.STOPPED and t.mode is not MODE.RESCUE:
        return inf
    if state.mode is MODE.STARTING:
        return t.f.now_s - t.f.limits.estop_ladder_s
    return min(state.latched_s, t.f.now_s)


def _asked_up_s(state: State, t: Tick) -> float:
    """A press that ends in the next stop counts for none in that one: it was taken."""
    if t.mode is not MODE.FAULT or state.mode is not MODE.FAULT:
        return inf
    return min(state.asked_up_s, t.f.now_s) if t.f.buttons.pressed & buttons.RETURN else state.asked_up_s


def _reset(f: Facts) -> bool:
    """SR1's reset as far as the Pi's own latched rules go; the board times its own."""
    closed = f.inputs.estop_aux_closed and f.contacts & ESTOP_CONTACTS == ESTOP_CONTACTS
    return f.at_upright and closed and buttons.held_s(f.buttons, buttons.OK, f.now_s) >= f.limits.reset_hold_s


def _landed(state: State, f: Facts) -> bool:
    """The proof test's small move has arrived and stands still."""
    there = abs(f.tilt.angle_deg - (state.proof.imu_deg + proof.MOVE_DEG)) <= PROOF_LANDED_DEG
    return there and f.at_rest and state.motion.rate_dps == 0.0


def _count(t: Tick, state: State) -> None:
    """The seconds the core counts itself."""
    f, mode, signal = t.f, state.mode, t.signal
    t.hold_s = state.hold_s + f.dt_s if mode is MODE.HOLDING else state.hold_s
    t.way_s = state.way_s + f.dt_s if mode is MODE.DESCENDING else state.way_s
    t.warned_s = state.warned_s
    t.inverted_s = 0.0 if t.mode is MODE.IDLE else state.inverted_s + (f.dt_s if f.inverted and t.session.open else 0.0)
    if signal is None:
        return
    if signal in (SIGNAL.START_OBEYED, SIGNAL.STAGE_OVER):
        t.hold_s = t.way_s = 0.0
    if signal in course.JUST_PRESSED:
        t.warned_s = f.limits.warning_s
    elif mode not in course.WARNS_AHEAD and (signal is not SIGNAL.BOARD_UP or _landed_since(state, f)):
        t.warned_s = 0.0


def _landed_since(state: State, f: Facts) -> bool:
    """What moves, or was asked for just now, only changes hands; what has moved and landed begins a new motion, warned of anew (SR4)."""
    return f.at_rest and state.warned_s >= f.limits.warning_s + STARTS_S


def _prompt(t: Tick, state: State) -> tuple[Session, Prompt | None]:
    """The session that remembers the prompt whose moment has come, and the prompt (TP7); while idle a reminder (TP5, TP14)."""
    ses, mode = t.session, t.mode
    if mode is MODE.IDLE:
        return ses, _reminder(t, state)
    if ses.plan is None or (mode is not MODE.HOLDING and mode is not MODE.DESCENDING):
        return ses, None
    stage = ses.plan.stages[ses.stage]
    if mode is MODE.HOLDING:
        prompt = session.prompt_due(stage.prompts, ses.prompted, t.hold_s)
        return (replace(ses, prompted=ses.prompted + 1), prompt) if prompt is not None else (ses, None)
    prompt = session.prompt_due(stage.way_prompts, ses.way_prompted, t.way_s)
    return (replace(ses, way_prompted=ses.way_prompted + 1), prompt) if prompt is not None else (ses, None)


def _reminder(t: Tick, state: State) -> Prompt | None:
    """One that is due and has not been told, when nothing is being said or shown any more."""
    due = t.f.inputs.permission.reminders
    busy = state.screen.prompt or state.screen.to_say or t.dialogue.asking is not None
    if not due or state.mode is not MODE.IDLE or busy:
        return None
    return next((reminder for reminder in due if reminder.key not in state.reminded), None)


def _reminded(t: Tick, state: State) -> tuple[str, ...]:
    """While idle: what has been told of all that is due; what is due no longer is forgotten, and told again when it comes back."""
    due = t.f.inputs.permission.reminders
    if not (due or state.reminded):
        return state.reminded
    told = (*state.reminded, t.prompt.key) if t.prompt is not None else state.reminded
    return tuple(reminder.key for reminder in due if reminder.key in told)


def _selected(t: Tick, state: State) -> int:
    """SELECT changes the selection only while idle, and not while it goes through points that are to be confirmed."""
    pressed = t.f.buttons.pressed
    if t.f.mode is not MODE.IDLE or state.dialogue.asking is not None or not pressed & (buttons.SELECT_MINUS | buttons.SELECT_PLUS):
        return 0
    return 1 if pressed & buttons.SELECT_PLUS else -1


def _latches(latches: Latches, t: Tick) -> Latches:
    """What must survive a restart of the service."""
    clean = latches.clean_shutdown if t.mode is MODE.STARTING else t.mode is MODE.IDLE and not t.session.open
    if clean is latches.clean_shutdown and not t.inspected and not t.verdict.reasons:
        return latches
    names = {reason.name for reason in t.verdict.reasons}
    new = Latches(
        inspection_due=(latches.inspection_due and not t.inspected) or "ankle_open" in names,
        load_refused=(latches.load_refused and not t.inspected) or "load" in names,
        clean_shutdown=clean,
    )
    return latches if new == latches else new


def _outputs(state: State, t: Tick) -> Outputs:
    """What the rest of the program gets to see of it."""
    f, new = t.f, _new_outputs()
    new.command, new.mode, new.target_deg = t.command, t.mode, t.target_deg
    new.lamps, new.buzzer, new.release_locks = t.lamps, t.buzzer, t.release_locks
    new.lines, new.turned = t.screen.lines, t.turned
    new.phrase, new.urgent = t.phrase, t.urgent
    new.ladder, new.reasons, new.refusals = t.ladder.level, t.verdict.reasons, t.refused
    new.events, new.latches = t.events, state.latches
    new.angle_deg, new.rate_dps = f.angle_deg if f.tilt_ok else None, f.rate_dps
    new.rest_left_s, new.inverted_s = t.rest_left_s, t.inverted_s
    new.hold_left_s = t.hold_left_s if t.hold_left_s > 0.0 else 0.0
    new.selection = state.selection
    new.plan = t.session.plan if t.session.open else f.inputs.permission.plan
    new.confirmed = t.dialogue.confirmed
    return closed(new, Outputs)
