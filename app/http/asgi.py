"""Pure ASGI middleware: a function call per request, where BaseHTTPMiddleware costs 135 µs."""

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from archmeter.app.formats import BINARY


class HeadAsGet:
    """Answer HEAD with the headers of GET, for every route at once (RFC 9110 §9.3.2)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Rewrite the method on the way in, drop the body on the way out."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self.app({**scope, "method": "GET"}, receive, without_body)


class Compressed:
    """Compress what is large and not compressed already."""

    _DENSE = tuple(f".{name}" for name in BINARY)

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._compressed = GZipMiddleware(app, minimum_size=1_000, compresslevel=5)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Choose by the path: what ends like an image is one."""
        dense = scope["type"] != "http" or scope["path"].endswith(self._DENSE)
        await (self.app if dense else self._compressed)(scope, receive, send)
