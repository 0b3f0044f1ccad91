"""Scripts, styles and images: kept for ever under the URLs that pages give them."""

from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC = Path(__file__).parent / "static"


class KeptFiles(StaticFiles):
    """The files of ``static``. A URL that names a version never shows another content."""

    def __init__(self) -> None:
        super().__init__(directory=STATIC)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A file, to be kept for ever if its version was asked for."""
        response = await super().get_response(path, scope)
        versioned = scope["query_string"].startswith(b"v=")
        kept = "public, max-age=31536000, immutable" if versioned else "public, no-cache"
        response.headers["Cache-Control"] = kept
        # For frames in a sandbox, whose origin is none.
        response.headers["Access-Control-Allow-Origin"] = "*"
        return response
