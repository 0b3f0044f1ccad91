"""The hot path: an analysis that is stored, sent before anything else costs time."""

import sqlite3

from sqlalchemy.exc import DBAPIError
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from archmeter.app.ask.records import StoredBody
from archmeter.app.http.conditional import holds

# Clients keep the answer and ask whether it still holds: a 304 costs less than they would save.
_REVALIDATE = "public, no-cache"


class StoredAnswers:
    """Pure ASGI middleware in front of routing, dependencies and validation.

    It is a shortcut and nothing more. What it cannot answer goes on to the route of the same path,
    which documents the request and says what is wrong when there is nothing to send. It makes the
    answer that dashboards poll more than twice as fast.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer if the path names a stored analysis, else pass on."""
        if scope["type"] == "http" and scope["method"] == "GET":
            collection, _, key = scope["path"].rpartition("/")
            if collection == "/v1/analyses":
                response = await _find(scope, key)
                if response is not None:
                    await response(scope, receive, send)
                    return
        await self.app(scope, receive, send)


def stored_response(stored: StoredBody, if_none_match: str | None) -> Response:
    """The stored bytes, or 304 if the client holds them already."""
    headers = {"ETag": stored.etag, "Cache-Control": _REVALIDATE}
    if if_none_match is not None and holds(if_none_match, stored.etag):
        return Response(status_code=304, headers=headers)
    return Response(stored.body, headers=headers, media_type="application/json")


async def _find(scope: Scope, key: str) -> Response | None:
    try:
        stored = await scope["app"].state.store.body(key)
    except (sqlite3.Error, DBAPIError):
        return None  # the route meets it again, inside the handlers that turn it into a problem
    if stored is None:
        return None
    # Repeated fields are one list (RFC 9110 §5.3).
    tags = [value for name, value in scope["headers"] if name == b"if-none-match"]
    return stored_response(stored, b",".join(tags).decode("latin-1") if tags else None)
