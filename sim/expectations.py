"""What a scenario may expect, and how each expectation is judged on a finished run: the table CHECKS.

Angles, rates and rests are the true ones.  An expectation that speaks of a phase that was never reached has failed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol, cast

from controller.core.model import Mode
from controller.core.safety import RULES
from controller.core.wire import BOARD_REASONS, BoardMode
from sim.reading import Table
from sim.scenario import DEAD, Condition, Expectation, TimeRef
from sim.trace import Row

MODES = (*(mode.name for mode in Mode), DEAD)
PHASES = (*MODES, *(f"board.{mode.name}" for mode in BoardMode))
REASONS = (*(name for _rule, name, _says in BOARD_REASONS.values()), *(rule.name for rule in RULES))
LAMPS = ("ready", "moving", "release_ok", "fault")
LAMP_WORDS = ("off", "on", "blink", "flash")
AT_REST_DPS = 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One line of the timeline."""

    t_s: float
    kind: str  # mode, board, refusal, reason, prompt, action, button, ladder, violation ...
    text: str
    rule: str = ""


class Run(Protocol):
    """What an expectation may look at."""

    @property
    def rows(self) -> list[Row]: ...
    @property
    def timeline(self) -> list[Moment]: ...
    @property
    def phases(self) -> Mapping[str, list[float]]: ...
    @property
    def modes(self) -> list[str]: ...
    @property
    def upright_deg(self) -> float: ...


class NeverReachedError(LookupError):
    """A moment that did not come."""


def moment_s(run: Run, ref: TimeRef) -> float:
    """When the moment was, in seconds since the beginning."""
    if not ref.phase:
        return ref.offset_s
    times = run.phases.get(ref.phase, [])
    if len(times) < ref.nth:
        raise NeverReachedError(f"{ref.phase}{f' number {ref.nth}' if ref.nth > 1 else ''} never came")
    return times[ref.nth - 1] + ref.offset_s


Judgement = tuple[bool, str]
Extras = Mapping[str, object]


def _span(run: Run, extras: Extras, start: str = "after", end: str = "by") -> tuple[float, float]:
    first = extras.get(start)
    last = extras.get(end)
    return (
        moment_s(run, first) if isinstance(first, TimeRef) else 0.0,
        moment_s(run, last) if isinstance(last, TimeRef) else run.rows[-1].t_s + 1.0,
    )


def _first(times: Iterable[float], span: tuple[float, float]) -> float | None:
    return next((t_s for t_s in times if span[0] - 1e-6 <= t_s <= span[1] + 1e-6), None)


def _came(t_s: float | None, what: str, span: tuple[float, float]) -> Judgement:
    if t_s is None:
        return False, f"{what}: not between {span[0]:.2f} and {span[1]:.2f} s"
    return True, f"{what} at {t_s:.2f} s"


def _within(run: Run, span: tuple[float, float]) -> list[Row]:
    return [row for row in run.rows if span[0] - 1e-6 <= row.t_s <= span[1] + 1e-6]


def _reach(run: Run, value: object, extras: Extras) -> Judgement:
    span = _span(run, extras)
    return _came(_first(run.phases.get(str(value), []), span), str(value), span)


def _never(run: Run, value: object, extras: Extras) -> Judgement:
    span = _span(run, extras)
    t_s = _first(run.phases.get(str(value), []), span)
    return (True, f"{value} never") if t_s is None else (False, f"{value} at {t_s:.2f} s")


def _modes(run: Run, value: object, extras: Extras) -> Judgement:
    wanted = list(cast("tuple[str, ...]", value))
    seen = run.modes
    if extras.get("exact"):
        return seen == wanted, " ".join(seen)
    rest = iter(seen)
    return all(mode in rest for mode in wanted), " ".join(seen)


def _refused(run: Run, value: object, extras: Extras) -> Judgement:
    span = _span(run, extras)
    says = str(extras.get("says", "")).lower()
    found = [m for m in run.timeline if m.kind == "refusal" and m.rule == value and says in m.text.lower()]
    t_s = _first((m.t_s for m in found), span)
    told = "; ".join(dict.fromkeys(f"{m.rule} {m.text}" for m in run.timeline if m.kind == "refusal")) or "nothing was refused"
    return (False, f"refused for {value} {says!r}: no; {told}") if t_s is None else (True, f"refused at {t_s:.2f} s: {found[0].text}")


def _reason(run: Run, value: object, extras: Extras) -> Judgement:
    span = _span(run, extras)
    rows = _within(run, span)
    for row in rows:
        if value in row.board_reasons.split("+"):
            return True, f"board says {value} at {row.t_s:.2f} s"
        if value in row.pi_reasons.split("+"):
            return True, f"Pi says {value} at {row.t_s:.2f} s"
    seen = {name for row in rows for name in (*row.board_reasons.split("+"), *row.pi_reasons.split("+")) if name}
    return False, f"{value} was never a reason between {span[0]:.2f} and {span[1]:.2f} s; seen: {', '.join(sorted(seen)) or 'none'}"


def _no_reason(run: Run, value: object, extras: Extras) -> Judgement:
    found, says = _reason(run, value, extras)
    return not found, says


def _angle_at(run: Run, value: object, extras: Extras) -> Judgement:
    t_s = moment_s(run, cast("TimeRef", value))
    row = min(run.rows, key=lambda row: abs(row.t_s - t_s))
    if abs(row.t_s - t_s) > 0.1:
        return False, f"the run ended at {run.rows[-1].t_s:.2f} s, before {t_s:.2f} s"
    low, high = _bounds(extras)
    return low <= row.angle_deg <= high, f"{row.angle_deg:.2f} deg at {t_s:.2f} s, {low:g} to {high:g} expected"


def _bounds(extras: Extras) -> tuple[float, float]:
    low, high = extras.get("min", -90.0), extras.get("max", 95.0)
    return cast("float", low), cast("float", high)


def _angle_above(run: Run, value: object, extras: Extras) -> Judgement:
    """Never deeper than this."""
    rows = _within(run, _span(run, extras, "from", "until"))
    top = max((row.peak_angle_deg for row in rows), default=-90.0)
    return top <= cast("float", value), f"deepest {top:.2f} deg"


def _reaches_angle(run: Run, value: object, extras: Extras) -> Judgement:
    rows = _within(run, _span(run, extras))
    top = max((row.peak_angle_deg for row in rows), default=-90.0)
    return top >= cast("float", value), f"deepest {top:.2f} deg"


def _up_to(level_deg: float) -> Callable[[Run, object, Extras], Judgement]:
    """At or above an angle from its newest inversion on, by the moment."""

    def check(run: Run, value: object, extras: Extras) -> Judgement:
        by_s = moment_s(run, cast("TimeRef", value))
        after_s, _ = _span(run, extras)
        highest = level_deg if level_deg > -10.0 else run.upright_deg + 1.5
        t_s = next((row.t_s for row in run.rows if row.t_s >= after_s and row.angle_deg <= highest), None)
        if t_s is None:
            return False, f"never (at {run.rows[-1].angle_deg:.1f} deg in the end)"
        return t_s <= by_s, f"at {t_s:.2f} s, {by_s:.2f} s is the latest"

    return check


def _rest_at_gate(run: Run, value: object, extras: Extras) -> Judgement:
    longest_s = total_s = 0.0
    rows = _within(run, _span(run, extras))
    for before, row in pairwise(rows):
        inside = 27.5 <= row.angle_deg <= 32.5
        total_s = (total_s + (row.t_s - before.t_s if row.peak_rate_dps < AT_REST_DPS else 0.0)) if inside else 0.0
        longest_s = max(longest_s, total_s)
    most = cast("float", extras.get("at_most", 1e9))
    return cast("float", value) - 0.05 <= longest_s <= most, f"{longest_s:.2f} s at rest in the gate"


def _ended(run: Run, value: object, _extras: Extras) -> Judgement:
    last = run.rows[-1]
    upright = last.angle_deg <= run.upright_deg + 1.5
    words = {last.pi_mode, "upright" if upright else "away", "inverted" if last.angle_deg > 0.0 else "not_inverted"}
    words.add("at_level" if abs(last.angle_deg + 3.0) <= 2.5 else "not_at_level")
    return value in words, f"{last.pi_mode} at {last.angle_deg:.1f} deg, board {last.board_mode}"


def _ladder(run: Run, value: object, extras: Extras) -> Judgement:
    span = _span(run, extras)
    on_s = next((row.t_s for row in _within(run, span) if row.board_buzzer == 3 or row.pi_buzzer == "help"), None)
    if value == "off":
        return on_s is None, "help ladder never" if on_s is None else f"help ladder at {on_s:.2f} s"
    return _came(on_s, "help ladder", span)


def _still(run: Run, value: object, extras: Extras) -> Judgement:
    after_s = moment_s(run, cast("TimeRef", value))
    _, until_s = _span(run, extras, "from", "until")
    moved = next((row for row in _within(run, (after_s, until_s)) if row.peak_rate_dps > AT_REST_DPS), None)
    return (
        (True, f"no motion after {after_s:.2f} s") if moved is None else (False, f"moves {moved.rate_dps:.2f} deg/s at {moved.t_s:.2f} s")
    )


def _no_descent(run: Run, value: object, extras: Extras) -> Judgement:
    after_s = moment_s(run, cast("TimeRef", value))
    _, until_s = _span(run, extras, "from", "until")
    moved = next((row for row in _within(run, (after_s, until_s)) if row.rate_dps > AT_REST_DPS), None)
    return (
        (True, f"no descent after {after_s:.2f} s")
        if moved is None
        else (False, f"descends {moved.rate_dps:.2f} deg/s at {moved.t_s:.2f} s")
    )


def _said(run: Run, value: object, extras: Extras) -> Judgement:
    span = _span(run, extras)
    part = str(value).lower()
    t_s = next((row.t_s for row in _within(run, span) if part in row.said.lower()), None)
    return _came(t_s, f"{value!r} said", span)


def _lamp(run: Run, value: object, extras: Extras) -> Judgement:
    span = _span(run, extras)
    index = LAMPS.index(str(value))
    wanted = str(extras.get("is", "on"))
    t_s = next((row.t_s for row in _within(run, span) if row.lamps and row.lamps.split()[index] == wanted), None)
    return _came(t_s, f"lamp {value} {wanted}", span)


def _always(run: Run, value: object, extras: Extras) -> Judgement:
    condition = cast("Condition", value)
    rows = _within(run, _span(run, extras, "from", "until"))
    wrong = next((row for row in rows if not condition.holds(row)), None)
    if wrong is None:
        return bool(rows), f"{condition.text}: throughout" if rows else "nothing ran in that time"
    return False, f"{condition.text}: not at {wrong.t_s:.2f} s ({wrong.angle_deg:.1f} deg, {wrong.pi_mode})"


def _ever(run: Run, value: object, extras: Extras) -> Judgement:
    condition = cast("Condition", value)
    span = _span(run, extras)
    t_s = next((row.t_s for row in _within(run, span) if condition.holds(row)), None)
    return _came(t_s, condition.text, span)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckKind:
    """One check of [[expect]]: what its value is, what may stand beside it, how it is judged."""

    value: Callable[[Table, str], object]
    extras: tuple[str, ...] = ()
    judge: Callable[[Run, object, Extras], Judgement]
    about: str


def _phase(table: Table, key: str) -> object:
    return table.word(key, None, PHASES)


def _ref(table: Table, key: str) -> object:
    ref = table.moment(key)
    if ref is None:
        raise table.fail(key, "a moment is missing")
    return ref


def _reason_name(table: Table, key: str) -> object:
    return table.word(key, None, REASONS)


def _text(table: Table, key: str) -> object:
    return table.text(key)


def _degrees(table: Table, key: str) -> object:
    return table.number(key, 0.0, -90.0, 95.0)


def _expression(table: Table, key: str) -> object:
    return table.condition(key)


def _one_of(*words: str) -> Callable[[Table, str], object]:
    return lambda table, key: table.word(key, None, words)


_ENDS = (*MODES, "upright", "away", "inverted", "not_inverted", "at_level")

CHECKS: dict[str, CheckKind] = {
    "reach": CheckKind(value=_phase, extras=("after", "by"), judge=_reach, about="the phase begins between `after` and `by`"),
    "never": CheckKind(value=_phase, extras=("after", "by"), judge=_never, about="the phase never begins"),
    "modes": CheckKind(value=lambda t, k: t.words(k, MODES), extras=("exact",), judge=_modes, about="these modes of the Pi, in this order"),
    "refused": CheckKind(value=_text, extras=("says", "after", "by"), judge=_refused, about="Start is refused, naming this rule"),
    "reason": CheckKind(value=_reason_name, extras=("after", "by"), judge=_reason, about="either side gives this reason (snake_case name)"),
    "no_reason": CheckKind(value=_reason_name, extras=("after", "by"), judge=_no_reason, about="neither side gives this reason"),
    "angle_at": CheckKind(value=_ref, extras=("min", "max"), judge=_angle_at, about="true angle at a moment"),
    "deepest": CheckKind(value=_degrees, extras=("from", "until"), judge=_angle_above, about="true angle never greater than this"),
    "reaches_deg": CheckKind(value=_degrees, extras=("after", "by"), judge=_reaches_angle, about="true angle gets at least this great"),
    "level_by": CheckKind(
        value=_ref, extras=("after",), judge=_up_to(-0.5), about="no longer inverted at the latest then, counted from `after`"
    ),
    "upright_by": CheckKind(
        value=_ref, extras=("after",), judge=_up_to(-75.0), about="at upright rest at the latest then, counted from `after`"
    ),
    "rest_at_gate": CheckKind(
        value=lambda t, k: t.number(k, 0.0, 0.0, 600.0),
        extras=("at_most", "after", "by"),
        judge=_rest_at_gate,
        about="seconds at true rest in the gate",
    ),
    "ended": CheckKind(value=_one_of(*_ENDS), judge=_ended, about="how the run ended: a mode of the Pi, or where the person is"),
    "ladder": CheckKind(value=_one_of("on", "off"), extras=("after", "by"), judge=_ladder, about="the help ladder is heard, or never"),
    "still_after": CheckKind(value=_ref, extras=("until",), judge=_still, about="no motion from then on"),
    "no_descent_after": CheckKind(value=_ref, extras=("until",), judge=_no_descent, about="no motion towards head-down from then on"),
    "said": CheckKind(value=_text, extras=("after", "by"), judge=_said, about="a phrase that contains this is spoken"),
    "lamp": CheckKind(value=_one_of(*LAMPS), extras=("is", "after", "by"), judge=_lamp, about="a lamp is off, on, blink or flash"),
    "always": CheckKind(value=_expression, extras=("from", "until"), judge=_always, about="the expression holds throughout"),
    "ever": CheckKind(value=_expression, extras=("after", "by"), judge=_ever, about="the expression holds at some moment"),
}

_MOMENTS = ("after", "by", "from", "until")


def read_expectation(table: Table) -> Expectation:
    """The one check of an [[expect]] and what stands beside it."""
    beside = (*_MOMENTS, "exact", "says", "min", "max", "at_most", "is")
    present = [key for key in table.values if key in CHECKS]
    if len(present) != 1:
        strangers = [key for key in table.values if key not in CHECKS and key not in beside]
        if strangers:
            table.seen.update(CHECKS, beside)
            table.done()
        raise table.fail("", f"has {' and '.join(present) or 'no check'}; exactly one of {', '.join(CHECKS)} would be right")
    check = present[0]
    kind = CHECKS[check]
    value = kind.value(table, check)
    extras = {key: _extra(table, key) for key in kind.extras if table.has(key)}
    table.done()
    if check == "angle_at" and not extras:
        raise table.fail(check, "cannot fail; min or max beside it would be right")
    return Expectation(check=check, value=value, extras=extras, line=table.line)


def _extra(table: Table, key: str) -> object:
    if key in _MOMENTS:
        return table.moment(key)
    if key == "exact":
        return table.flag(key, default=False)
    if key == "says":
        return table.text(key)
    if key == "is":
        return table.word(key, None, LAMP_WORDS)
    return table.number(key, 0.0, -90.0, 1000.0)


def judge(run: Run, expectation: Expectation) -> Judgement:
    """Whether it held, and the figure."""
    try:
        return CHECKS[expectation.check].judge(run, expectation.value, expectation.extras)
    except NeverReachedError as error:
        return False, str(error)
