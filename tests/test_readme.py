"""README and documentation: every snippet that shows a result is run, and the result compared."""

from __future__ import annotations

import contextlib
import io
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

import nbformat
import pytest
from nbclient import NotebookClient
from starlette.testclient import TestClient

from archmeter.app.client.drawing import VEGA_LITE
from archmeter.app.http.main import create_app
from archmeter.app.questions.families import FamiliesRequest, families, markdown
from archmeter.app.settings import Settings
from archmeter.models.spec import ArchitectureSpec
from tests.browser.serving import serving

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md"))]


class Snippet(NamedTuple):
    """A fenced block, and the text block after it, if that shows its output."""

    page: str
    language: str
    code: str
    shown: str | None


def snippets(language: str) -> list[Snippet]:
    found = []
    for page in PAGES:
        text = page.read_text()
        blocks = list(re.finditer(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))
        for block, following in zip_longest(blocks, blocks[1:]):
            if block[1] == language:
                adjacent = following and not text[block.end() : following.start()].strip()
                shown = following[2] if following and adjacent and following[1] == "text" else None
                found.append(Snippet(page.name, language, block[2], shown))
    assert found, f"no {language} snippet in the documentation"
    return found


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """The address of a running service, for what uses the client."""
    with serving(tmp_path) as address:
        yield address


@pytest.mark.parametrize("snippet", snippets("python"), ids=lambda s: s.code.splitlines()[-1])
def test_python_snippets_run_and_print_what_is_shown(
    snippet: Snippet, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "Client" in snippet.code:
        monkeypatch.setenv("ARCHMETER_URL", request.getfixturevalue("served"))
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(snippet.code, snippet.page, "exec"), {})  # noqa: S102 - that is the point
    assert printed.getvalue()
    if snippet.shown is not None:
        assert printed.getvalue() == snippet.shown


def test_the_notebook_runs_and_shows_what_it_says(
    served: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a kernel of its own; what it shows is valid in the format of notebooks."""
    monkeypatch.setenv("ARCHMETER_URL", served)
    notebook = nbformat.read(ROOT / "docs" / "notebook.ipynb", as_version=4)
    code = {cell["id"]: cell for cell in notebook.cells if cell.cell_type == "code"}
    assert not any(cell.outputs for cell in code.values())
    NotebookClient(notebook, timeout=120).execute()
    nbformat.validate(notebook)
    shown = {name: cell.outputs[-1].data for name, cell in code.items() if cell.outputs}
    assert "25.56 M" in shown["analyze"]["text/html"]
    assert {"image/svg+xml", VEGA_LITE} <= shown["stages"].keys()
    assert "ratios.params" in shown["compare"]["text/html"]
    assert "totals.macs" in shown["scale"]["text/html"]
    assert {"image/png", VEGA_LITE} <= shown["curve"].keys()


@pytest.mark.parametrize("snippet", snippets("console"), ids=lambda s: s.code.splitlines()[0])
def test_commands_print_what_is_shown(snippet: Snippet) -> None:
    command, _, shown = snippet.code.partition("\n")
    program, *arguments = shlex.split(command.removeprefix("$ "))
    assert program == "archmeter"
    run = subprocess.run(
        [sys.executable, "-c", "from archmeter.app.cli import main; main()", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
    )
    printed = "".join(f"{line.rstrip()}\n" for line in run.stdout.splitlines())
    assert printed == shown


def test_posted_example_is_answered(tmp_path: Path) -> None:
    """The curl example of the README, sent as it stands there."""
    body = re.search(
        r"-d '\s*(\{.*?\})'$", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL
    )
    assert body is not None
    app = create_app(Settings(database_url=f"sqlite:///{tmp_path}/readme.db"))
    with TestClient(app) as client:
        answer = client.post("/v1/analyses", json=json.loads(body[1]))
    assert answer.status_code == 201
    assert answer.json()["name"] == "resnet50 attention=squeeze_excite"


def test_the_knobs_of_every_family_are_named() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    named = re.search(r"Every family takes (.*?) beside its own knobs", text, re.DOTALL)
    assert named is not None
    knobs = {*re.findall(r"`(\w+)`", named[1])}
    assert knobs == ArchitectureSpec.model_fields.keys() - {"family"}


def test_catalogue_is_that_of_the_registry() -> None:
    """`make catalogue` renews it."""
    readme = (ROOT / "README.md").read_text()
    _, _, rest = readme.partition("<!-- catalogue: archmeter families --format markdown -->\n")
    assert rest.partition("<!-- end of catalogue -->")[0] == markdown(families(FamiliesRequest()))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), target
