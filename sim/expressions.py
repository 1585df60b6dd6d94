"""The small language of `when = "..."`: comparisons of documented quantities, joined by and, or, not.  Nothing else can be said in it.

An expression is parsed once into nested closures over trace.Row; no name outside QUANTITIES, no call, no attribute, no arithmetic.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from difflib import get_close_matches

from controller.core.model import Mode
from controller.core.wire import BoardMode
from sim.trace import Row

LONGEST = 1000
"""Characters of an expression: longer ones nest deeper than anybody can follow, a reader of them included."""

LARGEST = 1e300
"""Further out a number is none: infinity, or whole and too long for a fraction."""

Value = float | str | bool
Reader = Callable[[Row], Value]


class ExpressionError(ValueError):
    """One line: what is wrong and what would be right."""


QUANTITIES: dict[str, tuple[Reader, str]] = {
    "t": (lambda row: row.t_s, "seconds since the scenario began"),
    "angle": (lambda row: row.angle_deg, "true inversion angle, degrees"),
    "rate": (lambda row: row.rate_dps, "true rate, degrees a second, + is descent"),
    "inverted": (lambda row: row.angle_deg > 0.0, "true angle above 0"),
    "rest": (lambda row: row.board_rest_s, "seconds of rest the board has counted here (SR3)"),
    "mode": (lambda row: row.pi_mode, "the Pi's mode, one of controller.core.model.Mode"),
    "board_mode": (lambda row: row.board_mode, "the board's mode, one of firmware/protocol.toml's, in capitals"),
    "ladder": (lambda row: row.board_buzzer == 3 or row.pi_buzzer == "help", "help ladder heard"),
    "asking": (lambda row: row.pi_buzzer == "ask", "the person is being asked"),
    "brake_set": (lambda row: row.brake_set, "the brake holds"),
    "pi_alive": (lambda row: row.pi_alive, "the controller's service runs"),
    "battery": (lambda row: row.battery_mv / 1000.0, "battery, volts"),
    "budget_left": (lambda row: row.board_budget_left_s, "inverted seconds left, as the board says"),
    "inverted_s": (lambda row: row.pi_inverted_s, "inverted seconds used, as the Pi says"),
    "hold_left": (lambda row: row.pi_hold_left_s, "seconds of the hold left"),
}
"""Every name an expression may use, and what it means."""

WORDS = frozenset(mode.name for mode in Mode) | frozenset(mode.name for mode in BoardMode) | {"DEAD"}
"""Mode names stand for themselves."""

_COMPARE: dict[type[ast.cmpop], Callable[[Value, Value], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


def _name(name: str) -> Reader:
    if name in QUANTITIES:
        return QUANTITIES[name][0]
    if name in WORDS:
        return lambda _row: name
    near = get_close_matches(name, [*QUANTITIES, *WORDS], n=1)
    hint = f"did you mean {near[0]}?" if near else f"known quantities: {', '.join(QUANTITIES)}"
    raise ExpressionError(f"unknown name {name!r}; {hint}")


def _comparison(node: ast.Compare) -> Reader:
    if len(node.ops) != 1:
        raise ExpressionError("write a < b and b < c, not a < b < c")
    compare = _COMPARE.get(type(node.ops[0]))
    if compare is None:
        raise ExpressionError("compare with < <= > >= == !=")
    left, right = _reader(node.left), _reader(node.comparators[0])
    words = [isinstance(_probe(side), str) for side in (left, right)]
    if words[0] != words[1]:
        raise ExpressionError("compares a word with a number")
    if words[0] and type(node.ops[0]) not in (ast.Eq, ast.NotEq):
        raise ExpressionError("words are compared with == or !=")
    return lambda row: compare(left(row), right(row))


def _probe(reader: Reader) -> Value:
    return reader(Row(t_s=0.0, angle_deg=0.0))


def _joined(node: ast.BoolOp) -> Reader:
    parts = [_reader(value) for value in node.values]
    if isinstance(node.op, ast.And):
        return lambda row: all(part(row) for part in parts)
    return lambda row: any(part(row) for part in parts)


def _negated(node: ast.UnaryOp) -> Reader:
    inner = _reader(node.operand)
    if isinstance(node.op, ast.Not):
        return lambda row: not inner(row)
    if isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant) and isinstance(node.operand.value, int | float):
        number = -float(node.operand.value)
        return lambda _row: number
    raise ExpressionError("only not, and - before a number, are understood")


def _constant(node: ast.Constant) -> Reader:
    value = node.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ExpressionError(f"{value!r} is not a number; mode names are written without quotes")
    if not -LARGEST <= value <= LARGEST:
        raise ExpressionError("has a number that no quantity comes near")
    number = float(value)
    return lambda _row: number


def _reader(node: ast.expr) -> Reader:
    match node:
        case ast.Name():
            return _name(node.id)
        case ast.Constant():
            return _constant(node)
        case ast.UnaryOp():
            return _negated(node)
        case ast.Compare():
            return _comparison(node)
        case ast.BoolOp():
            return _joined(node)
    raise ExpressionError("only comparisons joined by and, or, not are understood")


def compile_expression(text: str) -> Callable[[Row], bool]:
    """The expression as a question to a row; ExpressionError says in one line what cannot be understood."""
    if len(text) > LONGEST:
        raise ExpressionError(f"has {len(text)} characters; {LONGEST} at most would be right")
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ExpressionError(f"cannot be read as an expression ({text!r})") from error
    reader = _reader(tree.body)
    if not isinstance(_probe(reader), bool):
        raise ExpressionError("is a quantity, not a condition; compare it with something")
    return lambda row: bool(reader(row))
