"""Request bodies: how they are read, and every way in which they are refused.

FastAPI's own reading accepts NaN, repeated keys and any length, and drops what it cannot parse into
one unhelpful 400. Reading them here gives each its own problem, and costs less.
"""

from starlette.requests import Request

from archmeter.app.ask import strict_json
from archmeter.app.ask.errors import BodyTooLarge, UnsupportedMediaType


async def read_json(request: Request, *, limit: int) -> strict_json.JSON:
    """Read at most `limit` bytes of JSON.

    Raises:
        UnsupportedMediaType: if the body is declared to be something else.
        BodyTooLarge: as soon as it is known to be longer.
        InvalidJSON: if it is not one well-formed document.
    """
    declared = request.headers.get("content-type", "")
    media_type = declared.partition(";")[0].strip().lower()
    if media_type != "application/json" and not (
        media_type.startswith("application/") and media_type.endswith("+json")
    ):
        raise UnsupportedMediaType(
            f"content type {declared[:80]!r} is not JSON" if declared else "no content type",
            value=declared,
            accepted="application/json",
        )
    return strict_json.loads(await _read(request, limit))


async def _read(request: Request, limit: int) -> bytes:
    length = request.headers.get("content-length", "")
    body = bytearray()
    if not (length.isdecimal() and int(length) > limit):
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
                break
        else:
            return bytes(body)
    raise BodyTooLarge(f"the body is longer than {limit} bytes", accepted=f"at most {limit} bytes")
