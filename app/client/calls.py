"""A call, described once: what is sent, and what its answer is read as.

`endpoint` and `paged` make methods of such descriptions. On a `Client` a method answers, on an
`AsyncClient` it is awaited; parameters and results are known to type checkers on both.
"""

import functools
import json
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import (
    TYPE_CHECKING,
    Any,
    Generic,
    Literal,
    ParamSpec,
    Protocol,
    TypeAlias,
    TypeVar,
    overload,
)
from urllib.parse import quote

from archmeter.app.client.values import parsed, plain

if TYPE_CHECKING:
    from archmeter.app.client.transports import AsyncTransport, SyncTransport

P = ParamSpec("P")
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Identified(Protocol):
    """An answer that belongs to a stored analysis."""

    @property
    def id(self) -> str:
        """Of the analysis."""


Of: TypeAlias = str | Identified
"""An analysis: its id, or any answer about it."""

Architecture: TypeAlias = str | Mapping[str, Any]
"""The name of a preset, or a preset or family with knobs."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent.

    Attributes:
        method: of HTTP.
        path: below the base URL; it may have a query.
        query: parameters as text.
        body: JSON, or None for no body.
    """

    method: Literal["GET", "POST"]
    path: str
    query: Mapping[str, str]
    body: Any = None


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


def get(path: str, kind: type[T], **query: Any) -> Call[T]:
    """Read what is there."""
    return Call((request(path, **query),), lambda bodies: parsed(bodies[0], kind))


def post(path: str, kind: type[T], body: Mapping[str, Any] | None = None) -> Call[T]:
    """Ask with a body."""
    sent = Request("POST", path, {}, None if body is None else plain(body))
    return Call((sent,), lambda bodies: parsed(bodies[0], kind))


def request(path: str, **query: Any) -> Request:
    """A GET; parameters that are None are left out."""
    given = {name: _text(value) for name, value in query.items() if value is not None}
    return Request("GET", path, given)


def path(*parts: Of) -> str:
    """A path of names and ids, each quoted."""
    return "/v1/" + "/".join(quote(key(part), safe="") for part in parts)


def key(of: Of) -> str:
    """The id of an analysis."""
    return of if isinstance(of, str) else of.id


def described(architecture: Architecture) -> Mapping[str, Any]:
    """An architecture as requests have it."""
    return {"preset": architecture} if isinstance(architecture, str) else architecture


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


class endpoint(Generic[P, T]):  # noqa: N801 - a decorator
    """A method of both clients that makes a call."""

    def __init__(self, describe: Callable[P, Call[T]]) -> None:
        self.describe = describe
        functools.update_wrapper(self, describe)  # type: ignore[arg-type]

    @overload
    def __get__(self, client: None, owner: type) -> "endpoint[P, T]": ...
    @overload
    def __get__(self, client: "SyncTransport", owner: type) -> Callable[P, T]: ...
    @overload
    def __get__(
        self, client: "AsyncTransport", owner: type
    ) -> Callable[P, Coroutine[Any, Any, T]]: ...
    def __get__(self, client: Any, owner: type) -> Any:
        if client is None:
            return self

        @functools.wraps(self.describe)
        def method(*args: P.args, **kwargs: P.kwargs) -> Any:  # noqa: ANN401
            return client.perform(self.describe(*args, **kwargs))

        return method


class paged(Generic[P, T]):  # noqa: N801 - a decorator
    """A method of both clients that iterates over all items of a list, page after page."""

    def __init__(self, describe: Callable[P, Call[Page[T]]]) -> None:
        self.describe = describe
        functools.update_wrapper(self, describe)  # type: ignore[arg-type]

    @overload
    def __get__(self, client: None, owner: type) -> "paged[P, T]": ...
    @overload
    def __get__(self, client: "SyncTransport", owner: type) -> Callable[P, Iterator[T]]: ...
    @overload
    def __get__(self, client: "AsyncTransport", owner: type) -> Callable[P, AsyncIterator[T]]: ...
    def __get__(self, client: Any, owner: type) -> Any:
        if client is None:
            return self

        @functools.wraps(self.describe)
        def method(*args: P.args, **kwargs: P.kwargs) -> Any:  # noqa: ANN401
            return client.iterate(self.describe(*args, **kwargs))

        return method
