"""Clients that other people's generators make of the OpenAPI document do their work."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

from archmeter.app.http.main import create_app
from archmeter.app.settings import Settings
from tests.browser.serving import serving
from tests.needs import lacking

PROGRAMS = Path(__file__).parent / "generated_clients"
"""What is done with each client: an analysis is posted, and a curve read."""

PRINTED = "resnet18 11689512\n1814073344\n"

PYTHON_GENERATOR = "openapi-python-client==0.29.1"

NO_TYPE = ("image/svg+xml",)
"""Bodies that this generator has no type for, and says so: charts and badges as images."""

MINUTES = 60


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """The address of a service."""
    with serving(tmp_path) as url:
        yield url


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the programs, and with generators and linter installed from npm."""
    if shutil.which("npm") is None:
        lacking("npm", "npm is not installed")
    folder = tmp_path_factory.mktemp("npm")
    shutil.copytree(PROGRAMS, folder, dirs_exist_ok=True)
    installed = run("npm", "ci", cwd=folder, minutes=5)
    if installed.returncode:
        lacking("npm", f"npm cannot install {PROGRAMS / 'package.json'}: {installed.stderr[-500:]}")
    write_document(folder / "openapi.json")
    return folder


def write_document(file: Path) -> None:
    """Write the OpenAPI document of the service."""
    file.write_text(json.dumps(create_app(Settings()).openapi()), "utf-8")


def run(
    *command: str | Path, cwd: Path, minutes: float = 2, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a program, which finds those that are installed beside it."""
    path = [str(cwd / "node_modules" / ".bin"), str(cwd / "venv" / "bin"), os.environ["PATH"]]
    return subprocess.run(
        command,
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=minutes * MINUTES,
        env={**os.environ, **environment, "PATH": os.pathsep.join(path)},
    )


def succeed(*command: str | Path, cwd: Path, **environment: str) -> str:
    """Run a program that must not fail, and return what it prints."""
    done = run(*command, cwd=cwd, **environment)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]
    return done.stdout


@pytest.mark.slow
def test_openapi_python_client_loses_no_schema_and_its_client_works(
    served: str, tmp_path: Path
) -> None:
    write_document(tmp_path / "openapi.json")
    venv.create(tmp_path / "venv", with_pip=True)
    installed = run("pip", "install", "--quiet", PYTHON_GENERATOR, cwd=tmp_path, minutes=5)
    if installed.returncode:
        lacking("pypi", f"pip cannot install {PYTHON_GENERATOR}: {installed.stderr[-500:]}")
    said = succeed(
        *("openapi-python-client", "generate", "--path", "openapi.json"),
        *("--output-path", "client"),
        cwd=tmp_path,
    )
    warnings = [line for line in said.splitlines() if "WARNING" in line]
    missing = [line for line in said.splitlines() if "Cannot parse" in line]
    assert all(any(known in line for known in NO_TYPE) for line in missing), missing
    assert len(warnings) == len(missing), said
    assert "Unable to process schema" not in said
    program = PROGRAMS / "program.py"
    assert succeed("python", program, served, cwd=tmp_path, PYTHONPATH="client") == PRINTED


@pytest.mark.slow
def test_typescript_clients_have_the_types_they_need_and_work(served: str, packages: Path) -> None:
    options = ("-i", "openapi.json", "-o", "hey", "-c", "@hey-api/client-fetch")
    succeed("openapi-ts", *options, cwd=packages)
    succeed("orval", "--config", "orval.config.mjs", cwd=packages, ARCHMETER_URL=served)
    succeed("tsc", "-p", ".", cwd=packages)
    for program in ("hey", "orval"):
        built = packages / f"{program}.mjs"
        succeed(
            *("esbuild", f"{program}.ts", "--bundle", "--platform=node", "--format=esm"),
            f"--outfile={built}",
            cwd=packages,
        )
        assert succeed("node", built, served, cwd=packages) == PRINTED


@pytest.mark.slow
def test_a_linter_finds_nothing_wrong_with_the_document(packages: Path) -> None:
    succeed("redocly", "lint", "openapi.json", "--format", "stylish", cwd=packages)
