"""The story of a tick: events for the journal, words for the voice, lines for the display (PU2, TP7).  Pure."""

from __future__ import annotations

from dataclasses import dataclass

from controller.core import buttons, ladder, load, panel, session
from controller.core.facts import Facts
from controller.core.members import ACTION, MODE, SIGNAL
from controller.core.model import Event, Mode, Reason
from controller.core.modes import AT_REST_UPRIGHT
from controller.core.panel import Screen
from controller.core.safety import Verdict
from controller.core.signals import SETTLES_S
from controller.core.state import State
from controller.core.tick import Tick
from controller.core.words import GOING_ON, LADDER_WORDS, PHRASES, PROOF_WORDS

URGENT_MODES = frozenset({MODE.PAUSED, MODE.BOARD_RETURN, MODE.LEVEL_WAIT, MODE.STOPPED, MODE.FAULT, MODE.DIZZY_WAIT, MODE.DIZZY_BACK})
ASK_WORDS = "Are you all right? Press OK."
WARNING_WORDS = "Attention, moving in two seconds."
EARLY_WORDS = "Too early: keep the ankle locks closed and stay standing."
DIZZY_WORDS = "Going up to thirty degrees and waiting there."
NOT_RAISED_WORDS = "RETURN does not move the table. Have the release lever pulled."
INSPECTED_WORDS = "Inspection recorded."

Said = tuple[str, bool]


@dataclass(frozen=True, slots=True)
class Told:
    """Events for the journal and words for the voice."""

    events: tuple[Event, ...]
    words: tuple[Said, ...]


NOTHING = Told((), ())


def tellable(f: Facts, was: State, mode: Mode, verdict: Verdict) -> tuple[Reason, ...]:
    """The reasons the story may know: all, but while starting those before it.

    What has not been read yet counts as broken; that is no news unless it lasts beyond the start, or the start takes too long.
    """
    return was.told if mode is MODE.STARTING and f.in_mode_s <= SETTLES_S else verdict.reasons


def tell(was: State, now: Tick) -> Told:
    """What is new this tick, in the order in which it is said: danger first."""
    f = now.f
    quiet = (
        was.mode is now.mode and was.told is now.reasons and was.ask.asked is now.ask.asked and was.ladder is now.ladder
        and not (now.ladder.speech or f.buttons.pressed or now.prompt or now.inspected or now.dialogue.says)
        and was.warning is now.warning and was.load.judged is now.load.judged
        and was.watch.opened_at_upright is f.watch.opened_at_upright
    )  # fmt: skip
    if quiet:
        return NOTHING
    events: list[Event] = []
    words: list[Said] = []
    if now.load.judged and not was.load.judged:
        events.append(Event(at_s=f.now_s, kind="load", text=load.told(now.load), rule="SR16"))
    for part in (_presses, _reasons, _mode, _help, _questions, _warning):
        part(was, now, events, words)
    return Told(tuple(events), tuple(words))


def _presses(was: State, now: Tick, events: list[Event], words: list[Said]) -> None:
    f = now.f
    for bit, name in buttons.NAMES.items():
        if f.buttons.pressed & bit:
            events.append(Event(at_s=f.now_s, kind="button", text=name))
    if f.buttons.pressed & buttons.START and now.signal is not SIGNAL.START_OBEYED:
        for refusal in now.refused:
            events.append(Event(at_s=f.now_s, kind="refusal", text=f"{refusal.says} {refusal.way_back}", rule=refusal.rule))
            words.append((f"{refusal.says} {refusal.way_back}", False))
    if now.session.dizzy_at_gate and not was.session.dizzy_at_gate:
        words.append((DIZZY_WORDS, True))


def _reasons(was: State, now: Tick, events: list[Event], words: list[Said]) -> None:
    f = now.f
    if was.told is now.reasons:
        return
    before = {reason.name for reason in was.told}
    after = {reason.name for reason in now.reasons}
    for reason in now.reasons:
        if reason.name not in before:
            events.append(Event(at_s=f.now_s, kind="reason", text=f"{reason.name}: {reason.says}", rule=reason.rule))
            if now.mode not in AT_REST_UPRIGHT and now.mode is not MODE.STARTING:
                words.append((f"{reason.says} {reason.way_back}", now.verdict.action >= ACTION.PAUSE))
    for reason in was.told:
        if reason.name not in after:
            events.append(Event(at_s=f.now_s, kind="cleared", text=reason.name, rule=reason.rule))


def _mode(was: State, now: Tick, events: list[Event], words: list[Said]) -> None:
    f = now.f
    if now.inspected:
        events.append(Event(at_s=f.now_s, kind="cleared", text="inspection recorded", rule="SR6"))
        words.append((INSPECTED_WORDS, False))
    if was.mode is now.mode:
        return
    events.append(Event(at_s=f.now_s, kind="mode", text=now.mode.value))
    stage = session.stage_of(now.session)
    hold_s = now.session.holds_s[now.session.stage] if now.session.holds_s else 0.0
    if now.signal is SIGNAL.START_OBEYED and now.session.plan is not None:
        events.append(Event(at_s=f.now_s, kind="plan", text=plan_words(now.session)))
    if now.signal is SIGNAL.PROOF_FAILED:
        events.append(Event(at_s=f.now_s, kind="proof", text=PROOF_WORDS[now.proof.failed], rule="SR16"))
        words.append((PROOF_WORDS[now.proof.failed], True))
    if now.signal is SIGNAL.PROOF_PASSED:
        events.append(Event(at_s=f.now_s, kind="proof", text="passed", rule="SR16"))
    phrase = PHRASES[now.mode]
    if now.signal is not None:
        phrase = GOING_ON.get(now.signal, phrase)
    if phrase:
        target = round(stage.angle_deg) if stage is not None else 0
        words.append((phrase.format(target=target, hold=panel.spoken(round(hold_s))), now.mode in URGENT_MODES))


def plan_words(ses: session.Session) -> str:
    """The plan as it will really be held: `Week 1: 15° for 30 seconds`."""
    if ses.plan is None:
        return ""
    stages = (f"{stage.angle_deg:.0f}° for {panel.spoken(round(hold))}" for stage, hold in zip(ses.plan.stages, ses.holds_s, strict=True))
    return f"{ses.plan.title}: {', then '.join(stages)}"


def _help(was: State, now: Tick, events: list[Event], words: list[Said]) -> None:
    f = now.f
    if now.ladder.level != was.ladder.level:
        cause = now.ladder.cause or was.ladder.cause
        text = f"level {now.ladder.level}: {LADDER_WORDS[cause]}" if now.ladder.level else "off"
        events.append(Event(at_s=f.now_s, kind="ladder", text=text, rule="SR14"))
    elif now.ladder.speech and now.ladder.level == ladder.NOTICE:
        events.append(Event(at_s=f.now_s, kind="ladder", text=f"again: {LADDER_WORDS[now.ladder.cause]}", rule="SR14"))
    if now.ladder.cause == ladder.NOT_RAISED and (was.ladder.cause != ladder.NOT_RAISED or f.buttons.pressed & buttons.RETURN):
        events.append(Event(at_s=f.now_s, kind="refusal", text=NOT_RAISED_WORDS, rule="SR14"))
        words.append((NOT_RAISED_WORDS, True))
    words.extend((line, True) for line in now.ladder.speech)


def _questions(was: State, now: Tick, events: list[Event], words: list[Said]) -> None:
    f = now.f
    if now.ask.asked and not was.ask.asked:
        events.append(Event(at_s=f.now_s, kind="ask", text=ASK_WORDS, rule="SR15"))
        words.append((ASK_WORDS, True))
    elif was.ask.asked and not now.ask.asked:
        events.append(Event(at_s=f.now_s, kind="answer", text="answered", rule="SR15"))
    if now.dialogue.says:
        words.append((now.dialogue.says, False))
    if now.dialogue.confirmed is not None and was.dialogue.asking is not None:
        events.append(Event(at_s=f.now_s, kind="confirmed", text=now.dialogue.says, rule=was.dialogue.asking.rule))
    if now.prompt is not None:
        events.append(Event(at_s=f.now_s, kind="prompt", text=now.prompt.text, rule="TP14" if now.mode is MODE.IDLE else "TP7"))
        words.append((now.prompt.text, False))


def _warning(was: State, now: Tick, events: list[Event], words: list[Said]) -> None:
    f = now.f
    if now.warning and not was.warning:
        words.append((WARNING_WORDS, True))
    if f.watch.opened_at_upright and not was.watch.opened_at_upright and now.mode is MODE.SETTLING and f.session:
        events.append(Event(at_s=f.now_s, kind="reason", text="locks_early: ankle locks opened before the time", rule="TP11"))
        words.append((EARLY_WORDS, True))


def queue(screen: Screen, told: Told) -> tuple[Said, ...]:
    """Words still to be said; something urgent pushes chatter out."""
    if not told.words:
        return screen.to_say
    urgent = [said for said in told.words if said[1]]
    if urgent:
        kept = [said for said in screen.to_say if said[1]]
        return (*kept, *urgent, *(said for said in told.words if not said[1]))[:16]
    return (*screen.to_say, *told.words)[:16]
