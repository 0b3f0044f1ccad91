"""The two ways in which a call is made: and wait for it, or await it. Both over httpx2."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from os import environ
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from archmeter.analyzers.answers.libraries import needed
from archmeter.app.client.calls import Call, Page, Request
from archmeter.app.client.errors import NoAnswer, Problem

if TYPE_CHECKING:
    import httpx2
else:
    httpx2 = needed("httpx2", "the client")

T = TypeVar("T")
H = TypeVar("H")

DEFAULT_URL = "http://127.0.0.1:8000"
"""Where `make run` serves; the environment's ARCHMETER_URL is asked first."""

DEFAULT_TIMEOUT = 60.0
"""Seconds: audits and searches for budgets take some of them, all else milliseconds."""

_PROBLEM = "application/problem+json"


class _Transport(Generic[H]):
    """What both transports have in common.

    Args:
        base_url: of the service; without it the environment's ARCHMETER_URL, then port 8000 here.
        timeout: seconds to wait for a connection and for each part of an answer, or an
            `httpx2.Timeout`; None waits for ever.
        headers: sent with every request.
        http: a client of httpx2, of the same kind, to use as it is, in place of all the above. It
            stays open when this client is closed.
    """

    _opened: Callable[..., H]

    def __init__(
        self,
        base_url: str | None = None,
        *,
        timeout: "float | httpx2.Timeout | None" = DEFAULT_TIMEOUT,
        headers: Mapping[str, str] | None = None,
        http: H | None = None,
    ) -> None:
        url = base_url or environ.get("ARCHMETER_URL") or DEFAULT_URL
        self._http = http or self._opened(base_url=url, timeout=timeout, headers=headers)
        self._owned = http is None


class SyncTransport(_Transport["httpx2.Client"]):
    """Makes calls and waits for them."""

    _opened = httpx2.Client

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give back the connections."""
        if self._owned:
            self._http.close()

    def perform(self, call: Call[T]) -> T:
        """Make a call.

        Raises:
            Problem: if the service refuses.
            NoAnswer: if there is none, or not one of archmeter's.
        """
        return _read(call, [self._send(request) for request in call.requests])

    def iterate(self, call: Call[Page[T]]) -> Iterator[T]:
        """Make a call, and again for every further page as soon as it is needed."""
        following: Call[Page[T]] | None = call
        while following is not None:
            page = self.perform(following)
            yield from page.items
            following = _next(call, page)

    def _send(self, request: Request) -> bytes:
        with _reaching(request):
            response = self._http.request(**_arguments(request))
        return _content(response)


class AsyncTransport(_Transport["httpx2.AsyncClient"]):
    """Makes calls that are awaited."""

    _opened = httpx2.AsyncClient

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Give back the connections."""
        if self._owned:
            await self._http.aclose()

    async def perform(self, call: Call[T]) -> T:
        """As that of a `SyncTransport`."""
        return _read(call, [await self._send(request) for request in call.requests])

    async def iterate(self, call: Call[Page[T]]) -> AsyncIterator[T]:
        """As that of a `SyncTransport`."""
        following: Call[Page[T]] | None = call
        while following is not None:
            page = await self.perform(following)
            for item in page.items:
                yield item
            following = _next(call, page)

    async def _send(self, request: Request) -> bytes:
        with _reaching(request):
            response = await self._http.request(**_arguments(request))
        return _content(response)


@contextmanager
def _reaching(request: Request) -> Iterator[None]:
    try:
        yield
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        reason = str(error) or type(error).__name__
        raise NoAnswer(f"{request.method} {request.path}: no answer: {reason}") from error


def _arguments(request: Request) -> dict[str, Any]:
    # Empty parameters would take away those that a link has in its path.
    return {
        "method": request.method,
        "url": request.path,
        "params": request.query or None,
        "json": request.body,
        "headers": {"Accept": request.accept},
    }


def _content(response: "httpx2.Response") -> bytes:
    """The body of an answer, or what it refuses with."""
    if response.is_success:
        return response.content
    media_type = response.headers.get("content-type", "").partition(";")[0].strip()
    if media_type == _PROBLEM:
        try:
            raise Problem(response.json())
        except (ValueError, KeyError, TypeError) as error:
            raise _foreign(response, "a problem that is none") from error
    raise _foreign(response, f"{response.status_code} {media_type or 'without a type'}")


def _read(call: Call[T], bodies: list[bytes]) -> T:
    try:
        return call.read(bodies)
    except ValueError as error:
        asked = ", ".join(request.path for request in call.requests)
        raise NoAnswer(f"{asked}: the answer is not one of archmeter's: {error}") from error


def _next(call: Call[Any], page: Page[Any]) -> Call[Any] | None:
    link = page.links.get("next")
    return None if link is None else replace(call, requests=(Request("GET", link, {}),))


def _foreign(response: "httpx2.Response", what: str) -> NoAnswer:
    return NoAnswer(
        f"{response.request.method} {response.url}: not an answer of archmeter: {what}: "
        f"{response.text[:200]!r}"
    )
