"""Protocol files -> stages checked against every limit (TP16).  Must never let through what the core would have to refuse.

The format is docs/protocols.md.  A refusal is one line: `file:line: key: what is wrong; what would be right (rule)`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from controller import strict_toml, toml_lines
from controller.core.limits import Limits
from controller.core.model import Oscillation, Prompt, SessionPlan, Stage
from controller.core.motion import leg_time_s, plan_holds_s
from controller.exit_codes import ExitCode

LEAST_ANGLE_DEG = 5.0
"""Less is no inversion worth a protocol, and too near level for the angle's 0.5 degrees of error."""

LEAST_SWING_DEG = 2.0
"""A smaller oscillation drowns in the landing tolerance of 0.2 degrees at each end."""

MOST_STAGES = 20
MOST_TEXT = 80  # characters of a prompt: two lines of the small display, twice
MOST_TITLE = 40

BUILT_IN = ("first", "week_1", "week_3", "week_5")
"""The three progression steps of the guide, and the very first session before them, in SELECT's order (TP4)."""

_FOLDER = Path(__file__).parent / "protocols"


class ProtocolError(ValueError):
    """A protocol file that may not be chosen; the message is the whole line to show."""

    def __init__(self, says: str, exit_code: ExitCode = ExitCode.BAD_DATA) -> None:
        super().__init__(says)
        self.exit_code = exit_code


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """A named list of stages that has passed every check."""

    name: str
    title: str
    stages: tuple[Stage, ...]

    @property
    def ceiling_deg(self) -> float:
        """The least permitted angle that lets this protocol happen (SR5)."""
        return max(max(_ends(stage)) for stage in self.stages)

    def plan(self, limits: Limits) -> SessionPlan:
        return SessionPlan(
            name=self.name,
            title=self.title,
            ceiling_deg=self.ceiling_deg,
            stages=self.stages,
            max_inverted_s=limits.max_inverted_s,
        )


class _PromptFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    at_s: float
    text: str
    during: Literal["hold", "way"] = "hold"
    key: str = ""


class _OscillationFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    to_deg: float
    period_s: float


class _StageFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    angle_deg: float
    hold_s: float
    prompts: tuple[_PromptFile, ...] = ()
    oscillation: _OscillationFile | None = None


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str
    title: str
    stages: tuple[_StageFile, ...]


_Complaint = tuple[toml_lines.Path, str]
"""A place in the file and what is wrong there."""


def load_protocol(path: Path, limits: Limits | None = None) -> Protocol:
    """The protocol in `path`, checked against `limits`.  Raises ProtocolError, one clear line."""
    try:
        file, where = strict_toml.load(path, _File)
    except strict_toml.FileError as error:
        raise ProtocolError(str(error), ExitCode.NO_INPUT if error.unreadable else ExitCode.BAD_DATA) from error
    return _checked(file, where, limits or Limits())


def inline_protocol(values: Mapping[str, object], where: strict_toml.Where, limits: Limits | None = None) -> Protocol:
    """The protocol in a table of a larger file, checked alike; `where` knows the table's lines."""
    try:
        file = strict_toml.convert(values, where, _File)
    except strict_toml.FileError as error:
        raise ProtocolError(str(error)) from error
    return _checked(file, where, limits or Limits())


def _checked(file: _File, where: strict_toml.Where, limits: Limits) -> Protocol:
    for place, says in _complaints(file, limits):
        raise ProtocolError(str(where.wrong(place, says)))
    return Protocol(name=file.name, title=file.title, stages=tuple(_stage(stage) for stage in file.stages))


def builtin_protocols(limits: Limits | None = None) -> tuple[Protocol, ...]:
    """The protocols that come with the table, in SELECT's order; a table with a lower ceiling has fewer."""
    ceiling_deg = (limits or Limits()).ceiling_deg
    protocols = (load_protocol(_FOLDER / f"{name}.toml") for name in BUILT_IN)
    return tuple(protocol for protocol in protocols if protocol.ceiling_deg <= ceiling_deg)


def own_protocols(folder: Path, limits: Limits | None = None) -> tuple[Protocol, ...]:
    """Every *.toml of a folder, by file name.  One that is wrong refuses them all: nothing is left out in silence."""
    if not folder.is_dir():
        raise ProtocolError(f"{folder}: no such folder of protocols", ExitCode.NO_INPUT)
    taken = dict.fromkeys(BUILT_IN, "a built-in protocol")
    protocols = []
    for path in sorted(folder.glob("*.toml")):
        protocol = load_protocol(path, limits)
        if protocol.name in taken:
            raise ProtocolError(f"{path}:1: name: {protocol.name!r} is the name of {taken[protocol.name]}; choose another (TP16)")
        taken[protocol.name] = path.name
        protocols.append(protocol)
    return tuple(protocols)


# ------------------------------------------------------------------ the checks, each yields what is wrong


def _complaints(file: _File, limits: Limits) -> Iterator[_Complaint]:
    yield from _shape(file)
    for place, stage in enumerate(file.stages):
        path: toml_lines.Path = ("stages", place)
        yield from _angle((*path, "angle_deg"), stage.angle_deg, limits)
        yield from _hold((*path, "hold_s"), stage.hold_s, limits)
        if stage.oscillation is not None:
            yield from _oscillation((*path, "oscillation"), stage, stage.oscillation, limits)
        for number, prompt in enumerate(stage.prompts):
            yield from _prompt((*path, "prompts", number), prompt, stage.hold_s)
    yield from _order(file, limits)
    yield from _time(file, limits)


def _shape(file: _File) -> Iterator[_Complaint]:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,31}", file.name):
        yield ("name",), f"{file.name!r} will not do; lower-case letters, digits and underscores, 32 at most (TP16)"
    if not _printable(file.title, MOST_TITLE):
        yield ("title",), f"must be one line of 1 to {MOST_TITLE} printable characters (TP16)"
    if not 1 <= len(file.stages) <= MOST_STAGES:
        yield ("stages",), f"{len(file.stages)} stages; a protocol has 1 to {MOST_STAGES} (TP16)"


def _angle(path: toml_lines.Path, angle_deg: float, limits: Limits) -> Iterator[_Complaint]:
    if not angle_deg <= limits.ceiling_deg:
        yield path, f"{angle_deg} is above the limit {limits.ceiling_deg}; allowed {LEAST_ANGLE_DEG} to {limits.ceiling_deg} (SR5)"
    if not angle_deg >= LEAST_ANGLE_DEG:
        yield path, f"{angle_deg} is no inversion; allowed {LEAST_ANGLE_DEG} to {limits.ceiling_deg} (TP16)"


def _hold(path: toml_lines.Path, hold_s: float, limits: Limits) -> Iterator[_Complaint]:
    if not hold_s <= limits.max_inverted_s:
        yield path, f"{hold_s} is above the limit {limits.max_inverted_s}; allowed 1 to {limits.max_inverted_s} (SR2)"
    if not hold_s >= 1.0:
        yield path, f"{hold_s} is too short; allowed 1 to {limits.max_inverted_s} (TP16)"


def _oscillation(path: toml_lines.Path, stage: _StageFile, swing: _OscillationFile, limits: Limits) -> Iterator[_Complaint]:
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


def _prompt(path: toml_lines.Path, prompt: _PromptFile, hold_s: float) -> Iterator[_Complaint]:
    if not _printable(prompt.text, MOST_TEXT):
        yield (*path, "text"), f"must be one line of 1 to {MOST_TEXT} printable characters (TP7)"
    if not re.fullmatch(r"([a-z][a-z0-9_]{0,39})?", prompt.key):
        yield (*path, "key"), f"{prompt.key!r} will not do; lower-case letters, digits and underscores, 40 at most (TP16)"
    most_s = hold_s if prompt.during == "hold" else 600.0
    if not 0.0 <= prompt.at_s <= most_s:
        yield (*path, "at_s"), f"{prompt.at_s} is outside the {prompt.during}; allowed 0 to {most_s} (TP16)"


def _order(file: _File, limits: Limits) -> Iterator[_Complaint]:
    """Up through the gate leads only the controlled return, which rests there; a protocol may not do it between stages."""
    past_deg = limits.gate_deg - limits.gate_half_deg
    for place, (stage, following) in enumerate(zip(file.stages, file.stages[1:], strict=False), start=1):
        if stage.angle_deg >= past_deg > following.angle_deg:
            says = f"goes from {stage.angle_deg} up to {following.angle_deg} through the {limits.gate_deg} degree gate"
            yield ("stages", place, "angle_deg"), f"{says}; only the return at the end may (SR3)"


def _time(file: _File, limits: Limits) -> Iterator[_Complaint]:
    plan = SessionPlan(name="", title="", ceiling_deg=limits.ceiling_deg, stages=tuple(_stage(stage) for stage in file.stages))
    for place, hold_s in enumerate(plan_holds_s(plan, limits)):
        if hold_s <= 0.0:
            says = f"never reached: earlier stages and the return take up all {limits.max_inverted_s} s; shorten them (SR2)"
            yield ("stages", place, "hold_s"), says


def _printable(text: str, most: int) -> bool:
    return bool(text.strip()) and len(text) <= most and text.isprintable()


# ------------------------------------------------------------------ file -> model


def _stage(stage: _StageFile) -> Stage:
    swing = stage.oscillation
    return Stage(
        angle_deg=stage.angle_deg,
        hold_s=stage.hold_s,
        prompts=_prompts(stage, "hold"),
        way_prompts=_prompts(stage, "way"),
        oscillation=Oscillation(to_deg=swing.to_deg, period_s=swing.period_s) if swing else None,
    )


def _prompts(stage: _StageFile, during: str) -> tuple[Prompt, ...]:
    chosen = sorted((prompt for prompt in stage.prompts if prompt.during == during), key=lambda prompt: prompt.at_s)
    return tuple(Prompt(at_s=prompt.at_s, key=prompt.key or _key(prompt.text), text=prompt.text) for prompt in chosen)


def _key(text: str) -> str:
    """A phrase key for a prompt that has none: its first words."""
    return "_".join(re.findall(r"[a-z0-9]+", text.lower())[:6]) or "prompt"


def _ends(stage: Stage) -> tuple[float, ...]:
    return (stage.angle_deg, stage.oscillation.to_deg) if stage.oscillation else (stage.angle_deg,)
