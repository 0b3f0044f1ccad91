"""README and documentation: every snippet that shows a result is run, and the result compared."""

from __future__ import annotations

import ast
import contextlib
import io
import json
import re
import shlex
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import uvicorn
from starlette.testclient import TestClient

from archmeter.app.catalogue import to_markdown
from archmeter.app.main import create_app
from archmeter.app.settings import Settings

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
    app = create_app(Settings(database_url=f"sqlite:///{tmp_path}/served.db"))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.mark.parametrize("snippet", snippets("python"), ids=lambda s: s.code.splitlines()[-1])
def test_python_snippets_run_and_print_what_is_shown(
    snippet: Snippet, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "archmeter.app.client" in snippet.code:
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
    """Every cell, and its last expression as a notebook would show it."""
    monkeypatch.setenv("ARCHMETER_URL", served)
    notebook = json.loads((ROOT / "docs" / "notebook.ipynb").read_text("utf-8"))
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(set(ids)) == len(ids)
    names: dict[str, Any] = {}
    shown: dict[str, Any] = {}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            tree = ast.parse("".join(cell["source"]))
            last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
            exec(compile(tree, cell["id"], "exec"), names)  # noqa: S102 - that is the point
            if last is not None:
                expression = compile(ast.Expression(last.value), cell["id"], "eval")
                shown[cell["id"]] = eval(expression, names)  # noqa: S307
    assert "25.56 M" in shown["analyze"]._repr_html_()
    assert "image/svg+xml" in shown["stages"]._repr_mimebundle_()
    assert shown["compare"]["ratios.params"][0] == 1
    assert shown["scale"]["totals.macs"].is_monotonic_increasing
    assert "image/png" in shown["curve"]._repr_mimebundle_()
    names["client"].close()


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


def test_catalogue_is_that_of_the_registry() -> None:
    """`make catalogue` renews it."""
    readme = (ROOT / "README.md").read_text()
    _, _, rest = readme.partition("<!-- catalogue: archmeter families --format markdown -->\n")
    assert rest.partition("<!-- end of catalogue -->")[0] == to_markdown()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), target
