"""Conditional requests: does the client already hold this representation? (RFC 9110 §13.1.2)."""

import re

from starlette.requests import Request
from starlette.responses import Response

from archmeter.app.ask.records import entity_tag

_ENTITY_TAG = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')


def holds(if_none_match: str, etag: str) -> bool:
    """Whether an ``If-None-Match`` field names `etag`.

    The comparison is weak, as the RFC demands of this field: a proxy that compressed the body has
    put ``W/`` before the tag, and what it holds is still the same document.
    """
    if if_none_match == etag:  # what a client echoes back, nearly always
        return True
    return if_none_match.strip() == "*" or etag in _ENTITY_TAG.findall(if_none_match)


def unless_held(request: Request, response: Response) -> Response:
    """An answer that may be kept and asked about again, or word that the client holds it already.

    Clients keep it and ask whether it still holds: a 304 costs less than they would save.
    """
    etag = response.headers.setdefault("etag", entity_tag(bytes(response.body)))
    if response.headers.get("cache-control") in {None, "no-cache"}:  # pages have it already
        response.headers["cache-control"] = "public, no-cache"
    # Repeated fields are one list (RFC 9110 §5.3).
    if not holds(",".join(request.headers.getlist("if-none-match")), etag):
        return response
    apart = {"content-length", "content-type"}
    kept = {name: value for name, value in response.headers.items() if name not in apart}
    return Response(status_code=304, headers=kept)
