"""Lamps, buzzer, lines and the next words to say, from what the tick has decided (PU2).  Pure; decides nothing."""

from __future__ import annotations

from controller.core import dialogue, facts, panel, session, story
from controller.core.facts import since
from controller.core.members import ACTION, MODE
from controller.core.model import SessionPlan
from controller.core.motion import plan_hold_s
from controller.core.panel import Screen
from controller.core.tick import Tick
from controller.core.words import LADDER_WORDS, PROOF_WORDS

SCROLL_CPS = 4.0
"""Text longer than a line runs through it at a speed that can be read."""

SILENCE = ("", False)
NO_POINT = ("", "")
NO_PROMPT = ("", 0.0)
HELD = frozenset({MODE.STOPPED, MODE.FAULT, MODE.RESCUE})
PROMPT_S = 12.0
"""A prompt stands in the line at least this long, and until it has run through once."""

FREE_TO_OPEN = frozenset({MODE.IDLE, MODE.RELEASE})


def show(screen: Screen, told: story.Told, t: Tick) -> None:
    """One tick of the panel: fills in all that the devices get.  The lines are made anew only when what they tell has changed."""
    f, mode = t.f, t.mode
    t.events, t.rest_left_s = told.events, _rest_left_s(t) if mode is MODE.RESTING else 0.0
    to_say = story.queue(screen, told) if told.words else screen.to_say
    t.phrase, t.urgent = to_say[0] if to_say else SILENCE
    prompt, prompted_s = _prompt(screen, t) if screen.prompt or t.prompt is not None else NO_PROMPT
    angle_deg = round(f.angle_deg) if f.angle_known else None
    asks, point = dialogue.lines(t.dialogue) if t.dialogue.asking is not None else NO_POINT
    running = _window(point, f.now_s - t.dialogue.heard_s) if point else _running(prompt, prompted_s, t)
    key = (mode, angle_deg, _target(t), int(_left_s(t)), running, t.warning, asks)
    t.screen = screen
    if key != screen.key or to_say:
        t.screen = _screen(screen, t, panel.Shown(*key), to_say[1:], (prompt, prompted_s))
    released = f.at_upright and (mode in FREE_TO_OPEN or (mode in HELD and _settled(t)))
    refused, broken, asked = t.refused != (), t.verdict.refusing != (), t.ask.asked or mode is MODE.PAUSED
    t.lamps = panel.lamps(mode, refused, broken, t.ladder.level, released)
    t.buzzer = panel.buzzer(t.ladder.level, asked, _alarm(t), t.warning)
    t.release_locks, t.turned = released, f.angle_known and f.angle_deg > panel.TURNED_FROM_DEG


def _screen(screen: Screen, t: Tick, shown: panel.Shown, to_say: tuple[story.Said, ...], prompt: tuple[str, float]) -> Screen:
    idle = t.mode is MODE.IDLE
    plan, plan_line = _plan_line(screen, t) if idle else (screen.plan, screen.plan_line)
    lines = panel.lines(shown, plan_line if idle else "")
    return Screen(key=shown, lines=lines, to_say=to_say, plan=plan, plan_line=plan_line, prompt=prompt[0], prompted_s=prompt[1])


def _running(prompt: str, prompted_s: float, t: Tick) -> str:
    """What runs through the second line instead of the hint.  While idle a prompt goes first: a refusal stands there again afterwards."""
    first = prompt if t.mode is MODE.IDLE and not t.ladder.level else ""
    if urgent := first or _urgent_text(t) or prompt:
        return _window(urgent, t.f.now_s - prompted_s if urgent is prompt else t.f.now_s)
    return ""


def _prompt(screen: Screen, t: Tick) -> tuple[str, float]:
    """The prompt to show and since when: the newest, until it has been read or what it was about is over."""
    now_s = t.f.now_s
    if t.prompt is not None:
        return t.prompt.text, now_s
    if screen.key is None or screen.key.mode is not t.mode:
        return NO_PROMPT
    lasts_s = max(PROMPT_S, len(screen.prompt) / SCROLL_CPS)
    return (screen.prompt, screen.prompted_s) if now_s - screen.prompted_s < lasts_s else NO_PROMPT


def _rest_left_s(t: Tick) -> float:
    """The rest still owed at this place, by the Pi's own count."""
    return max(0.0, facts.rest_left_s(t.f.rest, t.f.angle_deg, t.f.limits))


def _settled(t: Tick) -> bool:
    return since(t.f.watch.upright_since_s, t.f.now_s) >= t.f.limits.settling_s


def _alarm(t: Tick) -> bool:
    """Somebody is off upright rest and something is broken that stops or returns them."""
    return t.verdict.action > ACTION.WARN and t.f.off_upright and t.mode is not MODE.PAUSED


def _target(t: Tick) -> int:
    stage = session.stage_of(t.session)
    return round(stage.angle_deg) if stage is not None else 0


def _left_s(t: Tick) -> float:
    if t.mode is MODE.HOLDING:
        return t.hold_left_s if t.hold_left_s > 0.0 else 0.0
    if t.mode is MODE.SETTLING:
        return max(0.0, t.f.limits.settling_s - t.f.in_mode_s)
    return t.rest_left_s


def _urgent_text(t: Tick) -> str:
    if t.ladder.level:
        return LADDER_WORDS[t.ladder.cause]
    if t.ask.asked:
        return "All right? Press OK"
    if t.verdict.reasons and t.mode is not MODE.IDLE:
        reason = t.verdict.reasons[0]
        return f"{reason.says} {reason.way_back}"
    if t.refused and t.mode is MODE.IDLE:
        return f"{t.refused[0].says} {t.refused[0].way_back}"
    return PROOF_WORDS[t.proof.failed] if t.proof.failed else ""  # until the next Start


def _window(text: str, now_s: float) -> str:
    """The part of a long text that stands in the line now."""
    if len(text) <= panel.WIDTH:
        return text
    loop = f"{text}   "
    start = int(now_s * SCROLL_CPS) % len(loop)
    return (loop[start:] + loop)[: panel.WIDTH]


def _plan_line(screen: Screen, t: Tick) -> tuple[SessionPlan | None, str]:
    """The protocol chosen and the hold that really fits, shown before Start (SR2)."""
    plan = t.f.inputs.permission.plan
    if plan is None or plan is screen.plan:
        return plan, screen.plan_line if plan is not None else ""
    angle = max(stage.angle_deg for stage in plan.stages)
    return plan, f"{angle:.0f}° {panel.clock(int(plan_hold_s(plan, t.f.limits)))} {plan.title}"
