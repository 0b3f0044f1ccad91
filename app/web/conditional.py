"""Pages that are the same until something changes: their tags, and 304 for who holds them."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from archmeter.app.conditional import entity_tag, holds


def unless_held(request: Request, page: HTMLResponse) -> Response:
    """The page, or word that the client holds it already."""
    etag = entity_tag(bytes(page.body))
    page.headers["ETag"] = etag
    page.headers["Cache-Control"] = "public, no-cache"
    if not holds(request.headers.get("if-none-match", ""), etag):
        return page
    kept = {name: value for name, value in page.headers.items() if name != "content-length"}
    return Response(status_code=304, headers=kept)
