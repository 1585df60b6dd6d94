"""Reads scenario files, strictly: every mistake is one line with file, line and what would be right.  Runs nothing.

docs/scenarios.md is the manual; a test holds it and the keys read here together.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from controller.core.limits import RANGES, Limits
from controller.core.model import Latches, Refusal
from controller.toml_lines import TomlError, parse
from sim import faults
from sim.events import ARMS, read_action
from sim.expectations import PHASES, read_expectation
from sim.plants import CORNERS
from sim.protocol_choice import read_protocol
from sim.reading import Table, nearest, time_ref, written
from sim.scenario import DEPTHS, Happening, History, Routine, Scenario, ScenarioError, TimeRef, Who
from sim.scenario_programme import read_programme
from sim.world import BOARDS

_EVENT_NAME = re.compile(r"[a-z][a-z0-9_]*")

RULE_IDS = (
    *(f"SR{n}" for n in range(1, 17)),
    *(f"TP{n}" for n in range(1, 17)),
    *(f"PU{n}" for n in range(1, 7)),
    *(f"SE{n}" for n in range(1, 11)),
)


def load_scenario(path: Path) -> Scenario:
    """The scenario in a file; ScenarioError is one line."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ScenarioError(f"{path}: cannot be read ({error.strerror}); a scenario file would be right") from error
    except UnicodeDecodeError as error:
        raise ScenarioError(f"{path}: is not text in UTF-8; a scenario file would be right") from error
    return parse_scenario(text, path)


def parse_scenario(text: str, path: Path) -> Scenario:
    """The scenario in a text; `path` names it in messages and is where relative protocol paths begin."""
    try:
        values, lines = parse(text)
    except TomlError as error:
        raise ScenarioError(f"{path}:{error.line}: is not TOML: {error}; see docs/scenarios.md") from error
    top = Table(values, (), str(path), lines)
    limits = _limits(top.table("limits"))
    who = _who(top.table("person"))
    asked = read_programme(top, (who.height_cm, who.mass_kg), limits) if top.has("programme") else None
    permission = asked.permission if asked is not None else None
    events = tuple(_event(table) for table in top.tables("event"))
    expects = tuple(read_expectation(table) for table in top.tables("expect"))
    scenario = Scenario(
        path=path,
        name=path.stem,
        title=_title(top),
        about=top.text("about", "-"),
        rules=top.words("rules", RULE_IDS),
        depths=_depths(top),
        board=top.word("board", "native", BOARDS),
        plant=top.word("plant", "reference", tuple(CORNERS)),
        seed=top.integer("seed", 1, 0, 2**32 - 1),
        lasts_s=_lasts(top),
        ends=top.condition("ends_when"),
        plan=permission.plan if permission is not None and permission.plan is not None else read_protocol(top, path, limits),
        permission=permission,
        confirms=asked.confirms if asked is not None else None,
        who=who,
        history=_history(top.table("history")),
        routine=_routine(top.table("routine")),
        limits=limits,
        events=events,
        expects=expects,
    )
    top.done()
    _names_once(top, scenario)
    _refs_exist(top, scenario)
    _no_circles(top, scenario)
    _depths_reach(top, scenario)
    return scenario


def _title(top: Table) -> str:
    title = top.text("title")
    if not title.isprintable():
        raise top.fail("title", f"is {written(title)}; one line without control characters would be right")
    return title


def _depths(top: Table) -> tuple[str, ...]:
    if not top.has("depth"):
        return DEPTHS
    if isinstance(top.raw("depth"), str):
        return (top.word("depth", None, DEPTHS),)
    depths = top.words("depth", DEPTHS)
    if not depths:
        raise top.fail("depth", 'is empty; "fast", "bus" or both would be right')
    return depths


def _lasts(top: Table) -> float:
    lasts_s = top.duration("lasts", 900.0)
    if not 0.1 <= lasts_s <= 7200.0:
        raise top.fail("lasts", f"is {lasts_s:g} s; 100ms to 120min would be right")
    return lasts_s


def _who(table: Table) -> Who:
    who = Who(
        mass_kg=table.number("mass_kg", 80.0, 0.0, 150.0),
        height_cm=table.number("height_cm", 178.0, 140.0, 210.0),
        balance_cm=table.number("balance_cm", -1.0, -30.0, 30.0),
        arms=table.word("arms", "crossed", ARMS),
    )
    table.done()
    return who


def _refusal(table: Table) -> Refusal:
    refusal = Refusal(rule=table.word("rule", None, RULE_IDS), says=table.text("says"), way_back=table.text("way_back"))
    table.done()
    return refusal


def _history(table: Table) -> History:
    latches = Latches(
        inspection_due=table.flag("inspection_due", default=False),
        load_refused=table.flag("load_refused", default=False),
        clean_shutdown=table.flag("clean_shutdown", default=True),
    )
    history = History(
        sessions=table.integer("sessions", 0, 0, 100000),
        refusals=tuple(_refusal(item) for item in table.tables("refuse")),
        latches=latches,
    )
    table.done()
    return history


def _habit(table: Table, key: str, default_s: float | None) -> float | None:
    if table.raw(key) == "never":
        return None
    return table.duration(key, -1.0) if table.has(key) else default_s


def _routine(table: Table) -> Routine:
    usual = Routine()
    routine = Routine(
        toggles_locks=table.flag("toggles_locks", default=usual.toggles_locks),
        locks_at_s=_habit(table, "locks", usual.locks_at_s),
        spotter_at_s=_habit(table, "spotter", usual.spotter_at_s),
        start_at_s=_habit(table, "start", usual.start_at_s),
        answers_after_s=_habit(table, "answers", usual.answers_after_s),
        level_after_s=_habit(table, "level", usual.level_after_s),
        leaves_after_s=_habit(table, "leaves", usual.leaves_after_s),
    )
    table.done()
    return routine


def _limits(table: Table) -> Limits:
    limits = table.numbers("limit", RANGES)
    table.done()
    return replace(Limits(), **limits)


def _event(table: Table) -> Happening:
    for key in ("at", "when", "hold_for", "repeats", "name"):
        table.seen.add(key)
    at = table.moment("at")
    for_s = table.duration("hold_for", 0.0)
    when = table.condition("when", for_s)
    if (at is None) == (when is None):
        raise table.fail(
            "", "has both `at` and `when`; one would be right" if at else 'has no time; at = "12.5s" or when = "angle > 40" would be right'
        )
    if at is not None and (table.has("hold_for") or table.has("repeats")):
        raise table.fail("hold_for" if table.has("hold_for") else "repeats", "goes with `when` only")
    action, value, extras = read_action(table)
    happening = Happening(
        at=at,
        when=when,
        once=not table.flag("repeats", default=False),
        action=action,
        value=value,
        extras=extras,
        name=_event_name(table),
        line=table.line,
    )
    table.done()
    return happening


def _event_name(table: Table) -> str:
    """Such that other moments can speak of it, and that it is no mode's; empty when it has none."""
    name = table.text("name", "-")
    if name != "-" and not _EVENT_NAME.fullmatch(name):
        raise table.fail("name", f"is {written(name)}; lower-case letters, digits and _, beginning with a letter, would be right")
    return name.strip("-")


def _names_once(top: Table, scenario: Scenario) -> None:
    """A moment that two events share would be whichever came last."""
    taken: set[str] = set()
    for table, event in zip(top.tables("event"), scenario.events, strict=True):
        if event.name in taken:
            raise table.fail("name", f"is {event.name!r}, as an event above; a name of its own would be right")
        taken |= {event.name} - {""}


def _no_circles(top: Table, scenario: Scenario) -> None:
    """Events that wait for each other never come."""
    waits = {event.name: event.at.phase for event in scenario.events if event.name and event.at is not None}
    for table, event in zip(top.tables("event"), scenario.events, strict=True):
        chain = [event.name]
        while chain[-1] in waits and waits[chain[-1]] not in chain:
            chain.append(waits[chain[-1]])
        if event.name and waits.get(chain[-1]) == event.name:
            circle = " for ".join((*chain, event.name))
            raise table.fail("at", f"waits for itself ({circle}), so that it never comes; a moment of another kind would be right")


def _refs_exist(top: Table, scenario: Scenario) -> None:
    """A moment must speak of a phase that exists or of an event that has that name."""
    names = (*PHASES, *(event.name for event in scenario.events if event.name))
    for kind, items in (("event", top.tables("event")), ("expect", top.tables("expect"))):
        for table in items:
            for key, value in table.values.items():
                ref = _as_ref(value) if key in ("at", "after", "by", "from", "until", *_REF_CHECKS) else None
                if ref is not None and ref.phase and ref.phase not in names:
                    raise table.fail(key, f"speaks of {ref.phase!r}; {nearest(ref.phase, names)} ({kind})")


def _depths_reach(top: Table, scenario: Scenario) -> None:
    """A fault must be possible at every depth the scenario names."""
    for table, event in zip(top.tables("event"), scenario.events, strict=True):
        if event.action == "fault":
            known = {depth.value for depth in faults.find(str(event.value)).depths}
            missing = [depth for depth in scenario.depths if depth not in known]
            if missing:
                raise table.fail("fault", f'{event.value} cannot happen at the depth {missing[0]}; depth = "{min(known)}" would be right')


_REF_CHECKS = ("angle_at", "level_by", "upright_by", "still_after", "no_descent_after")


def _as_ref(value: object) -> TimeRef | None:
    try:
        return time_ref(value)
    except ValueError:
        return None


def find_scenarios(paths: list[Path]) -> list[Path]:
    """Files as they are, folders as every *.toml in and under them, in order of name."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(path.rglob("*.toml"))
            if not inside:
                raise ScenarioError(f"{path}: has no *.toml in it; a folder of scenarios would be right")
            found.extend(inside)
        else:
            found.append(path)
    return found
