"""A client that somebody else's generator makes of the OpenAPI document does its work."""

from __future__ import annotations

import json
import os
import subprocess
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

from archmeter.app.http.main import create_app
from archmeter.app.settings import Settings
from tests.browser.serving import serving

GENERATOR = "openapi-python-client==0.29.1"

NO_TYPE = ("image/svg+xml",)
"""Bodies that this generator has no type for, and says so: charts and badges as images."""

PROGRAM = """
import sys

from archmeter_client import Client
from archmeter_client.api.analyses import create_analysis
from archmeter_client.api.scaling import ask_curves
from archmeter_client.models import AnalysisRequest, CurvesRequest

client = Client(base_url=sys.argv[1])
analysis = create_analysis.sync(client=client, body=AnalysisRequest(preset="resnet18"))
print(analysis.name, analysis.totals.params)
body = CurvesRequest.from_dict(
    {"preset": "resnet18", "curves": ["width"], "phi": {"start": 0, "stop": 1, "points": 2}}
)
report = ask_curves.sync(client=client, body=body)
print([point.totals.macs for point in report.curves[0].points][0])
"""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """The address of a service."""
    with serving(tmp_path) as url:
        yield url


@pytest.mark.slow
def test_a_generated_client_posts_an_analysis_and_reads_a_curve(
    served: str, tmp_path: Path
) -> None:
    document = tmp_path / "openapi.json"
    document.write_text(json.dumps(create_app(Settings()).openapi()), "utf-8")
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    installed = subprocess.run(
        [python, "-m", "pip", "install", "--quiet", GENERATOR],
        capture_output=True,
        text=True,
        check=False,
    )
    if installed.returncode:
        pytest.skip(f"cannot install {GENERATOR}: {installed.stderr[-500:]}")
    generated = subprocess.run(
        [
            *(python.with_name("openapi-python-client"), "generate"),
            *("--path", document, "--output-path", tmp_path / "client"),
        ],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}"},
        timeout=300,
    )
    warnings = [line for line in generated.stdout.splitlines() if "WARNING" in line]
    missing = [line for line in generated.stdout.splitlines() if "Cannot parse" in line]
    assert all(any(known in line for known in NO_TYPE) for line in missing), missing
    assert len(warnings) == len(missing), generated.stdout
    assert "Unable to process schema" not in generated.stdout
    run = subprocess.run(
        [python, "-c", PROGRAM, served],
        cwd=tmp_path / "client",
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout == "resnet18 11689512\n1814073344\n"
