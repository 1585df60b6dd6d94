"""Which protocol a scenario runs: a built-in name, a file beside it, or stages written in it; and the protocols of a table's own."""

from __future__ import annotations

from collections.abc import Mapping
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
from controller.programme.rules import Rules
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
        return _file(top, path.parent / name, limits)
    known = {protocol.name: protocol for protocol in builtin_protocols(limits) + condition_protocols(limits)}
    if name not in known:
        names = ", ".join((*BUILT_IN, *FOR_CONDITIONS))
        raise top.fail("protocol", f"is {name!r}, no built-in protocol ({names}) and no file that ends in .toml")
    return known[name]


def _file(top: Table, path: Path, limits: Limits) -> Protocol:
    try:
        return load_protocol(path, limits)
    except ProtocolError as error:
        raise ScenarioError(str(error)) from error
    except ValueError as error:  # a name that no file can have
        raise top.fail("protocol", f"names a file that there cannot be ({error}); one beside the scenario would be right") from error


def _inline(top: Table, limits: Limits) -> Protocol:
    return _written(top.table("protocol"), {"name": "inline", "title": "Written in the scenario"}, limits, Rules())


def read_own(table: Table, limits: Limits, rules: Rules) -> tuple[Protocol, ...]:
    """The table's own protocols, written under `own` and checked as files in its folder are (TP16)."""
    found: dict[str, Protocol] = {}
    for item in table.tables("own"):
        protocol = _written(item, {}, limits, rules)
        if protocol.name in (*BUILT_IN, *FOR_CONDITIONS, *found):
            raise item.fail("name", f"is {protocol.name!r}, which is taken; another name would be right (TP16)")
        found[protocol.name] = protocol
    return tuple(found.values())


def _written(table: Table, usual: Mapping[str, object], limits: Limits, rules: Rules) -> Protocol:
    """A protocol that stands in the scenario; a mistake in it names the scenario's own line."""
    depth = len(table.where)
    where = Where(file=table.file, lines={place[depth:]: line for place, line in table.lines.items() if place[:depth] == table.where})
    try:
        return inline_protocol({**usual, **table.values}, where, limits, rules)
    except ProtocolError as error:
        raise ScenarioError(str(error)) from error
