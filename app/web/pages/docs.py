"""Documentation: guides, the catalogue, the questions, and the reference of the REST interface."""

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.responses import FileResponse

from archmeter.app import tables
from archmeter.app.ask.question import Question, questions
from archmeter.app.http.conditional import unless_held
from archmeter.app.questions import families
from archmeter.app.web.guides import Guide, files, guides, read_guide
from archmeter.app.web.site import page
from archmeter.models.spec import ArchitectureSpec

router = APIRouter(prefix="/docs")

PATH = "/docs"

_UNIVERSAL = ", ".join(f"`{knob}`" for knob in ArchitectureSpec.model_fields if knob != "family")

_ABOUT_THE_CATALOGUE = f"""# The catalogue

Every family takes these knobs beside its own: {_UNIVERSAL}.
"""


_ABOUT_QUESTIONS = """# Questions

Each can be asked over HTTP, on the command line and from Python, with the same words and the same
answer. A network is a preset, an architecture or the id of an analysis.
"""


@router.get("")
def show_index(request: Request) -> Response:
    """Everything there is to read."""
    return unless_held(request, page("docs.html", {"here": PATH, "guides": guides().values()}))


@router.get("/api")
def show_api(request: Request) -> Response:
    """Every request the service answers, to be tried out."""
    return unless_held(request, page("api.html", {"here": PATH}))


@router.get("/catalogue")
def show_catalogue(request: Request) -> Response:
    """Every family of networks."""
    table = families.markdown(families.families(families.FamiliesRequest()))
    return _guide(request, read_guide("catalogue", f"{_ABOUT_THE_CATALOGUE}\n{table}"))


@router.get("/questions")
def show_questions(request: Request) -> Response:
    """Everything that can be asked, and how."""
    table = tables.export([_ways(question) for question in questions().values()], "md").decode()
    return _guide(request, read_guide("questions", f"{_ABOUT_QUESTIONS}\n{table}"))


@router.get("/{name}")
def show_guide(request: Request, name: str) -> Response:
    """A guide, or a file that guides refer to."""
    found = guides().get(name)
    return _guide(request, found) if found else _file(name)


@router.get("/{folder}/{name}")
def read_file(folder: str, name: str) -> Response:
    """A file that guides refer to."""
    return _file(f"{folder}/{name}")


def _file(path: str) -> Response:
    """A file by its path, if it was there when it was first asked for one: no path is followed."""
    found = files().get(path)
    if found is None:
        shown = {"here": PATH, "guides": guides().values(), "missing": path[:80]}
        return page("docs.html", shown, status=HTTPStatus.NOT_FOUND)
    return FileResponse(found, headers={"X-Content-Type-Options": "nosniff"})


def _guide(request: Request, guide: Guide) -> Response:
    return unless_held(request, page("guide.html", {"here": PATH, "guide": guide}))


def _ways(question: Question[Any, Any]) -> tables.Row:
    method = "POST" if question.is_about_a_network else "GET"
    return {
        "question": question.summary,
        "command": f"`{f'archmeter {question.name} {question.usage}'.strip()}`",
        "method": f"`{question.module}`",
        "request": f"`{method} /v1/{question.path}`",
    }
