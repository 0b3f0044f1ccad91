"""A question: one file of `app.questions`, from which everything that asks it is derived.

The file's docstring is what the question is about, in the words of its documentation and its help.
Its ``QUESTION`` names the function that answers, whose annotations say what is asked (a `Request`)
and what is answered (an `Answer`). The name of the file is the name of the command and of the
client's method.
"""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import import_module
from typing import Any, Generic, Literal, TypeVar, cast, get_type_hints

from archmeter.analyzers.answers import Answer, Rows
from archmeter.analyzers.training.options import TrainingOptions
from archmeter.app import questions as files
from archmeter.app.ask.network import NETWORK_FIELDS, ArchitectureRequest, Network
from archmeter.app.ask.progress import Progress
from archmeter.app.ask.request import Request, TextField, from_document, text_fields
from archmeter.app.ask.typed import document_of

R = TypeVar("R", bound=Request)
A = TypeVar("A", bound=Answer)

Tag = Literal["analyses", "training", "scaling", "catalogue"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Question(Generic[R, A]):
    """Something that can be asked.

    Attributes:
        path: below ``/v1``: ``roofline``; names in braces are fields of the request.
        ask: answers. It is given the network, if the question is about one, then the request; and
            last, if it takes a third, something that shows how far it is.
        asked: examples by what they are about: what is typed after the command's name, or a body
            that cannot be typed. They stand in the documentation, the first in the command's help;
            tests ask them all.
        show: prints an answer for people, to an `app.printer.Printer`; a generic table if None. Its
            keyword parameters are options of the command.
        rows: the table of an answer, if it has one: it is offered in every format of `app.tables`.
        texts: further formats by name, and how they are written.
        lane: where it waits for its like, if it may take long; then nothing else waits behind it.
        by_id: whether it is read below an analysis; routes of its own do so otherwise.
        by_query: whether it is read at its path, with the network in the query; not where another
            question, about no network, is read there.
        link: parameters of the link to it in an analysis, written as a constant; None for no link.
        default_format: how the command prints, if nobody says otherwise; a text is sent so, too.
        failed: whether the command ends with status 1, for an answer that is bad news.
        presets: puts further presets that a command is given into the request, if it takes several.
    """

    path: str
    ask: Callable[[R], A] | Callable[[Network, R], A] | Callable[[Network, R, Progress], A]
    asked: Mapping[str, str | Mapping[str, Any]] = field(default_factory=dict)
    show: Callable[..., None] | None = None
    rows: Callable[[A], Rows[Any]] | None = None
    texts: Mapping[str, Callable[[A], str]] = field(default_factory=dict)
    lane: str | None = None
    by_id: bool = True
    by_query: bool = True
    link: str | None = None
    default_format: str = "table"
    failed: Callable[[A], bool] | None = None
    presets: Callable[[dict[str, Any], list[str]], None] | None = None

    @property
    def module(self) -> str:
        """The name of its file."""
        return self.ask.__module__.rpartition(".")[2]

    @property
    def name(self) -> str:
        """What it is called as a command: ``receptive-field``."""
        return self.module.replace("_", "-")

    @cached_property
    def answer(self) -> type[A]:
        """What is answered."""
        found: type[A] = get_type_hints(self.ask)["return"]
        return found

    @cached_property
    def request(self) -> type[R]:
        """What is asked."""
        kinds = get_type_hints(self.ask).values()
        return next(cast("type[R]", kind) for kind in kinds if issubclass(kind, Request))

    @property
    def tag(self) -> Tag:
        """The chapter of the documentation."""
        if self.path.startswith("scaling/"):
            return "scaling"
        asked: type[object] = self.request
        if issubclass(asked, TrainingOptions):
            return "training"
        return "analyses" if self.is_about_a_network else "catalogue"

    @property
    def usage(self) -> str:
        """What follows the command's name in the example of its help."""
        return next((asked for asked in self.asked.values() if isinstance(asked, str)), "")

    @cached_property
    def examples(self) -> dict[str, dict[str, Any]]:
        """Bodies with what they are about, as OpenAPI has them; none where no body is read."""
        asked = self.asked if self.is_about_a_network else {}
        return {one: {"summary": one, "value": self._body(asked[one])} for one in asked}

    def _body(self, asked: str | Mapping[str, Any]) -> Mapping[str, Any]:
        if not isinstance(asked, str):
            return asked
        request = from_document(self.request, document_of(self, asked))
        # Numbers are shown as people type them: 4 and not 4.0.
        body: dict[str, Any] = json.loads(
            request.model_dump_json(exclude_unset=True),
            parse_float=lambda digits: int(n) if (n := float(digits)).is_integer() else n,
        )
        if body.get("architecture", {}).keys() == {"preset"}:
            body = {**body.pop("architecture"), **body}
        return body

    @property
    def description(self) -> str:
        """What it is about, in Markdown."""
        return inspect.cleandoc(sys.modules[self.ask.__module__].__doc__ or "")

    @property
    def summary(self) -> str:
        """The same in a line."""
        return self.description.partition("\n")[0]

    @property
    def is_about_a_network(self) -> bool:
        """Whether the request names one."""
        return issubclass(self.request, ArchitectureRequest)

    @property
    def in_path(self) -> list[str]:
        """Fields that are part of the path."""
        return [part[1:-1] for part in self.path.split("/") if part.startswith("{")]

    @property
    def fields(self) -> dict[str, TextField]:
        """What can be asked, as text, by name."""
        return text_fields(self.request)

    def options(self) -> list[TextField]:
        """What can be asked besides the network and what stands in the path."""
        apart = {*self.in_path, *(NETWORK_FIELDS if self.is_about_a_network else ())}
        return [found for name, found in self.fields.items() if name not in apart]

    def answered(
        self, request: R, network: Network | None = None, progress: Progress | None = None
    ) -> A:
        """Answer a request.

        Args:
            request: what is asked.
            network: which it is about, if it is about one.
            progress: is told how far the work is.

        Raises:
            ArchmeterError: if the question cannot be answered.
        """
        given: list[Any] = [request] if network is None else [network, request]
        if progress is not None and self.reports_progress:
            given.append(progress)
        ask: Callable[..., A] = self.ask
        return ask(*given)

    @property
    def reports_progress(self) -> bool:
        """Whether it tells how far it is."""
        return len(inspect.signature(self.ask).parameters) > 1 + self.is_about_a_network


def question(module: str) -> Question[Any, Any]:
    """The question of a file."""
    found: Question[Any, Any] = import_module(f"{files.__name__}.{module}").QUESTION
    return found


@cache
def questions() -> dict[str, Question[Any, Any]]:
    """Every question by the name of its file.

    Raises:
        TypeError: if two are read at the same path.
    """
    found = {module: question(module) for module in files.declared()}
    paths = [one.path for one in found.values() if one.by_query]
    if len(set(paths)) < len(paths):
        raise TypeError(f"two questions are read at the same path: {sorted(paths)}")
    return found
