"""What pip installs: the packages below one import root, light by itself, beside anybody's code."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
import tomllib
import venv
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
FOLDERS = ("models", "analyzers", "app")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    for name in ("archmeter", *FOLDERS, "docs", "pyproject.toml", "README.md", "LICENSE"):
        (source / name).symlink_to(ROOT / name)
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, source],
        check=True,
        capture_output=True,
        timeout=120,
    )
    (found,) = folder.glob("*.whl")
    return found


def distributions(texts: Iterable[str]) -> set[str]:
    """Names of what these requirements bring along, in this environment."""
    waiting, seen = [Requirement(text) for text in texts], set[str]()
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if name in seen:
            continue
        seen.add(name)
        for text in importlib.metadata.requires(requirement.name) or ():
            needed = Requirement(text)
            wanted = [{"extra": extra} for extra in (*requirement.extras, "")]
            if needed.marker is None or any(map(needed.marker.evaluate, wanted)):
                waiting.append(needed)
    return seen


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel and what it depends on, and nothing else."""
    folder = tmp_path_factory.mktemp("fresh")
    venv.create(folder, symlinks=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    for name in distributions(PYPROJECT["project"]["dependencies"]):
        found = importlib.metadata.distribution(name)
        tops = {path.parts[0] for path in found.files or () if path.parts[0] != ".."}
        for top in tops - {"__pycache__"}:
            (packages / top).symlink_to(Path(str(found.locate_file(top))))
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(packages)
    return folder / "bin" / "python"


def run(python: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the fresh interpreter as a user would, from a folder of their own."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(cwd)}
    return subprocess.run(
        [python, *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


COMMAND = ("-c", "from archmeter.app.cli import main; main()")


def test_every_package_of_the_tree_is_listed() -> None:
    folders = (path.parent for name in FOLDERS for path in (ROOT / name).rglob("__init__.py"))
    inside = {"archmeter." + ".".join(folder.relative_to(ROOT).parts) for folder in folders}
    listed = PYPROJECT["tool"]["setuptools"]["packages"]
    assert sorted(inside | {"archmeter", "archmeter.app.web.docs"}) == listed


def test_wheel_has_one_import_root_and_every_file(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
    roots = {name.partition("/")[0] for name in names}
    assert {root for root in roots if not root.endswith(".dist-info")} == {"archmeter"}
    files = [path for name in FOLDERS for path in (ROOT / name).rglob("*") if path.is_file()]
    guides = [path for path in (ROOT / "docs").rglob("*") if path.is_file()]
    wanted = {f"archmeter/{path.relative_to(ROOT).as_posix()}" for path in files}
    wanted |= {f"archmeter/app/web/{path.relative_to(ROOT).as_posix()}" for path in guides}
    left_out = {name for name in wanted - names if "__pycache__" not in name}
    assert {Path(name).name for name in left_out} <= {"README.md"}
    assert "archmeter/py.typed" in names


def test_base_analyzes_without_the_service_and_without_torch(python: Path, tmp_path: Path) -> None:
    printed = run(python, tmp_path, *COMMAND, "analyze", "resnet50")
    assert printed.returncode == 0, printed.stderr
    assert "25,557,032" in printed.stdout
    program = (
        "import sys, archmeter; archmeter.Client().close()\n"
        "print(archmeter.analyze(archmeter.preset('resnet50').spec).totals.params)\n"
        "assert not {'torch', 'fastapi', 'sqlalchemy', 'numpy'} & sys.modules.keys()"
    )
    answered = run(python, tmp_path, "-c", program)
    assert answered.stdout == "25557032\n", answered.stderr


@pytest.mark.parametrize(
    ("arguments", "extra"),
    [(("audit", "resnet18"), "torch"), (("code", "resnet18"), "torch"), (("serve",), "serve")],
)
def test_what_needs_an_extra_says_which(
    python: Path, tmp_path: Path, arguments: tuple[str, ...], extra: str
) -> None:
    refused = run(python, tmp_path, *COMMAND, *arguments)
    assert refused.returncode == 2
    (line,) = refused.stderr.splitlines()
    assert f"pip install 'archmeter[{extra}]'" in line


def test_it_stands_beside_a_user_s_own_packages(python: Path, tmp_path: Path) -> None:
    """Vision repositories have a `models` of their own, and many an `app.py`."""
    for name in ("models", "analyzers"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(f"OWN = {name!r}\n", "utf-8")
    (tmp_path / "app.py").write_text("OWN = 'app'\n", "utf-8")
    program = (
        "import analyzers, app, models, archmeter.app.cli, archmeter.models.registry\n"
        "print(app.OWN, analyzers.OWN, models.OWN, archmeter.models.registry.preset('vgg11'))"
    )
    answered = run(python, tmp_path, "-c", program)
    assert answered.stdout == "app analyzers models vgg11\n", answered.stderr


def test_another_wheel_with_the_same_folders_is_none_the_worse(
    wheel: Path, python: Path, tmp_path: Path
) -> None:
    (packages,) = python.parent.parent.glob("lib/python*/site-packages")
    other = {f"{name}/__init__.py": f"OWN = {name!r}\n" for name in ("app", "models")}
    with zipfile.ZipFile(wheel) as packed:
        assert not other.keys() & set(packed.namelist())
    for name, text in other.items():
        (packages / name).parent.mkdir()
        (packages / name).write_text(text, "utf-8")
    program = "import app, models; print(app.OWN, models.OWN)"
    assert run(python, tmp_path, "-c", program).stdout == "app models\n"
    printed = run(python, tmp_path, *COMMAND, "analyze", "resnet18", "--format", "json")
    assert printed.returncode == 0, printed.stderr
