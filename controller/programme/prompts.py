"""The prompts that every session has (TP7), added where a protocol does not give them itself.  Pure.

What a protocol says under the same key stands as it is; a prompt that would not fit into the hold is left out.
"""

from __future__ import annotations

from dataclasses import replace

from controller.core.model import Prompt, Stage
from controller.programme.model import Condition
from controller.programme.outcome import Step

BREATHE = Prompt(at_s=1.0, key="breathe_nose", text="Breathe deeply through your nose.")
NEXT_HOLD = Prompt(at_s=4.0, key="next_hold", text="Next: {angle} degrees for {hold}. RETURN brings you up at any time.")
NEXT_UP = "next_up"
NEXT_UP_TEXT = "Next, in 15 seconds: slowly up, with a rest on the way."
NEXT_STAGE_TEXT = "Next, in 15 seconds: on to {following} degrees."
NEXT_S = 15.0

ARM_CIRCLES = (
    Prompt(at_s=20.0, key="arm_circles", text="Gentle arm circles, slowly, for half a minute."),
    Prompt(at_s=50.0, key="arms_rest", text="Rest your arms."),
)
SIT_UPS = (
    Prompt(at_s=50.0, key="partial_sit_ups", text="Partial sit-ups: lift head and chest only, five times, slowly."),
    Prompt(at_s=95.0, key="relax", text="Relax and breathe."),
)
LEG_ROTATIONS = (
    Prompt(at_s=3.0, key="leg_rotation", text="Turn your legs out: knees apart, feet together. Hold for ten seconds."),
    Prompt(at_s=13.0, key="leg_rest", text="And back. Breathe."),
    Prompt(at_s=19.0, key="leg_rotation", text="Legs out again for ten seconds. Never force it; sharp pain: press RETURN."),
    Prompt(at_s=29.0, key="leg_rest", text="And back. Breathe."),
    Prompt(at_s=33.0, key="leg_rotation", text="Legs out once more, for ten seconds."),
    Prompt(at_s=43.0, key="leg_rest", text="And back. Relax."),
)
KNEES_ROCKING = (
    Prompt(at_s=20.0, key="knees_rocking", text="Gently tilt your knees from side to side, a small rocking."),
    Prompt(at_s=45.0, key="knees_rest", text="Rest your knees. Breathe."),
)
ARMS_OVERHEAD = (
    Prompt(at_s=8.0, key="arms_overhead", text="Stretch both arms slowly overhead and let them hang."),
    Prompt(at_s=45.0, key="arms_crossed", text="Cross your arms on your chest again, slowly."),
)

BY_CONDITION: dict[Condition, tuple[Prompt, ...]] = {
    Condition.HERNIATED_DISC: KNEES_ROCKING,
    Condition.ACUTE_FLARE_UP: KNEES_ROCKING,
    Condition.SCIATICA: LEG_ROTATIONS,
    Condition.MUSCLE_SPASM: ARMS_OVERHEAD,
}
BY_STEP: dict[Step, tuple[Prompt, ...]] = {Step.WEEKS_3_4: ARM_CIRCLES, Step.WEEK_5_ON: SIT_UPS}


def completed(stages: tuple[Stage, ...], holds_s: tuple[float, ...], step: Step, conditions: tuple[Condition, ...]) -> tuple[Stage, ...]:
    """The stages with every prompt of TP7 and TP5 that they do not have already; `step` is the one the protocol belongs to."""
    longest = max(range(len(stages)), key=lambda place: holds_s[place])
    exercises = _exercises(step, conditions)
    made = []
    for place, stage in enumerate(stages):
        following = stages[place + 1] if place + 1 < len(stages) and holds_s[place + 1] > 0.0 else None
        told = _with_next(_with_way(stage, first=place == 0), following)
        made.append(_with_exercises(told, exercises, holds_s[place]) if place == longest else told)
    return tuple(made)


def _exercises(step: Step, conditions: tuple[Condition, ...]) -> tuple[Prompt, ...]:
    if not conditions:
        return BY_STEP.get(step, ())
    return next((BY_CONDITION[condition] for condition in conditions if condition in BY_CONDITION), ())


def _with_way(stage: Stage, *, first: bool) -> Stage:
    keys = {prompt.key for prompt in stage.way_prompts}
    added = [NEXT_HOLD] if not any(key.startswith("next") for key in keys) else []
    if first and BREATHE.key not in keys:
        added.append(BREATHE)
    return replace(stage, way_prompts=_sorted((*stage.way_prompts, *added))) if added else stage


def _with_next(stage: Stage, following: Stage | None) -> Stage:
    if any(prompt.key.startswith("next") for prompt in stage.prompts) or stage.hold_s < 2.0 * NEXT_S:
        return stage
    text = NEXT_UP_TEXT if following is None else NEXT_STAGE_TEXT.replace("{following}", f"{following.angle_deg:.0f}")
    key = NEXT_UP if following is None else "next_stage"
    return replace(stage, prompts=_sorted((*stage.prompts, Prompt(at_s=stage.hold_s - NEXT_S, key=key, text=text))))


def _with_exercises(stage: Stage, exercises: tuple[Prompt, ...], hold_s: float) -> Stage:
    if {prompt.key for prompt in exercises} & {prompt.key for prompt in stage.prompts}:
        return stage
    if any(prompt.at_s > hold_s - NEXT_S for prompt in exercises):
        return stage  # a movement that is begun is also ended
    return replace(stage, prompts=_sorted((*stage.prompts, *exercises)))


def _sorted(prompts: tuple[Prompt, ...]) -> tuple[Prompt, ...]:
    return tuple(sorted(prompts, key=lambda prompt: prompt.at_s))
