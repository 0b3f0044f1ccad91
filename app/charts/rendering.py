"""Static charts: Vega-Lite to SVG, PNG and PDF, in a process of its own.

The renderer holds the interpreter's lock for up to 300 ms a chart. In a process of its own, and a
patient one, it never stands in the way of who is served from this one.
"""

import asyncio
import os
import re
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from hashlib import sha256
from importlib.metadata import version
from multiprocessing import get_context
from typing import Any, Literal

from archmeter.app.ask import strict_json
from archmeter.app.ask.errors import RenderingFailed

ImageFormat = Literal["svg", "png", "pdf"]

MEDIA_TYPES: Mapping[str, str] = {
    "svg": "image/svg+xml",
    "png": "image/png",
    "pdf": "application/pdf",
}
PNG_SCALE = 2
"""Pixels of a PNG for one of the chart, for the screens of today."""

_PATIENCE_SECONDS = 60

_ID = re.compile(
    r"""(?P<before>\bid="|url\(#|href="#)(?P<name>(?P<kind>clip|gradient)[^")]*)(?P<after>["\)])"""
)


class Renderer:
    """Renders one chart after another; the same one asked for at once by many is rendered once."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None
        self._under_way: dict[str, asyncio.Future[bytes]] = {}

    async def render(self, key: str, spec: dict[str, Any], image: ImageFormat) -> bytes:
        """The bytes of a chart: the same for the same specification.

        Raises:
            RenderingFailed: if it takes a minute, or the renderer dies of it.
        """
        under_way = self._under_way.get(key)
        if under_way is None:
            under_way = asyncio.ensure_future(self._render(spec, image))
            self._under_way[key] = under_way
            under_way.add_done_callback(lambda _: self._under_way.pop(key))
        return await asyncio.shield(under_way)

    def close(self) -> None:
        """Stop the process."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None

    async def _render(self, spec: dict[str, Any], image: ImageFormat) -> bytes:
        if self._pool is None:
            # Spawned, for a fork would copy locks that threads of this process hold.
            context = get_context("spawn")
            self._pool = ProcessPoolExecutor(1, mp_context=context, initializer=_be_patient)
        pool = self._pool
        running = asyncio.wrap_future(pool.submit(_convert, strict_json.dumps(spec), image))
        try:
            return await asyncio.wait_for(running, _PATIENCE_SECONDS)
        except BrokenProcessPool as error:
            if self._pool is pool:
                self.close()
            raise RenderingFailed("the process that renders charts died; ask again") from error
        except TimeoutError as error:
            raise RenderingFailed(f"the chart took over {_PATIENCE_SECONDS} s") from error


def rendering_key(spec: dict[str, Any], image: ImageFormat) -> str:
    """Equal for equal bytes: the specification, the format, and the renderer's version."""
    what = {
        "spec": spec,
        "image": image,
        "scale": PNG_SCALE,
        "renderer": version("vl-convert-python"),
    }
    return sha256(strict_json.dumps(what)).hexdigest()[:32]


def _be_patient() -> None:
    os.nice(10)


def _convert(spec: bytes, image: ImageFormat) -> bytes:
    """Runs in the other process."""
    import vl_convert  # noqa: PLC0415 - 100 ms that only that process needs to wait

    drawn = _renumbered(vl_convert.vegalite_to_svg(spec.decode(), allowed_base_urls=[]))
    match image:
        case "svg":
            return drawn.encode()
        case "png":
            return bytes(vl_convert.svg_to_png(drawn, scale=PNG_SCALE))
        case "pdf":
            return bytes(vl_convert.svg_to_pdf(drawn))


def _renumbered(svg: str) -> str:
    """Ids counted from 1: the renderer counts on from the chart that it drew before."""
    known: dict[str, str] = {}

    def again(found: re.Match[str]) -> str:
        name = known.setdefault(found["name"], f"{found['kind']}{len(known) + 1}")
        return f"{found['before']}{name}{found['after']}"

    return _ID.sub(again, svg)
