"""A protocol's stages -> the plan of one session, inside a person's ceiling.  Pure.

The ceiling clips angles; the inverted time cuts holds (SR2).  Rocking that would leave the ceiling is left out, so that
clipping can never move it across the gate (SR3).  Prompts say the angle and the hold that really fit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from controller.core.limits import Limits
from controller.core.model import Prompt, SessionPlan, Stage
from controller.core.motion import plan_holds_s
from controller.programme import placeholders, prompts, weeks
from controller.programme.model import Condition
from controller.programme.outcome import Step

LAST_WORDS_S = 20.0
"""A prompt in the last seconds of a hold speaks of its end, and keeps its distance from it when the hold is cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanBounds:
    """What the person, a clinician and the table allow."""

    angle_deg: float = 90.0
    inverted_s: float = 600.0
    dizzy_to_level: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A protocol before it is cut to anybody's measure."""

    name: str
    title: str
    stages: tuple[Stage, ...]
    conditions: tuple[Condition, ...]
    step: Step  # whose exercises it has (TP7)

    def __hash__(self) -> int:
        """By the name alone, which hardly two of a table share: every prompt of every stage would be gone through at each look."""
        return hash(self.name)


@lru_cache(maxsize=512)  # every look asks for every protocol again, and a person's bounds change once a week
def fitted(draft: Draft, bounds: PlanBounds, limits: Limits) -> SessionPlan:
    """The plan that Start would begin."""
    ceiling_deg = min(weeks.deepest_deg(draft.stages), bounds.angle_deg, limits.ceiling_deg)
    stages = tuple(_clipped(stage, ceiling_deg) for stage in draft.stages)
    plan = SessionPlan(
        name=draft.name,
        title=draft.title if stages == draft.stages else _narrowed_title(draft.title, ceiling_deg),
        ceiling_deg=ceiling_deg,
        stages=stages,
        max_inverted_s=min(bounds.inverted_s, limits.max_inverted_s),
        dizzy_to_level=bounds.dizzy_to_level,
    )
    holds = plan_holds_s(plan, limits)
    completed = prompts.completed(stages, holds, draft.step, draft.conditions)
    return replace(plan, stages=tuple(_spoken(stage, hold) for stage, hold in zip(completed, holds, strict=True)))


def _clipped(stage: Stage, ceiling_deg: float) -> Stage:
    if weeks.deepest_deg((stage,)) <= ceiling_deg:
        return stage
    return replace(stage, angle_deg=min(stage.angle_deg, ceiling_deg), oscillation=None)


def _narrowed_title(title: str, ceiling_deg: float) -> str:
    return f"{title.split(':', maxsplit=1)[0][:24].rstrip()}: {ceiling_deg:.0f} degrees"


def _spoken(stage: Stage, hold_s: float) -> Stage:
    cut_s = stage.hold_s - hold_s
    held = (
        replace(prompt, at_s=max(0.0, prompt.at_s - cut_s)) if prompt.at_s >= stage.hold_s - LAST_WORDS_S else prompt
        for prompt in stage.prompts
    )
    return replace(
        stage,
        prompts=tuple(_filled(prompt, stage, hold_s) for prompt in sorted(held, key=lambda prompt: prompt.at_s)),
        way_prompts=tuple(_filled(prompt, stage, hold_s) for prompt in stage.way_prompts),
    )


def _filled(prompt: Prompt, stage: Stage, hold_s: float) -> Prompt:
    return replace(prompt, text=placeholders.fill(prompt.text, angle_deg=stage.angle_deg, hold_s=hold_s))
