"""A protocol's stages -> the plan of one session, inside a person's ceiling.  Pure.

The ceiling clips angles; the inverted time cuts holds (SR2).  Rocking that would leave the ceiling is left out, so that
clipping can never move it across the gate (SR3).  Prompts say the angle and the hold that really fit, and the way up that there is.
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
ENDING_S, MOVEMENT_S = 5.0, 10.0
"""In a cut hold a movement is ended this long before the last words, and is worth beginning for this long."""
MOST_TITLE = 40
"""Characters: the display runs it through one line."""
MOVEMENTS = ("arm_circles", "partial_sit_ups", "leg_rotation", "knees_rocking", "arms_overhead")
ENDINGS = ("arms_rest", "relax", "leg_rest", "knees_rest", "arms_crossed", "halfway")
"""Keys of prompts that begin a movement, and that end one."""


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
    stages = tuple(_clipped(stage, ceiling_deg, limits) for stage in draft.stages)
    plan = SessionPlan(
        name=draft.name,
        title=draft.title,
        ceiling_deg=ceiling_deg,
        stages=stages,
        max_inverted_s=min(bounds.inverted_s, limits.max_inverted_s),
        dizzy_to_level=bounds.dizzy_to_level,
    )
    holds = plan_holds_s(plan, limits)
    whole = stages == draft.stages and holds == tuple(stage.hold_s for stage in stages)
    completed = prompts.completed(stages, holds, draft.step, draft.conditions)
    return replace(
        plan,
        title=draft.title if whole else _narrowed_title(draft.title, ceiling_deg),
        stages=tuple(_spoken(stage, hold) for stage, hold in zip(completed, holds, strict=True)),
    )


def _clipped(stage: Stage, ceiling_deg: float, limits: Limits) -> Stage:
    """Words about the way up speak of a rest at the gate: of a stage that ends above it they are left to the general ones."""
    if weeks.deepest_deg((stage,)) <= ceiling_deg:
        return stage
    ups = () if ceiling_deg > limits.gate_deg else (prompts.NEXT_UP,)
    kept = tuple(prompt for prompt in stage.prompts if prompt.key not in ups)
    return replace(stage, angle_deg=min(stage.angle_deg, ceiling_deg), oscillation=None, prompts=kept)


def _narrowed_title(title: str, ceiling_deg: float) -> str:
    angle = f": {ceiling_deg:.0f} degrees"
    return title.split(":", maxsplit=1)[0][: MOST_TITLE - len(angle)].rstrip() + angle


def _spoken(stage: Stage, hold_s: float) -> Stage:
    held = stage.prompts if hold_s == stage.hold_s else _cut(stage, hold_s)
    return replace(
        stage,
        prompts=tuple(_filled(prompt, stage, hold_s) for prompt in held),
        way_prompts=tuple(_filled(prompt, stage, hold_s) for prompt in stage.way_prompts),
    )


def _cut(stage: Stage, hold_s: float) -> tuple[Prompt, ...]:
    """The prompts of a hold that is cut: its last words in time, nothing after them, and no movement that is not ended."""
    said_by_s, cut_s = stage.hold_s - LAST_WORDS_S, stage.hold_s - hold_s
    last = [replace(prompt, at_s=max(0.0, prompt.at_s - cut_s)) for prompt in stage.prompts if prompt.at_s >= said_by_s]
    until_s = min((prompt.at_s for prompt in last), default=hold_s) - ENDING_S
    before = [prompt for prompt in stage.prompts if prompt.at_s < said_by_s]
    kept = [prompt for prompt in before if prompt.at_s <= until_s]
    moved = next((prompt for prompt in reversed(kept) if prompt.key in (*MOVEMENTS, *ENDINGS)), None)
    if moved is not None and moved.key in MOVEMENTS:
        ending = next((prompt for prompt in before if prompt.at_s > until_s and prompt.key in ENDINGS), None)
        if moved.at_s > until_s - MOVEMENT_S:
            kept.remove(moved)
        elif ending is not None:
            kept.append(replace(ending, at_s=until_s))
    return (*kept, *last)


def _filled(prompt: Prompt, stage: Stage, hold_s: float) -> Prompt:
    return replace(prompt, text=placeholders.fill(prompt.text, angle_deg=stage.angle_deg, hold_s=hold_s))
