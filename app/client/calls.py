"""A call, described once: what is sent, and what its answer is read as."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from re import fullmatch
from typing import Any, Generic, Literal, Protocol, TypeAlias, TypeVar
from urllib.parse import quote

from archmeter.analyzers.answers import Answer, Rows
from archmeter.app.ask.network import ANALYSIS_ID
from archmeter.app.ask.question import Question
from archmeter.app.ask.request import TextField

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
A = TypeVar("A", bound=Answer)


class Identified(Protocol):
    """An answer that belongs to an analysis."""

    @property
    def id(self) -> str:
        """The id of the analysis."""


Of: TypeAlias = str | Identified | Mapping[str, Any]
"""A network: a preset's name, an analysis's id or any answer about it, or an architecture."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent.

    Attributes:
        method: of HTTP.
        path: below the base URL; it may have a query.
        query: parameters as text.
        body: JSON, or None for no body.
        accept: the media type that is read.
    """

    method: Literal["GET", "POST"]
    path: str
    query: Mapping[str, str]
    body: Any = None
    accept: str = "application/json"


@dataclass(frozen=True, slots=True)
class Call(Generic[T_co]):
    """Requests in order, and how their bodies are read together.

    Attributes:
        requests: one as a rule.
        read: from the bodies of their answers; raises ValueError if these are not what it expects.
    """

    requests: tuple[Request, ...]
    read: Callable[[Sequence[bytes]], T_co]


class Page(Protocol[T_co]):
    """One page of a list, whose ``links`` have a ``next`` while there is another."""

    @property
    def items(self) -> Sequence[T_co]:
        """What is on it."""

    @property
    def links(self) -> Mapping[str, str]:
        """Paths, relative to the service."""


def get(path: str, kind: type[A], **query: Any) -> Call[A]:
    """Read what is there."""
    return Call((request(path, **query),), lambda bodies: kind.from_json(bodies[0]))


def post(path: str, kind: type[A], body: Mapping[str, Any] | None = None) -> Call[A]:
    """Ask with a body."""
    sent = Request("POST", path, {}, None if body is None else plain(body))
    return Call((sent,), lambda bodies: kind.from_json(bodies[0]))


def request(path: str, **query: Any) -> Request:
    """A GET; parameters that are None are left out."""
    given = {name: _text(value) for name, value in query.items() if value is not None}
    return Request("GET", path, given)


def path(*parts: str | Identified) -> str:
    """A path of names and ids, each quoted."""
    return "/v1/" + "/".join(quote(key(part), safe="") for part in parts)


def key(of: str | Identified) -> str:
    """The id of an analysis."""
    return of if isinstance(of, str) else of.id


def asked(
    question: Question[Any, A], arguments: Sequence[Any], options: Mapping[str, Any]
) -> Call[A]:
    """The call that asks a question.

    Args:
        question: what is asked.
        arguments: the network, if it is about one; else what stands in the path.
        options: fields of the request; of a question about a network others are knobs.

    Raises:
        TypeError: if there are too many or too few arguments.
    """
    names = ["network"] if question.is_about_a_network else question.in_path
    if len(arguments) > len(names) or (question.in_path and len(arguments) < len(names)):
        wanted = ", ".join(names) or "no positional argument"
        raise TypeError(f"{question.module}() takes {wanted}, and options by name")
    if not question.is_about_a_network:
        parts = dict(zip(names, arguments, strict=True))
        filled = (parts.get(part[1:-1], part) for part in question.path.split("/"))
        return get(path(*filled), question.answer, **options)
    fields = question.request.model_fields
    texts = question.fields
    given = {
        name: _listed(value, texts.get(name))
        for name, value in options.items()
        if name in fields and value is not None
    }
    knobs = {name: value for name, value in options.items() if name not in fields}
    body = {**named(arguments[0] if arguments else None, knobs), **given}
    return post(path(*question.path.split("/")), question.answer, body)


def named(of: Of | None, knobs: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a request that say which network it is about."""
    if of is None or isinstance(of, Mapping):
        whole = {**(of or {}), **knobs}
        return {"architecture": whole} if whole or of is not None else {}
    if not isinstance(of, str) or fullmatch(ANALYSIS_ID, of):
        if knobs:
            raise TypeError(f"an analysis has its knobs already: {', '.join(knobs)}")
        return {"analysis": key(of)}
    return {"architecture": {"preset": of, **knobs}}


def _listed(value: Any, field: TextField | None) -> Any:  # noqa: ANN401
    """A list that stands between commas, as in a URL; any other value as it is."""
    if field is None or not field.is_list or not isinstance(value, str) or value[:1] in {"{", "["}:
        return value
    return field.read(value)


def plain(value: Any) -> Any:  # noqa: ANN401 - any JSON, and answers in it
    """Dicts, lists and scalars of what may hold answers and read-only views; shares nothing."""
    if isinstance(value, Answer):
        return value.to_dict()
    if isinstance(value, Rows):
        return value.to_list()
    if isinstance(value, Mapping):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return value


def _text(value: Any) -> str:  # noqa: ANN401
    """A parameter as text: lists between commas, objects as JSON."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case Mapping():
            return json.dumps(plain(value))
        case list() | tuple():
            return ",".join(map(_text, value))
        case _ if hasattr(value, "id"):
            return key(value)
        case _:
            return str(value)
