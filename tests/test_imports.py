"""Which module may import which: app -> analyzers -> models, and torch only where it is needed.

The rules read the source with ast; nothing is imported. `broken_rules` judges one import, so that
the tests at the end can show it planted bad ones.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from fnmatch import fnmatch
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("models", "analyzers", "app")
"""Each may import itself and those before it."""
# Inside models a layer imports the ones before it; spec, errors and scaling there stand outside.
LAYERS = (
    "archmeter.models.ops",
    "archmeter.models.graph",
    "archmeter.models.layers",
    "archmeter.models.families",
)
FAMILIES = "archmeter.models.families"
APART = {
    "archmeter.app.ask": ("http", "web", "client"),
    "archmeter.app.questions": ("http", "web", "client"),
    "archmeter.app.client": ("http", "web", "store", "cli"),
}
"""What is asked knows of no way to ask it, and a client needs no service to be installed."""
HEAVY = {
    "torch": (
        "archmeter.models.torch_*",
        "archmeter.models.lowering*",
        "archmeter.models.importers*",
        "archmeter.analyzers.allocator",
        "archmeter.analyzers.audit",
    ),
    "fvcore": ("archmeter.analyzers.audit",),
}


class Import(NamedTuple):
    """One imported module: who asks, for what, and whether importing the asker already runs it."""

    importer: str
    imported: str
    at_top_level: bool


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(["archmeter", *(parts[:-1] if parts[-1] == "__init__" else parts)])


def modules() -> dict[str, Path]:
    """Every module of the three packages, by dotted name."""
    return {module_name(path): path for top in PACKAGES for path in (ROOT / top).rglob("*.py")}


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


def imports_of(source: str, module: str, *, is_package: bool = False) -> list[Import]:
    """Every import in the source, wherever it stands; `from a import b` counts as a and a.b."""
    found: list[Import] = []
    package = module if is_package else module.rpartition(".")[0]

    def visit(node: ast.AST, *, at_top_level: bool) -> None:
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                anchor = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*anchor, *filter(None, [base])])
            names = [base, *(f"{base}.{alias.name}" for alias in node.names)]
        elif (
            isinstance(node, ast.Call)
            and ast.unparse(node.func) in {"__import__", "import_module", "importlib.import_module"}
            and node.args
            and isinstance(node.args[0], ast.Constant)
        ):
            names = [str(node.args[0].value)]
        found.extend(Import(module, name, at_top_level) for name in names)
        runs_now = at_top_level and not isinstance(
            node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
        )
        if is_type_checking(node):
            assert isinstance(node, ast.If)
            for child in node.body:
                visit(child, at_top_level=False)
            for child in node.orelse:
                visit(child, at_top_level=runs_now)
            return
        for child in ast.iter_child_nodes(node):
            visit(child, at_top_level=runs_now)

    visit(ast.parse(source), at_top_level=True)
    return found


def is_within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def layer(module: str) -> int | None:
    return next((i for i, name in enumerate(LAYERS) if is_within(module, name)), None)


def package_of(module: str) -> str:
    """`archmeter.models.graph` -> `models`; of what is not ours, the name that is imported."""
    return module.removeprefix("archmeter.").split(".")[0]


def family_of(module: str) -> str | None:
    """`models.families.resnet.blocks` -> `resnet`; None for the package itself and for all else."""
    if not module.startswith(f"{FAMILIES}."):
        return None
    return module.split(".")[3]


def broken_rules(one: Import) -> list[str]:
    """What is wrong with this import, in words; empty when nothing is."""
    return [*wrong_directions(one), *too_heavy(one)]


def wrong_directions(one: Import) -> Iterator[str]:
    top, imported_top = package_of(one.importer), package_of(one.imported)
    if imported_top in {"app", "analyzers", "models", "tests", "benchmarks"} and (
        imported_top not in PACKAGES[: PACKAGES.index(top) + 1]
    ):
        yield f"{top} must not import {imported_top}"
    mine, theirs = layer(one.importer), layer(one.imported)
    if mine is not None and theirs is not None and theirs > mine:
        yield f"{LAYERS[mine]} must not import the later {LAYERS[theirs]}"
    for part, others in APART.items():
        for name in others:
            if is_within(one.importer, part) and is_within(one.imported, f"archmeter.app.{name}"):
                yield f"{part} must not import archmeter.app.{name}"
    family, other = family_of(one.importer), family_of(one.imported)
    if family and other and family != other:
        yield f"the family {family} must not import the family {other}"


def too_heavy(one: Import) -> Iterator[str]:
    """Importing torch takes seconds: only the modules in `HEAVY` may, and only when asked."""
    imported_top = one.imported.split(".")[0]
    allowed = HEAVY.get(imported_top)
    if allowed is None:
        return
    if not any(fnmatch(one.importer, pattern) for pattern in allowed):
        yield f"{imported_top} is imported only by {', '.join(allowed)}"
    elif one.at_top_level:
        yield f"{imported_top} is imported inside functions, never by importing a module"


def test_every_import_points_the_right_way() -> None:
    wrong = [
        f"{one.importer} imports {one.imported}: {rule}"
        for name, path in sorted(modules().items())
        for one in imports_of(path.read_text("utf-8"), name, is_package=path.stem == "__init__")
        for rule in broken_rules(one)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("package", [f"archmeter.{name}" for name in PACKAGES])
def test_the_package_exists_and_its_imports_were_read(package: str) -> None:
    own = {name: path for name, path in modules().items() if is_within(name, package)}
    assert package in own, f"{package}/__init__.py is missing"
    found = [one for name, path in own.items() for one in imports_of(path.read_text("utf-8"), name)]
    assert len(own) > 1
    assert any(is_within(one.imported, package) for one in found)


def test_the_named_modules_exist() -> None:
    """A rule about a module that was renamed would pass for ever."""
    names = set(modules())
    assert names >= set(LAYERS) | {"archmeter.models.torch_module", "archmeter.analyzers.audit"}
    assert names >= set(APART) | {f"archmeter.app.{name}" for name in chain(*APART.values())}
    assert any(family_of(name) for name in names)


def test_the_sanctioned_importers_do_import_torch_and_fvcore() -> None:
    """The rules meet real torch imports, so passing is not for want of any."""
    found = {
        (name, one.imported.split(".")[0])
        for name, path in modules().items()
        for one in imports_of(path.read_text("utf-8"), name)
    }
    assert {
        ("archmeter.models.torch_module", "torch"),
        ("archmeter.analyzers.audit", "fvcore"),
    } <= found


@pytest.mark.parametrize(
    ("module", "source", "rule"),
    [
        (
            "archmeter.models.spec",
            "import archmeter.analyzers",
            "models must not import analyzers",
        ),
        (
            "archmeter.models.spec",
            "from archmeter.app.http.main import create",
            "models must not import app",
        ),
        (
            "archmeter.analyzers.profile",
            "from archmeter.app import settings",
            "analyzers must not import app",
        ),
        ("archmeter.app.http.main", "import tests.tools", "app must not import tests"),
        (
            "archmeter.app.questions.roofline",
            "def f():\n    from archmeter.app.http import problems",
            "must not import archmeter.app.http",
        ),
        (
            "archmeter.app.client.calls",
            "from archmeter.app.store import Store",
            "archmeter.app.client must not import archmeter.app.store",
        ),
        (
            "archmeter.models.ops",
            "from . import graph",
            "must not import the later archmeter.models.graph",
        ),
        (
            "archmeter.models.graph",
            "from .layers import conv",
            "must not import the later archmeter.models.layers",
        ),
        (
            "archmeter.models.layers.conv",
            "from ..families import resnet",
            "the later archmeter.models.families",
        ),
        (
            "archmeter.models.families.resnext",
            "from archmeter.models.families import resnet",
            "the family resnet",
        ),
        ("archmeter.models.families.resnext", "from .resnet import block", "the family resnet"),
        (
            "archmeter.models.families.resnext",
            "def f():\n    from . import resnet",
            "the family resnet",
        ),
        ("archmeter.app.store.analyses", "def f():\n    import torch", "torch is imported only by"),
        (
            "archmeter.app.store.analyses",
            "import importlib\nimportlib.import_module('torch')",
            "only by",
        ),
        ("archmeter.models.torch_module", "import torch", "inside functions"),
        ("archmeter.models.torch_module", "class A:\n    from torch import nn", "inside functions"),
        (
            "archmeter.models.torch_module",
            "try:\n    import torch.fx\nexcept ImportError: ...",
            "functions",
        ),
        (
            "archmeter.models.importers.onnx",
            "if TYPE_CHECKING:\n    ...\nelse:\n    import torch",
            "inside",
        ),
        (
            "archmeter.models.torch_module",
            "def f():\n    import fvcore.nn",
            "fvcore is imported only by",
        ),
        (
            "archmeter.analyzers.audit",
            "from fvcore.nn import FlopCountAnalysis",
            "inside functions",
        ),
    ],
)
def test_a_planted_bad_import_is_found(module: str, source: str, rule: str) -> None:
    complaints = [text for one in imports_of(source, module) for text in broken_rules(one)]
    assert any(rule in text for text in complaints), complaints


@pytest.mark.parametrize(
    ("module", "source"),
    [
        (
            "archmeter.app.http.main",
            "from archmeter.analyzers import analyze\nfrom archmeter.models.spec import InputSpec",
        ),
        (
            "archmeter.analyzers.profile",
            "from archmeter.models.graph import Graph\nfrom . import params",
        ),
        (
            "archmeter.models.families.resnet",
            "from archmeter.models.layers import conv\nfrom archmeter.models.ops import Op",
        ),
        ("archmeter.models.registry", "from archmeter.models import families"),
        ("archmeter.app.client.calls", "from archmeter.app.ask.question import Question"),
        ("archmeter.app.http.questions", "from archmeter.app.questions import analyze"),
        ("archmeter.models.torch_module", "def lower():\n    from torch import nn"),
        ("archmeter.models.importers.onnx", "if TYPE_CHECKING:\n    import torch"),
        ("archmeter.models.torch_module", "if typing.TYPE_CHECKING:\n    import torch.fx"),
        ("archmeter.analyzers.audit", "def audit():\n    import fvcore.nn"),
    ],
)
def test_an_allowed_import_passes(module: str, source: str) -> None:
    assert [text for one in imports_of(source, module) for text in broken_rules(one)] == []


def test_relative_imports_are_resolved_from_packages_too() -> None:
    found = imports_of("from .ops import Op", "archmeter.models", is_package=True)
    assert [one.imported for one in found] == ["archmeter.models.ops", "archmeter.models.ops.Op"]
