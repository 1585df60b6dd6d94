"""Lamps, buzzer, lines and the next words to say, from what the tick has decided (PU2).  Pure; decides nothing."""

from __future__ import annotations

from typing import NamedTuple

from controller.core import panel, rest, session, story
from controller.core.answers import Ask
from controller.core.drive import Drive
from controller.core.facts import Facts, since
from controller.core.ladder import Ladder
from controller.core.members import ACTION, MODE
from controller.core.model import Buzzer, Lamps, Mode, Refusal, SessionPlan
from controller.core.motion import plan_hold_s
from controller.core.panel import Screen
from controller.core.proof import Proof
from controller.core.safety import Verdict
from controller.core.words import LADDER_WORDS, PROOF_WORDS

SCROLL_CPS = 4.0
"""Text longer than a line runs through it at a speed that can be read."""

HELD = frozenset({MODE.STOPPED, MODE.FAULT, MODE.RESCUE})
FREE_TO_OPEN = frozenset({MODE.IDLE, MODE.RELEASE})


class View(NamedTuple):
    """What there is to show."""

    f: Facts
    mode: Mode
    verdict: Verdict
    refused: tuple[Refusal, ...]
    session: session.Session
    ladder: Ladder
    ask: Ask
    drive: Drive
    hold_left_s: float
    proof: Proof


class Shown(NamedTuple):
    """What the devices get."""

    screen: Screen
    lamps: Lamps
    buzzer: Buzzer
    release_locks: bool
    turned: bool
    phrase: str
    urgent: bool
    rest_left_s: float


def show(screen: Screen, told: story.Told, v: View) -> Shown:
    """One tick of the panel."""
    f = v.f
    left_s = rest_left_s(v)
    settled = since(f.watch.upright_since_s, f.now_s) >= f.limits.settling_s
    released = f.at_upright and (v.mode in FREE_TO_OPEN or (v.mode in HELD and settled))
    to_say = story.queue(screen, told)
    phrase, urgent = to_say[0] if to_say else ("", False)
    text = _urgent_text(v)
    angle_deg = round(f.angle_deg) if f.angle_known else None
    shown = panel.Shown(v.mode, angle_deg, _target(v), int(_left_s(v, left_s)), _window(text, f.now_s) if text else "", v.drive.warning)
    if shown != screen.key or to_say:
        plan, plan_line = _plan_line(screen, v) if v.mode is MODE.IDLE else (screen.plan, screen.plan_line)
        lines = panel.lines(shown, plan_line if v.mode is MODE.IDLE else "")
        screen = Screen(key=shown, lines=lines, to_say=to_say[1:], plan=plan, plan_line=plan_line)
    lamps = panel.lamps(v.mode, refused=bool(v.refused), broken=bool(v.verdict.refusing), ladder=v.ladder.level, released=released)
    buzzer = panel.buzzer(ladder=v.ladder.level, asked=v.ask.asked or v.mode is MODE.PAUSED, alarm=_alarm(v), warning=v.drive.warning)
    turned = f.angle_known and f.angle_deg > panel.TURNED_FROM_DEG
    return Shown(screen, lamps, buzzer, released, turned, phrase, urgent, left_s)


def rest_left_s(v: View) -> float:
    """The rest still owed at this place, by the Pi's own count."""
    if v.mode is not MODE.RESTING or v.f.rest.done:
        return 0.0
    return max(0.0, rest.due_s(v.f.angle_deg, v.f.limits) - rest.counted_s(v.f.rest, v.f.angle_deg, v.f.limits))


def _alarm(v: View) -> bool:
    """Somebody is off upright rest and something is broken that stops or returns them."""
    return v.verdict.action > ACTION.WARN and v.f.off_upright and v.mode is not MODE.PAUSED


def _target(v: View) -> int:
    stage = session.stage_of(v.session)
    return round(stage.angle_deg) if stage is not None else 0


def _left_s(v: View, rest_left: float) -> float:
    if v.mode is MODE.HOLDING:
        return max(0.0, v.hold_left_s)
    if v.mode is MODE.SETTLING:
        return max(0.0, v.f.limits.settling_s - v.f.in_mode_s)
    return rest_left


def _urgent_text(v: View) -> str:
    if v.ladder.level:
        return LADDER_WORDS[v.ladder.cause]
    if v.ask.asked:
        return "All right? Press OK"
    if v.verdict.reasons and v.mode is not MODE.IDLE:
        reason = v.verdict.reasons[0]
        return f"{reason.says} {reason.way_back}"
    if v.refused and v.mode is MODE.IDLE:
        return f"{v.refused[0].says} {v.refused[0].way_back}"
    return PROOF_WORDS[v.proof.failed] if v.proof.failed else ""  # until the next Start


def _window(text: str, now_s: float) -> str:
    """The part of a long text that stands in the line now."""
    if len(text) <= panel.WIDTH:
        return text
    loop = f"{text}   "
    start = int(now_s * SCROLL_CPS) % len(loop)
    return (loop[start:] + loop)[: panel.WIDTH]


def _plan_line(screen: Screen, v: View) -> tuple[SessionPlan | None, str]:
    """The protocol chosen and the hold that really fits, shown before Start (SR2)."""
    plan = v.f.inputs.permission.plan
    if plan is None or plan is screen.plan:
        return plan, screen.plan_line if plan is not None else ""
    angle = max(stage.angle_deg for stage in plan.stages)
    return plan, f"{angle:.0f}° {panel.clock(int(plan_hold_s(plan, v.f.limits)))} {plan.title}"
