"""Finds row locks on tables that only grow: SQLAlchemy statements by their syntax, SQL by its words.

`for update` (and `no key update`, `share`, `key share`) wants the right to change a row; whoever comes as the
API's or the worker's role has none where rows only grow, and the request ends in a 500 (ADR-0041)."""

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

LOCK = re.compile(
    r"\bfor\s+(?:no\s+key\s+update|update|share|key\s+share)\b(?:\s+of\s+([\w\s,]+))?", re.IGNORECASE
)
FROM = re.compile(r"\b(?:from|join)\s+(?:only\s+)?(\w+)(?:\s+(?:as\s+)?(\w+))?", re.IGNORECASE)
NOT_ALIASES = frozenset(
    {"where", "join", "on", "for", "order", "limit", "left", "cross", "inner", "as", "using"}
)
APART = frozenset({"exists", "scalar_subquery", "in_", "any_"})
"""Calls whose own tables a lock outside of them does not reach."""


@dataclass
class Names:
    """What the names of one module or function stand for."""

    tables: dict[str, set[str]] = field(default_factory=dict)
    calls: dict[str, ast.AST] = field(default_factory=dict)
    values: dict[str, list[ast.AST]] = field(default_factory=dict)

    def of(self, name: str) -> set[str]:
        return self.tables.get(name, set())


def found(source: str, *, growing: Collection[str], known: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    """Line and table of each lock on one of `growing`; `known`: tables by the names that hold them."""
    tree = ast.parse(source)
    names = _names(tree, {name: {table} for name, table in known.items()})
    yield from _in_statements(tree, names, growing)
    yield from _in_texts(tree, growing)


def _names(tree: ast.AST, known: Mapping[str, set[str]]) -> Names:
    """Tables by name, and what they are called besides: `one = glass_breaks.c`, `later = reviews.alias()`."""
    names = Names({name: set(tables) for name, tables in known.items()})
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names.calls[node.name] = node
        elif isinstance(node, ast.ImportFrom):
            renamed = {one.asname: names.of(one.name) for one in node.names if one.asname}
            names.tables |= {name: tables for name, tables in renamed.items() if tables}
        elif isinstance(node, ast.Assign):
            for target, value in _pairs(node):
                names.values.setdefault(target, []).append(value)
                if tables := names.of(_root(value)):
                    names.tables[target] = names.of(target) | tables
    return names


def _pairs(node: ast.Assign) -> Iterator[tuple[str, ast.AST]]:
    for target in node.targets:
        if isinstance(target, ast.Name):
            yield target.id, node.value
        elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            for name, value in zip(target.elts, node.value.elts, strict=False):
                if isinstance(name, ast.Name):
                    yield name.id, value


def _root(node: ast.AST) -> str:
    """`glass_breaks` of `glass_breaks.c`, of `glass_breaks.alias()`; of anything else nothing."""
    while isinstance(node, ast.Attribute | ast.Call):
        node = node.value if isinstance(node, ast.Attribute) else node.func
    return node.id if isinstance(node, ast.Name) else ""


def _in_statements(tree: ast.Module, names: Names, growing: Collection[str]) -> Iterator[tuple[int, str]]:
    constants = ast.Module([node for node in tree.body if isinstance(node, ast.Assign)], [])
    common = _names(constants, names.tables).values
    for scope in (
        node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ):
        own = Names(names.tables, names.calls, common | _names(scope, names.tables).values)
        for node in ast.walk(scope):
            if isinstance(node, ast.Call) and _called(node) == "with_for_update":
                of = [word.value for word in node.keywords if word.arg == "of"]
                reached = set[str]().union(*(_tables(one, own, set()) for one in of or [node.func]))
                yield from ((node.lineno, table) for table in sorted(reached.intersection(growing)))


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _tables(node: ast.AST, names: Names, seen: set[str]) -> set[str]:
    """Every table that a statement may come from, through the variables and functions that it is made of."""
    if _is_apart(node):
        return set()
    found, inner = set[str](), list(ast.iter_child_nodes(node))
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        found |= set() if names.of(node.value.id) else names.of(node.attr)  # `tables.entries`
    if isinstance(node, ast.Name):
        found |= names.of(node.id)
        if node.id not in seen:
            seen.add(node.id)
            inner += names.values.get(node.id, [])
            inner += [names.calls[node.id]] if node.id in names.calls else []
    return found.union(*(_tables(one, names, seen) for one in inner))


def _is_apart(node: ast.AST) -> bool:
    """A sub-select of its own is not locked from outside."""
    while isinstance(node, ast.Call):
        if _called(node) in APART:
            return True
        node = node.func.value if isinstance(node.func, ast.Attribute) else node.func
    return False


def _in_texts(tree: ast.AST, growing: Collection[str]) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            for table in sorted(_locked(node.value).intersection(growing)):
                yield node.lineno, table


def _locked(text: str) -> set[str]:
    lock = LOCK.search(text)
    if lock is None:
        return set()
    named = {}
    for table, alias in FROM.findall(text):
        named[alias if alias and alias.lower() not in NOT_ALIASES else table] = table
    if lock[1] is None:
        return set(named.values())
    of = {one.strip().split()[0] for one in lock[1].split(",") if one.strip()}
    return {table for alias, table in named.items() if alias in of or table in of}
