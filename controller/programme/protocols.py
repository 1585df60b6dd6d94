"""Protocol files -> stages checked against every limit (TP16).  Must never let through what the core would have to refuse.

The format is docs/protocols.md.  A refusal is one line: `file:line: key: what is wrong; what would be right (rule)`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from controller import strict_toml
from controller.core.limits import Limits
from controller.core.model import SessionPlan, Stage
from controller.exit_codes import ExitCode
from controller.programme import plans, weeks
from controller.programme.model import Condition, Preparation
from controller.programme.outcome import Step
from controller.programme.protocol_file import ProtocolFile, complaints, earliest_week, made_stages
from controller.programme.rules import Rules

BUILT_IN = ("first", "week_1", "week_3", "week_5")
"""The three progression steps of the guide, and the very first session before them, in SELECT's order (TP4)."""

FOR_CONDITIONS = (
    *("herniated_disc_1", "herniated_disc_3", "flare_up_1", "flare_up_3"),
    *("sciatica_1", "sciatica_2", "sciatica_3", "muscle_spasm_1", "muscle_spasm_3", "maintenance"),
)
"""The guide's protocols for conditions, each by the week from which it is inside TP4, and the maintenance routine (TP5, TP6)."""

_FOLDER = Path(__file__).parent / "protocols"


class ProtocolError(ValueError):
    """A protocol file that may not be chosen; the message is the whole line to show."""

    def __init__(self, says: str, exit_code: ExitCode = ExitCode.BAD_DATA) -> None:
        super().__init__(says)
        self.exit_code = exit_code


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """A named list of stages that has passed every check, and for whom and when it is meant."""

    name: str
    title: str
    stages: tuple[Stage, ...]
    conditions: tuple[Condition, ...] = ()  # empty: for anybody
    from_week: int = 1  # of the progression (TP4)
    least_step: Step = Step.FIRST  # that allows these angles and holds
    requires: tuple[Preparation, ...] = ()  # confirmed before Start (TP5)
    after: tuple[str, ...] = ()  # reminders afterwards: "walk"
    most_per_day: int | None = None  # None: what the person's week allows
    most_per_week: int | None = None

    @property
    def ceiling_deg(self) -> float:
        """The least permitted angle that lets this protocol happen (SR5)."""
        return weeks.deepest_deg(self.stages)

    def plan(self, limits: Limits, bounds: plans.PlanBounds | None = None) -> SessionPlan:
        """What a session of it will do, never beyond the person's `bounds`: a protocol can only narrow them."""
        step = max(self.least_step, weeks.step_in(self.from_week))
        drafted = plans.Draft(name=self.name, title=self.title, stages=self.stages, conditions=self.conditions, step=step)
        return plans.fitted(drafted, bounds or plans.PlanBounds(), limits)


def load_protocol(path: Path, limits: Limits | None = None, rules: Rules | None = None) -> Protocol:
    """The protocol in `path`, checked against `limits` and the table's numbers.  Raises ProtocolError, one clear line."""
    try:
        file, where = strict_toml.load(path, ProtocolFile)
    except strict_toml.FileError as error:
        raise ProtocolError(str(error), ExitCode.NO_INPUT if error.unreadable else ExitCode.BAD_DATA) from error
    return _checked(file, where, limits or Limits(), rules or Rules())


def inline_protocol(
    values: Mapping[str, object], where: strict_toml.Where, limits: Limits | None = None, rules: Rules | None = None
) -> Protocol:
    """The protocol in a table of a larger file, checked alike; `where` knows the table's lines."""
    try:
        file = strict_toml.convert(values, where, ProtocolFile)
    except strict_toml.FileError as error:
        raise ProtocolError(str(error)) from error
    return _checked(file, where, limits or Limits(), rules or Rules())


def _checked(file: ProtocolFile, where: strict_toml.Where, limits: Limits, rules: Rules) -> Protocol:
    for place, says in complaints(file, limits, rules):
        raise ProtocolError(str(where.wrong(place, says)))
    stages = made_stages(file)
    return Protocol(
        name=file.name,
        title=file.title,
        stages=stages,
        conditions=tuple(Condition(name) for name in file.conditions),
        from_week=file.from_week or earliest_week(file, limits, rules),
        least_step=weeks.least_step(stages, limits, rules),
        requires=tuple(Preparation(name) for name in file.requires),
        after=file.after,
        most_per_day=file.most_per_day,
        most_per_week=file.most_per_week,
    )


def builtin_protocols(limits: Limits | None = None) -> tuple[Protocol, ...]:
    """The progression that comes with the table, in SELECT's order; a table with a lower ceiling has fewer."""
    return _shipped(BUILT_IN, limits or Limits())


def condition_protocols(limits: Limits | None = None) -> tuple[Protocol, ...]:
    """The protocols for conditions and the maintenance routine; a table with a lower ceiling has fewer."""
    return _shipped(FOR_CONDITIONS, limits or Limits())


def _shipped(names: tuple[str, ...], limits: Limits) -> tuple[Protocol, ...]:
    protocols = (load_protocol(_FOLDER / f"{name}.toml") for name in names)
    return tuple(protocol for protocol in protocols if protocol.ceiling_deg <= limits.ceiling_deg)


def own_protocols(folder: Path, limits: Limits | None = None, rules: Rules | None = None) -> tuple[Protocol, ...]:
    """Every *.toml of a folder, by file name.  One that is wrong refuses them all: nothing is left out in silence."""
    if not folder.is_dir():
        raise ProtocolError(f"{folder}: no such folder of protocols", ExitCode.NO_INPUT)
    taken = dict.fromkeys((*BUILT_IN, *FOR_CONDITIONS), "a built-in protocol")
    protocols = []
    for path in sorted(folder.glob("*.toml")):
        protocol = load_protocol(path, limits, rules)
        if protocol.name in taken:
            raise ProtocolError(f"{path}:1: name: {protocol.name!r} is the name of {taken[protocol.name]}; choose another (TP16)")
        taken[protocol.name] = path.name
        protocols.append(protocol)
    return tuple(protocols)
