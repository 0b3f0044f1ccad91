"""How a description of a call becomes a method: the same of both clients, each in its own way."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from typing import TYPE_CHECKING, Any, ParamSpec, Protocol, TypeAlias, TypeVar, overload

from archmeter.app.client.calls import Call, Page

if TYPE_CHECKING:
    from archmeter.app.client.transports import AsyncTransport, SyncTransport

P = ParamSpec("P")
T = TypeVar("T")
Waited_co = TypeVar("Waited_co", covariant=True)
Awaited_co = TypeVar("Awaited_co", covariant=True)

Awaited: TypeAlias = Coroutine[Any, Any, T]


class Method(Protocol[Waited_co, Awaited_co]):
    """What type checkers are told of a method: what it is of each of the clients."""

    @overload
    def __get__(self, client: SyncTransport, kind: type, /) -> Waited_co: ...
    @overload
    def __get__(self, client: AsyncTransport, kind: type, /) -> Awaited_co: ...


def performed(
    describe: Callable[P, Call[T]],
) -> Method[Callable[P, T], Callable[P, Awaited[T]]]:
    """A method that makes the call that is described."""

    @functools.wraps(describe)
    def method(client: Any, /, *args: P.args, **kwargs: P.kwargs) -> Any:  # noqa: ANN401
        return client.perform(describe(*args, **kwargs))

    return method  # type: ignore[return-value]  # the functions of a class are such descriptors


def iterated(
    describe: Callable[P, Call[Page[T]]],
) -> Method[Callable[P, Iterator[T]], Callable[P, AsyncIterator[T]]]:
    """A method that gives the items of a list, and asks for a further page when it is needed."""

    @functools.wraps(describe)
    def method(client: Any, /, *args: P.args, **kwargs: P.kwargs) -> Any:  # noqa: ANN401
        return client.iterate(describe(*args, **kwargs))

    return method  # type: ignore[return-value]  # as above
