"""Every small way to break a Python module, one at a time.  Works on syntax trees; never writes a file."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

Enums = Mapping[str, tuple[str, ...]]
"""Class name or its local alias -> its members in order; the neighbours that a constant may be confused with."""

Put = Callable[[ast.AST], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One broken module, and how it differs."""

    where: str  # function or table
    was: str  # code text
    now: str
    source: str

    @property
    def name(self) -> str:
        return f"{self.where}: {self.was}  ->  {self.now}"


COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
    ast.BitXor: ast.BitAnd,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
SWAPPED_CALLS = {"max": "min", "min": "max", "any": "all", "all": "any"}


def constants(node: ast.Constant) -> Iterator[ast.expr]:
    """The nearest other values of the same kind."""
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int):
        yield ast.Constant(value + 1)
        yield ast.Constant(value - 1)
    elif isinstance(value, float):
        yield ast.Constant(value * 1.05 if value else 0.05)
        yield ast.Constant(value * 0.95 if value else -0.05)
    elif isinstance(value, str) and value:
        yield ast.Constant("")


def comparisons(node: ast.Compare) -> Iterator[ast.expr]:
    for index, operator in enumerate(node.ops):
        for other in COMPARISONS[type(operator)]:
            yield ast.Compare(node.left, [*node.ops[:index], other(), *node.ops[index + 1 :]], node.comparators)


def booleans(node: ast.BoolOp) -> Iterator[ast.expr]:
    yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    for index in range(len(node.values)):
        rest = [value for other, value in enumerate(node.values) if other != index]
        yield ast.BoolOp(node.op, rest) if len(rest) > 1 else rest[0]


def attributes(node: ast.Attribute, enums: Enums) -> Iterator[ast.expr]:
    """An enum's member becomes each of its two neighbours."""
    members = enums.get(node.value.id, ()) if isinstance(node.value, ast.Name) else ()
    if node.attr in members:
        at = members.index(node.attr)
        for other in dict.fromkeys((members[at - 1], members[(at + 1) % len(members)])):
            if other != node.attr:
                yield ast.Attribute(node.value, other, node.ctx)


def rows(node: ast.expr) -> Iterator[ast.expr]:
    """A table without one of its rows."""
    if isinstance(node, ast.Tuple | ast.List | ast.Set) and isinstance(getattr(node, "ctx", ast.Load()), ast.Load) and len(node.elts) > 1:
        for index in range(len(node.elts)):
            other = copy.copy(node)
            other.elts = node.elts[:index] + node.elts[index + 1 :]
            yield other
    if isinstance(node, ast.Dict) and len(node.keys) > 1:
        for index in range(len(node.keys)):
            yield ast.Dict(node.keys[:index] + node.keys[index + 1 :], node.values[:index] + node.values[index + 1 :])


def expressions(node: ast.expr, enums: Enums) -> Iterator[ast.expr]:
    """Every small change of one expression."""
    match node:
        case ast.Constant():
            yield from constants(node)
        case ast.Compare():
            yield from comparisons(node)
        case ast.BoolOp():
            yield from booleans(node)
        case ast.UnaryOp(op=ast.Not() | ast.Invert() | ast.USub(), operand=operand):
            yield operand
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in ARITHMETIC:
            yield ast.BinOp(left, ARITHMETIC[type(operator)](), right)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            yield ast.IfExp(test, orelse, body)
        case ast.Call(func=ast.Name(id=name)) if name in SWAPPED_CALLS:
            yield ast.Call(ast.Name(SWAPPED_CALLS[name], ast.Load()), node.args, node.keywords)
        case ast.Attribute():
            yield from attributes(node, enums)
        case ast.Tuple() | ast.List() | ast.Set() | ast.Dict():
            yield from rows(node)


def statements(node: ast.stmt) -> Iterator[ast.stmt]:
    """Every small change of one statement."""
    match node:
        case ast.Return(value=value) if value is not None and not isinstance(value, ast.Constant):
            yield ast.Return(ast.Constant(None))
        case ast.If(test=test, body=body, orelse=orelse):
            yield ast.If(ast.UnaryOp(ast.Not(), test), body, orelse)
        case ast.AugAssign():
            yield ast.Pass()
        case ast.Expr(value=ast.Call()):
            yield ast.Pass()


SKIPPED_FIELDS = frozenset({"annotation", "returns", "decorator_list", "args"})
"""Types and default arguments of signatures: nothing that runs in the product changes with them."""


def places(node: ast.AST, where: str = "module") -> Iterator[tuple[ast.AST, Put, str]]:
    """Every node with a way to put another in its place, and the function or table that it is in."""
    for field, value in ast.iter_fields(node):
        if field in SKIPPED_FIELDS and not isinstance(node, ast.Call):
            continue
        for index, child in enumerate(value) if isinstance(value, list) else ((None, value),):
            if not isinstance(child, ast.AST) or _is_docstring(child):
                continue
            inner = _name(child) or where
            yield child, _put(node, field, index), inner
            yield from places(child, inner)


def _put(node: ast.AST, field: str, index: int | None) -> Put:
    def put(new: ast.AST) -> None:
        if index is None:
            setattr(node, field, new)
        else:
            getattr(node, field)[index] = new

    return put


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))


def _name(node: ast.AST) -> str:
    match node:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return name
        case ast.Assign(targets=[ast.Name(id=name), *_]) | ast.AnnAssign(target=ast.Name(id=name)):
            return name if name.isupper() else ""
    return ""


def mutants(source: str, enums: Enums) -> Iterator[Mutant]:
    """Every mutant of a module, in the order of its text."""
    module = ast.parse(source)
    for node, put, where in list(places(module)):
        changed: Iterator[ast.AST] = iter(())
        if isinstance(node, ast.expr):
            changed = expressions(node, enums)
        elif isinstance(node, ast.stmt):
            changed = statements(node)
        for new in list(changed):
            put(new)
            text = ast.unparse(ast.fix_missing_locations(module))
            put(node)
            yield Mutant(where=where, was=_short(node), now=_short(new), source=text)


def _short(node: ast.AST) -> str:
    if isinstance(node, ast.If):
        return f"if {ast.unparse(node.test)}"
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 120 else f"{text[:80]} ... {text[-35:]}"


def enums_of(sources: Mapping[str, str], source: str) -> dict[str, tuple[str, ...]]:
    """Members of every class of constants in `sources`, and the short names by which `source` calls them."""
    found: dict[str, tuple[str, ...]] = {}
    for text in sources.values():
        for node in ast.parse(text).body:
            if isinstance(node, ast.ClassDef):
                members = [_constant_name(item) for item in node.body]
                found[node.name] = tuple(name for name in members if name)
    for node in ast.parse(source).body:
        match node:
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)) if len(names) == len(values):
                for name, value in zip(names, values, strict=True):
                    if isinstance(name, ast.Name) and isinstance(value, ast.Name) and value.id in found:
                        found[name.id] = found[value.id]
    return found


def _constant_name(item: ast.stmt) -> str:
    match item:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant()) | ast.AnnAssign(target=ast.Name(id=name), value=ast.Constant()):
            return name if name.isupper() else ""
    return ""
