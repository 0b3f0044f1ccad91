"""The generated ``forward`` of a lowered module, as people would write it.

fx gives every value a name of its own and clears it after its last use. Here a value that is
cleared hands its name on to what was computed from it, which frees it at the same moment::

    conv1 = self.conv1(x)                          y = self.conv1(x)
    norm1 = self.norm1(conv1);  conv1 = None       y = self.norm1(y)
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from archmeter.models import torch_functions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import fx

_LETTERS = "yzuvw"


class Forward(NamedTuple):
    """A method as text.

    Attributes:
        helpers: functions of `models.torch_functions` that it calls, by name.
    """

    text: str
    helpers: frozenset[str]


def readable_forward(module: fx.GraphModule) -> Forward:
    """The ``forward`` of a lowered scope, without what is inside the modules that it calls."""
    # Operands and results of fx are single names, so that statements are read one by one.
    (method,) = ast.parse(module.code.strip()).body
    assert isinstance(method, ast.FunctionDef)  # noqa: S101 - fx writes nothing else
    spelling = _Spelling()
    method.body = list(_renamed(method))
    spelled = spelling.visit(method)
    return Forward(ast.unparse(ast.fix_missing_locations(spelled)), frozenset(spelling.helpers))


class _Statement(NamedTuple):
    """A statement, and the names that fx clears after it."""

    node: ast.stmt
    cleared: list[str]


def _statements(method: ast.FunctionDef) -> list[_Statement]:
    found: list[_Statement] = []
    for node in method.body:
        match node:
            case ast.Assign(targets=targets, value=ast.Constant(value=None)):
                names = [target.id for target in targets if isinstance(target, ast.Name)]
                if found:  # else it clears an argument that is not used at all
                    found[-1].cleared.extend(names)
            case _:
                found.append(_Statement(node, []))
    return found


def _renamed(method: ast.FunctionDef) -> Iterator[ast.stmt]:
    """The body, with names handed on from what is cleared to what comes next."""
    held = {argument.arg: argument.arg for argument in method.args.args}
    statements = _statements(method)
    for statement, following in zip(statements, [*statements[1:], None], strict=True):
        node, cleared = statement
        _Renaming(held).visit(node)
        freed = [held.pop(name) for name in dict.fromkeys(cleared) if name in held]
        match node:
            case ast.Assign(targets=[ast.Name(id=name) as target], value=value):
                if isinstance(value, ast.Name) and value.id in freed:
                    # Another name for what an operator in place has written into.
                    freed.remove(value.id)
                    held[name] = value.id
                else:
                    held[name] = freed.pop(0) if freed else _fresh(set(held.values()))
                    target.id = held[name]
                    yield node
            case _:
                yield node
        if freed and following is not None and not isinstance(following.node, ast.Return):
            yield ast.Delete([ast.Name(name, ast.Del()) for name in freed])


def _fresh(held: set[str]) -> str:
    """The first short name that nothing has."""
    letters = (
        letter + number for number in ("", *map(str, range(1, 10_000))) for letter in _LETTERS
    )
    return next(name for name in letters if name not in held)


class _Renaming(ast.NodeTransformer):
    """Gives what is read the names that it has now."""

    def __init__(self, held: dict[str, str]) -> None:
        self._held = held

    def visit_Name(self, node: ast.Name) -> ast.Name:
        node.id = self._held.get(node.id, node.id)
        return node


class _Spelling(ast.NodeTransformer):
    """Writes functions and slices as people do, and notes which helpers are called."""

    def __init__(self) -> None:
        self.helpers: set[str] = set()
        self._prefix = torch_functions.__name__.replace(".", "_") + "_"

    def visit_Name(self, node: ast.Name) -> ast.Name:
        if node.id.startswith(self._prefix):
            node.id = node.id.removeprefix(self._prefix)
            self.helpers.add(node.id)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if ast.unparse(node.value) in {"torch.nn.functional", "torch._C._nn"}:
            node.value = ast.Name("functional", ast.Load())
            return node
        return self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.slice, ast.Tuple):
            node.slice.elts = list(map(_as_slice, node.slice.elts))
        return node


def _as_slice(node: ast.expr) -> ast.expr:
    """``slice(None, None, 2)`` as ``::2``."""
    match node:
        case ast.Call(func=ast.Name(id="slice"), args=[lower, upper, step]):
            return ast.Slice(*(None if _is_none(part) else part for part in (lower, upper, step)))
        case _:
            return node


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
