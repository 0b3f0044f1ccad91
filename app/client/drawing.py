"""Charts: as an object that notebooks draw, or as the bytes of any format."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal, TypeAlias

from archmeter.analyzers.answers import Rows
from archmeter.app.charts.listing import ChartList
from archmeter.app.client.calls import Call, Request, get, path, plain, request

ChartFormat: TypeAlias = Literal[
    "vl.json", "svg", "png", "pdf", "json", "ndjson", "csv", "md", "tex", "parquet", "arrow"
]

VEGA_LITE = "application/vnd.vegalite.v6+json"
"""Notebooks keep an object under a type that ends in ``+json``, and under no other."""


class Chart:
    """A chart: its Vega-Lite, and an image for wherever that is not understood.

    Attributes:
        name: which kind of chart.
        image: SVG or PNG, as it was asked for; None if it was not.
    """

    __slots__ = ("_spec", "image", "name")

    def __init__(self, name: str, spec: dict[str, Any], image: bytes | None = None) -> None:
        if "$schema" not in spec:
            raise ValueError("not a Vega-Lite specification")
        self.name = name
        self.image = image
        self._spec = spec

    @property
    def spec(self) -> dict[str, Any]:
        """The Vega-Lite specification with its data, as a dict of one's own."""
        spec: dict[str, Any] = plain(self._spec)
        return spec

    @property
    def rows(self) -> Rows[Any]:
        """What is drawn, as a table."""
        return Rows(plain(self._spec["data"]["values"]))

    def __repr__(self) -> str:
        return f"Chart({self._spec.get('description', self.name)!r})"

    def _repr_mimebundle_(
        self, include: Sequence[str] | None = None, exclude: Sequence[str] | None = None
    ) -> dict[str, Any]:
        spec = self.spec
        bundle: dict[str, Any] = {"text/plain": repr(self), VEGA_LITE: spec}
        if self.image is not None and self.image.startswith(b"\x89PNG"):
            bundle["image/png"] = base64.b64encode(self.image).decode()
        elif self.image is not None:
            bundle["image/svg+xml"] = self.image.decode()
        return {
            mime: data
            for mime, data in bundle.items()
            if (not include or mime in include) and mime not in (exclude or ())
        }


def charts() -> Call[ChartList]:
    """Every chart, with what can be asked of it."""
    return get(path("charts"), ChartList)


def chart(
    name: str, /, *, image: Literal["svg", "png"] | None = "svg", **query: Any
) -> Call[Chart]:
    """A chart that draws itself in a notebook.

    Args:
        name: one of `charts()`.
        image: drawn besides, for viewers that have no Vega-Lite; None saves the time.
        query: as the chart's parameters say; an analysis for an id, a list for names with commas.
    """
    formats: list[ChartFormat] = ["vl.json", *([image] if image else [])]

    def read(bodies: Sequence[bytes]) -> Chart:
        return Chart(name, json.loads(bodies[0]), *bodies[1:])

    return Call(tuple(_request(name, wanted, query) for wanted in formats), read)


def draw(name: str, format: ChartFormat, /, **query: Any) -> Call[bytes]:  # noqa: A002
    """A chart as a file: an image, its Vega-Lite, or its rows as a table."""
    return Call((_request(name, format, query),), lambda bodies: bodies[0])


def _request(name: str, wanted: ChartFormat, query: dict[str, Any]) -> Request:
    return replace(request(path("charts", f"{name}.{wanted}"), **query), accept="*/*")
