"""What can be shown elsewhere: charts and tables in frames, and the addresses they have there.

The same answers stand behind frames, the share dialog and oEmbed.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

from markupsafe import Markup
from starlette.datastructures import QueryParams

from archmeter.app.ask.errors import NotEmbeddable
from archmeter.app.ask.request import from_text, to_text
from archmeter.app.charts.chart import Chart, Drawing, Look
from archmeter.app.charts.registry import chart_called
from archmeter.app.settings import Settings
from archmeter.app.store.analyses import Analyses
from archmeter.app.web import explorer_form
from archmeter.app.web.figure import query_of
from archmeter.app.web.links import join
from archmeter.app.web.scaling_form import ScalingForm

EmbedKind = Literal["charts", "tables"]

_TABLE_HEIGHT = 480
_CHART_HEIGHT = 400
_AROUND = 110
"""Pixels that title, axes and legend take besides the plot of a chart."""

_SANDBOX = "allow-scripts allow-popups allow-popups-to-escape-sandbox"


class Frame(NamedTuple):
    """Something to be shown in a frame.

    Attributes:
        path: of the page that is framed, with its query.
        width: in pixels, as `height`: what it takes if nobody says otherwise.
    """

    title: str
    path: str
    width: int
    height: int

    def html(self, base: str) -> Markup:
        """The frame as HTML. It may run its own scripts and open links, and nothing else."""
        return Markup(
            '<iframe src="{}" title="{}" width="{}" height="{}" loading="lazy" '
            'sandbox="{}" style="border:0;max-width:100%"></iframe>'
        ).format(base + self.path, self.title, self.width, self.height, _SANDBOX)


class Picture(NamedTuple):
    """A chart that somebody asked for.

    Attributes:
        series: names between commas; None for all.
    """

    chart: Chart
    look: Look
    series: str | None

    @classmethod
    def read(cls, name: str, parameters: list[tuple[str, str]]) -> "Picture":
        """The chart of a URL.

        Raises:
            ArchmeterError: if there is no such chart, or parameters are at fault.
        """
        chart = chart_called(name)
        given = dict(parameters)
        series = given.pop("series", None)
        return cls(chart, from_text(chart.query, given), series)

    @property
    def query(self) -> str:
        """The shortest query that asks the same of `/v1/charts`."""
        return query_of(self.look)

    @property
    def frame_query(self) -> str:
        """The shortest query that asks the same of a frame."""
        series = {"series": self.series} if self.series is not None else {}
        return urlencode({**to_text(self.look), **series})

    def titled(self, drawing: Drawing) -> str:
        """What it is called, once it is known what is drawn."""
        return f"{drawing.subject}: {self.chart.title}"

    def frame(self, kind: EmbedKind, drawing: Drawing) -> Frame:
        """The frame that shows it."""
        look, height = self.look, self.look.height or self.chart.height
        return Frame(
            title=self.titled(drawing),
            path=join(f"/embed/{kind}/{self.chart.name}", self.frame_query),
            width=look.width,
            height=_TABLE_HEIGHT if kind == "tables" else (height or _CHART_HEIGHT) + _AROUND,
        )


def base_url(settings: Settings) -> str:
    """What the addresses in snippets begin with; the Host header has no part in it."""
    if settings.public_url:
        return settings.public_url.rstrip("/")
    host = "localhost" if settings.host in {"0.0.0.0", "::", ""} else settings.host  # noqa: S104
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


def framed(url: str, settings: Settings, analyses: Analyses) -> Frame:
    """The frame that shows what is at a URL of this service.

    Args:
        url: of a frame, or of a page with charts: absolute, or relative to the service.
        settings: which say what the service's own addresses begin with.
        analyses: those that are stored.

    Raises:
        NotEmbeddable: if it is somewhere else, or nothing that can be shown in a frame.
        ArchmeterError: if there is nothing to draw.
    """
    base = base_url(settings)
    if url.startswith(f"{base}/"):
        url = url.removeprefix(base)
    if not url.startswith("/") or url.startswith("//"):
        raise _refused(url, f"a URL that begins with {base}/")
    try:
        parts = urlsplit(url)
        parameters = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=200)
    except ValueError as error:
        raise _refused(url, "a well-formed URL") from error
    match parts.path.strip("/").split("/"):
        case ["embed", ("charts" | "tables") as kind, name]:
            pass
        case ["charts", name]:
            kind = "charts"
        case [page] if shown := _chart_of(page, QueryParams(parameters)):
            kind, name, parameters = "charts", shown[0], [*shown[1].items()]
        case _:
            raise _refused(url, "the URL of a chart, a table, or a page with charts")
    picture = Picture.read(name, parameters)
    return picture.frame(kind, picture.chart.read(picture.look, analyses))


def _chart_of(page: str, query: QueryParams) -> tuple[str, Mapping[str, str]] | None:
    """The chart that stands for a page, and what is asked of it there."""
    match page:
        case "explore":
            network = explorer_form.Asked(query).form
            return ("stages", network.parameters) if network.asked else None
        case "scaling":
            scaling = ScalingForm(query)
            return None if scaling.errors else ("scaling", scaling.parameters)
        case "compare" if "networks" in query:
            return "comparison", {"networks": query["networks"]}
        case "published":
            return "published", {name: text for name, text in query.items() if text.strip()}
        case _:
            return None


def _refused(url: str, accepted: str) -> NotEmbeddable:
    return NotEmbeddable(
        f"nothing at {url[:120]} can be embedded", field="url", value=url, accepted=accepted
    )
