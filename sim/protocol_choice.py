"""Which protocol a scenario runs: a built-in name, a file beside the scenario, or stages written in the scenario itself."""

from __future__ import annotations

from pathlib import Path

from controller.core.limits import Limits
from controller.core.model import SessionPlan
from controller.programme.protocols import (
    BUILT_IN,
    FOR_CONDITIONS,
    Protocol,
    ProtocolError,
    builtin_protocols,
    condition_protocols,
    inline_protocol,
    load_protocol,
)
from controller.strict_toml import Where
from sim.reading import Table
from sim.scenario import ScenarioError


def read_protocol(top: Table, path: Path, limits: Limits) -> SessionPlan:
    """The plan, checked against every limit of the scenario; the first week's when the scenario names none."""
    return _choose(top, path, limits).plan(limits)


def _choose(top: Table, path: Path, limits: Limits) -> Protocol:
    value = top.raw("protocol")
    if isinstance(value, dict):
        return _inline(top, limits)
    name = top.text("protocol", "week_1")
    if name.endswith(".toml"):
        return _file(path.parent / name, limits)
    known = {protocol.name: protocol for protocol in builtin_protocols(limits) + condition_protocols(limits)}
    if name not in known:
        names = ", ".join((*BUILT_IN, *FOR_CONDITIONS))
        raise top.fail("protocol", f"is {name!r}, no built-in protocol ({names}) and no file that ends in .toml")
    return known[name]


def _file(path: Path, limits: Limits) -> Protocol:
    try:
        return load_protocol(path, limits)
    except ProtocolError as error:
        raise ScenarioError(str(error)) from error


def _inline(top: Table, limits: Limits) -> Protocol:
    inner = top.table("protocol")
    where = Where(file=top.file, lines={place[1:]: line for place, line in top.lines.items() if place[:1] == ("protocol",)})
    try:
        return inline_protocol({"name": "inline", "title": "Written in the scenario", **inner.values}, where, limits)
    except ProtocolError as error:
        raise ScenarioError(str(error)) from error
