"""What a table may say, so that it can be rendered before anybody needs it.  Values only; must never speak."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from controller.core import dialogue, panel, refusals, story
from controller.core.limits import Limits
from controller.core.motion import plan_holds_s
from controller.core.words import GOING_ON, LADDER_WORDS, PHRASES, PROOF_WORDS, RESCUE_STEPS, WORDS
from controller.programme import questions, reminders
from controller.programme.protocols import Protocol
from controller.programme.rules import Rules


def phrases(protocols: Iterable[Protocol], limits: Limits, rules: Rules) -> tuple[str, ...]:
    """Every phrase of the core, and of each protocol with its angles and the holds that really fit; what saves somebody comes first."""
    said = [*_danger(), *PHRASES.values(), *GOING_ON.values(), *_refusals()]
    for protocol in protocols:
        said += _of(protocol, limits)
    said += (*reminders.alike_for_all(rules), *questions.phrases(), dialogue.LEFT_WORDS, dialogue.LOCKS_WORDS)
    return tuple(dict.fromkeys(text for text in said if text and "{" not in text))


def _danger() -> Iterator[str]:
    yield from RESCUE_STEPS
    yield from LADDER_WORDS.values()
    yield from (story.ASK_WORDS, story.WARNING_WORDS, story.EARLY_WORDS, story.DIZZY_WORDS, story.INSPECTED_WORDS, story.NOT_RAISED_WORDS)
    yield from (f"{says} {way_back}" for says, way_back in WORDS.values())
    yield from PROOF_WORDS.values()


def _refusals() -> Iterator[str]:
    rows = [interlock.refusal for interlock in refusals.INTERLOCKS]
    yield from (f"{row.says} {row.way_back}" for row in (*rows, *refusals.BUSY, *refusals.STARTING))


def _of(protocol: Protocol, limits: Limits) -> Iterator[str]:
    plan = protocol.plan(limits)
    for stage, hold_s in zip(plan.stages, plan_holds_s(plan, limits), strict=True):
        for phrase in PHRASES.values():
            yield phrase.format(target=round(stage.angle_deg), hold=panel.spoken(round(hold_s)))
        yield from (prompt.text for prompt in (*stage.way_prompts, *stage.prompts))
