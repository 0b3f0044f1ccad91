"""The set-up a stranger meets first: make, the pins, the container files, the README."""

from __future__ import annotations

import importlib
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]
TARGETS = {
    "run",
    "test",
    "test-slow",
    "test-differential",
    "check",
    "format",
    "bench",
    "catalogue",
    "screenshots",
    "vendor",
    "lock",
    "clean",
    "help",
}
# Linux builds of torch with CUDA pin these themselves; other builds have none of them.
CUDA = re.compile(r"(nvidia|cuda|triton)(-|$)")

needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="needs make")


def pins() -> dict[str, str]:
    """The lines of constraints.txt without comments: name -> the rest."""
    text = (ROOT / "constraints.txt").read_text("utf-8")
    lines = [line.partition("#")[0].strip() for line in text.splitlines()]
    requirements = [Requirement(line) for line in lines if line]
    return {canonicalize_name(one.name): str(one.specifier) for one in requirements}


# ---- dependencies


def test_constraints_pin_one_public_version_each() -> None:
    """A local suffix (+cpu) or a path would tie the pins to one machine."""
    text = (ROOT / "constraints.txt").read_text("utf-8")
    assert "file:" not in text
    assert " @ " not in text
    assert not re.search(r"^-", text, flags=re.MULTILINE), "options belong to the Makefile"
    assert len(pins()) > 50
    for name, specifier in pins().items():
        assert re.fullmatch(r"==[0-9][0-9a-z.]*", specifier), f"{name}{specifier}"
        assert Version(specifier.removeprefix("==")).local is None
        assert not CUDA.match(name), name


def others(texts: Iterable[str]) -> set[str]:
    """Requirements of other projects: an extra may name further extras of this one."""
    return {text for text in texts if Requirement(text).name != PROJECT["name"]}


@pytest.mark.parametrize(
    "text", sorted(others([*PROJECT["dependencies"], *chain(*EXTRAS.values())]))
)
def test_dependency_is_pinned_within_its_bounds(text: str) -> None:
    requirement = Requirement(text)
    pin = pins()[canonicalize_name(requirement.name)]
    assert requirement.specifier.contains(pin.removeprefix("=="), prereleases=True)


def test_whatever_the_installed_packages_need_is_pinned() -> None:
    """Follows the requirements of what is installed: one that came in unpinned shows here."""
    extras = ("serve", "torch", "postgresql", "mcp", "test")
    texts = others([*PROJECT["dependencies"], *chain(*(EXTRAS[extra] for extra in extras))])
    waiting = list(map(Requirement, texts))
    seen: set[tuple[str, frozenset[str]]] = set()
    unpinned = set()
    while waiting:
        requirement = waiting.pop()
        name, extras = canonicalize_name(requirement.name), frozenset(requirement.extras)
        if (name, extras) in seen or CUDA.match(name):
            continue
        seen.add((name, extras))
        if name not in pins():
            unpinned.add(name)
        needs = importlib.metadata.requires(name) or []
        waiting += [one for text in needs if applies((one := Requirement(text)).marker, extras)]
    assert unpinned == set()
    assert len(seen) > len(PROJECT["dependencies"])


def applies(marker: Marker | None, extras: frozenset[str]) -> bool:
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras))


def test_the_command_exists() -> None:
    module, _, function = PROJECT["scripts"]["archmeter"].partition(":")
    assert callable(getattr(importlib.import_module(module), function))


# ---- make


def make(directory: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Make in the directory, with nothing inherited that could change what it does."""
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "TMPDIR") if key in os.environ}
    return subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=directory,
        env=kept | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The files that installing depends on, without a virtual environment."""
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy2(ROOT / name, tmp_path)
    return tmp_path


@pytest.fixture
def only(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PATH of the few system tools the Makefile calls: no Python, no uv."""
    tools = tmp_path_factory.mktemp("tools")
    for name in ("sh", "rm", "touch", "awk", "mkdir", "make"):
        found = shutil.which(name)
        assert found, name
        (tools / name).symlink_to(found)
    return tools


def plant(directory: Path, name: str, script: str) -> None:
    """An executable of this name that runs the shell script."""
    (directory / name).write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    (directory / name).chmod(0o755)


FAKE_UV = """
printf '%s\\n' "$*" >>uv.log
case "$1" in
venv) for last; do :; done; mkdir -p "$last/bin" ;;
pip) exit "${UV_PIP_STATUS:-0}" ;;
esac
"""
INSTALL = "pip install --quiet --python .venv/bin/python"


@needs_make
@pytest.mark.parametrize("arguments", [(), ("help",)])
def test_help_lists_every_target(checkout: Path, arguments: tuple[str, ...]) -> None:
    answer = make(checkout, *arguments)
    assert answer.returncode == 0, answer.stderr
    assert set(re.findall(r"^make ([a-z-]+)  *[A-Z]", answer.stdout, re.MULTILINE)) == TARGETS
    assert "TORCH_INDEX" in answer.stdout


@needs_make
def test_a_second_call_installs_nothing(checkout: Path, only: Path) -> None:
    plant(only, "uv", FAKE_UV)
    assert make(checkout, ".venv/.test", PATH=str(only)).returncode == 0
    (checkout / "uv.log").unlink()
    for target in ("test", "run"):
        dry = make(checkout, "--dry-run", target, PATH=str(only))
        assert dry.returncode == 0, dry.stderr
        assert "install" not in dry.stdout, target
    assert make(checkout, ".venv/.test", ".venv/.run", PATH=str(only)).returncode == 0
    assert not (checkout / "uv.log").exists()


@needs_make
@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_changed_dependencies_are_installed_again(checkout: Path, only: Path, name: str) -> None:
    plant(only, "uv", FAKE_UV)
    make(checkout, ".venv/.test", PATH=str(only))
    later = (checkout / ".venv/.test").stat().st_mtime + 10
    os.utime(checkout / name, (later, later))
    assert "install" in make(checkout, "--dry-run", "test", PATH=str(only)).stdout


@needs_make
def test_an_interrupted_install_is_not_taken_for_a_finished_one(checkout: Path, only: Path) -> None:
    plant(only, "uv", FAKE_UV)
    broken = make(checkout, ".venv/.test", PATH=str(only), UV_PIP_STATUS="1")
    assert broken.returncode != 0
    assert not (checkout / ".venv/.test").exists()
    assert make(checkout, ".venv/.test", PATH=str(only)).returncode == 0
    assert (checkout / ".venv/.test").exists()


@needs_make
def test_torch_index_answers_for_torch_alone(checkout: Path, only: Path) -> None:
    """Two indexes in one call would let one answer for the other's packages."""
    plant(only, "uv", FAKE_UV)
    index = "https://example.org/cpu"
    assert make(checkout, ".venv/.test", f"TORCH_INDEX={index}", PATH=str(only)).returncode == 0
    log = (checkout / "uv.log").read_text("utf-8").splitlines()
    assert log[-2:] == [
        f"{INSTALL} --no-deps --index-url {index} --constraint constraints.txt torch",
        f"{INSTALL} --constraint constraints.txt --editable .[test]",
    ]


@needs_make
def test_without_a_new_enough_python_make_says_what_it_needs(checkout: Path, only: Path) -> None:
    plant(only, "python3", "exit 1")
    answer = make(checkout, "run", PATH=str(only))
    assert answer.returncode != 0
    assert "No Python >= 3.11" in answer.stderr
    assert not (checkout / ".venv").exists()


@needs_make
def test_without_uv_the_first_new_enough_python_makes_the_environment(
    checkout: Path, only: Path
) -> None:
    plant(only, "python3", "exit 1")
    plant(only, "python3.12", f'exec "{sys.executable}" "$@"')
    answer = make(checkout, ".venv/.made", PATH=str(only))
    assert answer.returncode == 0, answer.stderr
    assert (checkout / ".venv/bin/python").exists()


@needs_make
def test_run_serves_where_it_is_told(checkout: Path, only: Path) -> None:
    def serving(*arguments: str, **environment: str) -> str:
        answer = make(checkout, "--dry-run", "run", *arguments, PATH=str(only), **environment)
        return f"{answer.stdout.splitlines()[-1].rstrip()} "

    assert serving() == (
        '.venv/bin/archmeter serve --host "127.0.0.1" --port "8000"'
        ' --database-url "sqlite:///data/archmeter.db" '
    )
    assert '--port "9000"' in serving("PORT=9000")
    assert '--host "0.0.0.0"' in serving("HOST=0.0.0.0")
    assert '--database-url "sqlite:///a.db"' in serving("DATABASE_URL=sqlite:///a.db")
    assert '--database-url "sqlite:///b.db"' in serving(ARCHMETER_DATABASE_URL="sqlite:///b.db")
    assert '--host "127.0.0.1"' in serving(HOST="x86_64-conda-linux-gnu")


# ---- containers


def dockerfile(instruction: str) -> list[str]:
    text = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    return re.findall(rf"^{instruction}\s+(.*)$", text, re.MULTILINE)


def test_compose_and_dockerfile_agree() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    (service,) = compose["services"].values()
    (exposed,) = dockerfile("EXPOSE")
    (volume,) = dockerfile("VOLUME")
    (port,) = service["ports"]
    (mount,) = service["volumes"]
    source, _, target = mount.partition(":")
    assert port.split(":")[-1] == exposed
    assert target == volume
    assert source in compose["volumes"]
    url = service["environment"]["ARCHMETER_DATABASE_URL"]
    assert url == f"sqlite:///{volume}/archmeter.db"
    assert f"ARCHMETER_DATABASE_URL={url}" in dockerfile("ENV")[-1]
    assert f":{exposed}/healthz" in service["healthcheck"]["test"][-1]
    assert f":{exposed}/healthz" in dockerfile("HEALTHCHECK")[0]
    assert dockerfile("ARG")[0].partition("=")[2] in service["build"]["args"]["TORCH_INDEX"]


def test_the_image_serves_as_an_ordinary_user() -> None:
    (user,) = dockerfile("USER")
    assert user not in {"root", "0"}
    assert dockerfile("CMD")[-1].startswith('["archmeter", "serve", "--host", "0.0.0.0"')


def test_the_image_gets_every_file_it_copies() -> None:
    kept = set(re.findall(r"^!(.*)$", (ROOT / ".dockerignore").read_text("utf-8"), re.MULTILINE))
    copied = {
        name
        for line in dockerfile("COPY")
        if not line.startswith("--from")
        for name in line.split()[:-1]
    }
    assert copied == kept
    assert all((ROOT / name).exists() for name in copied)


# ---- README


def test_the_first_two_commands_of_the_readme_are_run_and_test() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    blocks = re.findall(r"(?ms)^```(?:sh|bash|shell|console)?\n(.*?)^```", text)
    lines = (line.partition("#")[0] for block in blocks for line in block.splitlines())
    commands = [line.strip().removeprefix("$ ") for line in lines if line.strip()]
    assert commands[:2] == ["make run", "make test"]
