"""What a protocol file may say, and everything that can be wrong with it (TP16).  Pure; protocols.py reads the files.

Each check yields a place in the file and the complaint: what is wrong, what would be right, which rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import msgspec

from controller import toml_lines
from controller.core.limits import Limits
from controller.core.model import Oscillation, Prompt, SessionPlan, Stage
from controller.core.motion import leg_time_s, plan_holds_s
from controller.programme import conditions, placeholders, weeks
from controller.programme.model import Condition
from controller.programme.plans import MOST_TITLE
from controller.programme.rules import Rules

LEAST_ANGLE_DEG = 5.0
"""Less is no inversion worth a protocol, and too near level for the angle's 0.5 degrees of error."""

LEAST_SWING_DEG = 2.0
"""A smaller oscillation drowns in the landing tolerance of 0.2 degrees at each end."""

MOST_STAGES = 20
MOST_TEXT = 80  # characters of a prompt: two lines of the small display, twice
MOST_FROM_WEEK = 52

ConditionName = Literal["herniated_disc", "acute_flare_up", "sciatica", "muscle_spasm"]
PreparationName = Literal["heat", "water"]
AfterName = Literal["walk"]


class PromptFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    at_s: float
    text: str
    during: Literal["hold", "way"] = "hold"
    key: str = ""


class OscillationFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    to_deg: float
    period_s: float


class StageFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    angle_deg: float
    hold_s: float
    prompts: tuple[PromptFile, ...] = ()
    oscillation: OscillationFile | None = None


class ProtocolFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str
    title: str
    stages: tuple[StageFile, ...]
    conditions: tuple[ConditionName, ...] = ()
    from_week: int = 0  # 0: as early as angles and holds allow
    requires: tuple[PreparationName, ...] = ()
    after: tuple[AfterName, ...] = ()
    most_per_day: int | None = None
    most_per_week: int | None = None


Complaint = tuple[toml_lines.Path, str]
"""A place in the file and what is wrong there."""


def complaints(file: ProtocolFile, limits: Limits, rules: Rules) -> Iterator[Complaint]:
    """Everything that is wrong with `file`; what comes later may be nonsense once something has come."""
    yield from _shape(file)
    for place, stage in enumerate(file.stages):
        path: toml_lines.Path = ("stages", place)
        yield from _angle((*path, "angle_deg"), stage.angle_deg, limits)
        yield from _allowed((*path, "angle_deg"), stage.angle_deg, rules)
        yield from _hold((*path, "hold_s"), stage.hold_s, limits)
        if stage.oscillation is not None:
            yield from _oscillation((*path, "oscillation"), stage, stage.oscillation, limits)
        for number, prompt in enumerate(stage.prompts):
            yield from _prompt((*path, "prompts", number), prompt, stage)
    yield from _order(file, limits)
    yield from _time(file, limits)
    yield from _conditions(file, limits, rules)
    yield from _week(file, limits, rules)
    yield from _quotas(file)


def _shape(file: ProtocolFile) -> Iterator[Complaint]:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,31}", file.name):
        yield ("name",), f"{file.name!r} will not do; lower-case letters, digits and underscores, 32 at most (TP16)"
    if not _printable(file.title, MOST_TITLE):
        yield ("title",), f"must be one line of 1 to {MOST_TITLE} printable characters (TP16)"
    if not 1 <= len(file.stages) <= MOST_STAGES:
        yield ("stages",), f"{len(file.stages)} stages; a protocol has 1 to {MOST_STAGES} (TP16)"


def _angle(path: toml_lines.Path, angle_deg: float, limits: Limits) -> Iterator[Complaint]:
    if not angle_deg <= limits.ceiling_deg:
        yield path, f"{angle_deg} is above the limit {limits.ceiling_deg}; allowed {LEAST_ANGLE_DEG} to {limits.ceiling_deg} (SR5)"
    if not angle_deg >= LEAST_ANGLE_DEG:
        yield path, f"{angle_deg} is no inversion; allowed {LEAST_ANGLE_DEG} to {limits.ceiling_deg} (TP16)"


def _allowed(path: toml_lines.Path, angle_deg: float, rules: Rules) -> Iterator[Complaint]:
    """No step of this table's progression would ever let anybody go there."""
    if angle_deg > rules.week_5_angle_deg:
        yield path, f"{angle_deg} is more than week 5 allows at this table; {LEAST_ANGLE_DEG} to {rules.week_5_angle_deg:g} (TP4)"


def _hold(path: toml_lines.Path, hold_s: float, limits: Limits) -> Iterator[Complaint]:
    if not hold_s <= limits.max_inverted_s:
        yield path, f"{hold_s} is above the limit {limits.max_inverted_s}; allowed 1 to {limits.max_inverted_s} (SR2)"
    if not hold_s >= 1.0:
        yield path, f"{hold_s} is too short; allowed 1 to {limits.max_inverted_s} (TP16)"


def _oscillation(path: toml_lines.Path, stage: StageFile, swing: OscillationFile, limits: Limits) -> Iterator[Complaint]:
    yield from _angle((*path, "to_deg"), swing.to_deg, limits)
    low, high = sorted((stage.angle_deg, swing.to_deg))
    before_deg, past_deg = limits.gate_deg + limits.gate_half_deg, limits.gate_deg - limits.gate_half_deg
    if not (high < past_deg or low > before_deg):
        says = f"swings from {low} to {high} across the {limits.gate_deg} degree gate; stay above {before_deg} or below {past_deg} (SR3)"
        yield (*path, "to_deg"), says
    if high - low < LEAST_SWING_DEG:
        yield (*path, "to_deg"), f"swings by {high - low}; it must be {LEAST_SWING_DEG} degrees at least (TP16)"
    least_s = 2.0 * leg_time_s(high - low, limits.rate_dps, limits)
    if not swing.period_s >= least_s:
        yield (*path, "period_s"), f"{swing.period_s} is too fast for {limits.rate_dps} degrees a second; {least_s:.1f} at least (SR4)"
    if not swing.period_s <= stage.hold_s:
        yield (*path, "period_s"), f"{swing.period_s} is longer than the hold; {stage.hold_s} at most (TP16)"


def _prompt(path: toml_lines.Path, prompt: PromptFile, stage: StageFile) -> Iterator[Complaint]:
    wrong = placeholders.unknown(prompt.text)
    if wrong is not None:
        known = " and ".join(f"{{{name}}}" for name in placeholders.KNOWN)
        yield (*path, "text"), f"{wrong!r} stands for nothing; {known} do (TP7)"
    if not _printable(placeholders.fill(prompt.text, angle_deg=stage.angle_deg, hold_s=stage.hold_s), MOST_TEXT):
        yield (*path, "text"), f"must be one line of 1 to {MOST_TEXT} printable characters (TP7)"
    if not re.fullmatch(r"([a-z][a-z0-9_]{0,39})?", prompt.key):
        yield (*path, "key"), f"{prompt.key!r} will not do; lower-case letters, digits and underscores, 40 at most (TP16)"
    most_s = stage.hold_s if prompt.during == "hold" else 600.0
    if not 0.0 <= prompt.at_s <= most_s:
        yield (*path, "at_s"), f"{prompt.at_s} is outside the {prompt.during}; allowed 0 to {most_s} (TP16)"


def _order(file: ProtocolFile, limits: Limits) -> Iterator[Complaint]:
    """Up through the gate leads only the controlled return, which rests there; a protocol may not do it between stages."""
    past_deg = limits.gate_deg - limits.gate_half_deg
    for place, (stage, following) in enumerate(zip(file.stages, file.stages[1:], strict=False), start=1):
        if stage.angle_deg >= past_deg > following.angle_deg:
            says = f"goes from {stage.angle_deg} up to {following.angle_deg} through the {limits.gate_deg} degree gate"
            yield ("stages", place, "angle_deg"), f"{says}; only the return at the end may (SR3)"


def _time(file: ProtocolFile, limits: Limits) -> Iterator[Complaint]:
    plan = SessionPlan(name="", title="", ceiling_deg=limits.ceiling_deg, stages=made_stages(file))
    for place, hold_s in enumerate(plan_holds_s(plan, limits)):
        if hold_s <= 0.0:
            says = f"never reached: earlier stages and the return take up all {limits.max_inverted_s} s; shorten them (SR2)"
            yield ("stages", place, "hold_s"), says


def _conditions(file: ProtocolFile, limits: Limits, rules: Rules) -> Iterator[Complaint]:
    """A protocol for a condition stays inside what the condition ever allows."""
    stages = made_stages(file)
    for name in file.conditions:
        condition = Condition(name)
        bounds = conditions.widest(condition, rules)
        for place, stage in enumerate(stages):
            deepest = weeks.deepest_deg((stage,))
            if deepest > bounds.angle_deg:
                says = f"goes to {deepest} degrees; with {conditions.WORDS[condition]} {LEAST_ANGLE_DEG} to {bounds.angle_deg:g} (TP5)"
                yield ("stages", place, "angle_deg"), says
        whole_s = weeks.whole_hold_s(stages, limits)
        if whole_s > bounds.hold_s:
            says = f"holds {whole_s:.0f} s in all; with {conditions.WORDS[condition]} {bounds.hold_s:g} s at most (TP5)"
            yield ("stages", len(stages) - 1, "hold_s"), says


def _week(file: ProtocolFile, limits: Limits, rules: Rules) -> Iterator[Complaint]:
    if not 0 <= file.from_week <= MOST_FROM_WEEK:
        yield ("from_week",), f"{file.from_week} will not do; 1 to {MOST_FROM_WEEK}, or leave it out (TP4)"
        return
    least = earliest_week(file, limits, rules)
    if 0 < file.from_week < least:
        yield ("from_week",), f"{file.from_week} is too early for these angles and holds; {least} at least (TP4)"


def earliest_week(file: ProtocolFile, limits: Limits, rules: Rules) -> int:
    """The first week in which anybody may do this: by TP4, and by TP5 for each of its conditions."""
    stages = made_stages(file)
    asked = [Condition(name) for name in file.conditions] or [Condition.GENERAL]
    found = (weeks.least_week(stages, condition, limits, rules) for condition in asked)
    return max(week if week is not None else weeks.LAST_WEEK for week in found)


def _quotas(file: ProtocolFile) -> Iterator[Complaint]:
    for key, most in (("most_per_day", 3), ("most_per_week", 21)):
        value = getattr(file, key)
        if value is not None and not 1 <= value <= most:
            yield (key,), f"{value} will not do; 1 to {most}, and never more than the person's week allows (TP6)"


def _printable(text: str, most: int) -> bool:
    return bool(text.strip()) and len(text) <= most and text.isprintable()


# ------------------------------------------------------------------ file -> model


def made_stages(file: ProtocolFile) -> tuple[Stage, ...]:
    return tuple(made_stage(stage) for stage in file.stages)


def made_stage(stage: StageFile) -> Stage:
    swing = stage.oscillation
    return Stage(
        angle_deg=stage.angle_deg,
        hold_s=stage.hold_s,
        prompts=_prompts(stage, "hold"),
        way_prompts=_prompts(stage, "way"),
        oscillation=Oscillation(to_deg=swing.to_deg, period_s=swing.period_s) if swing else None,
    )


def _prompts(stage: StageFile, during: str) -> tuple[Prompt, ...]:
    chosen = sorted((prompt for prompt in stage.prompts if prompt.during == during), key=lambda prompt: prompt.at_s)
    return tuple(Prompt(at_s=prompt.at_s, key=prompt.key or _key(prompt.text), text=prompt.text) for prompt in chosen)


def _key(text: str) -> str:
    """A phrase key for a prompt that has none: its first words."""
    return "_".join(re.findall(r"[a-z0-9]+", text.lower())[:6]) or "prompt"
