"""What to paste elsewhere to show a chart there: a page, which scripts open as a dialog."""

from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.responses import HTMLResponse

from archmeter.app.ask.network import NETWORK_FIELDS
from archmeter.app.ask.request import to_text
from archmeter.app.charts.chart import Drawing, NetworkLook
from archmeter.app.http.badges import label_of
from archmeter.app.http.dependencies import AnalysesOfApp, SettingsOfApp
from archmeter.app.settings import Settings
from archmeter.app.web.embedding import Picture, base_url
from archmeter.app.web.links import join
from archmeter.app.web.messages import shown_or_refused
from archmeter.app.web.site import page

router = APIRouter()


class Snippet(NamedTuple):
    """A text to be pasted.

    Attributes:
        key: names it in the page.
        title: what it is.
        hint: where it is pasted, and what becomes of it there.
    """

    key: str
    title: str
    hint: str
    text: str


@router.get("/share/{name}")
def share(
    request: Request, name: str, analyses: AnalysesOfApp, settings: SettingsOfApp
) -> HTMLResponse:
    """Every way to show a chart elsewhere."""

    def show() -> dict[str, Any]:
        picture = Picture.read(name, request.query_params.multi_items())
        drawing = picture.chart.read(picture.look, analyses)
        return {
            "title": picture.titled(drawing),
            "look": picture.look,
            "kept": _kept(picture),
            "snippets": [*_snippets(picture, drawing, settings)],
            "image": join(f"/v1/charts/{name}.svg", picture.query),
            # Unless somebody said what it is called, the browser knows the service's name best.
            "assumed": "" if settings.public_url else base_url(settings),
        }

    status, shown = shown_or_refused(show, "Nothing to share")
    template = "share.html" if "HX-Request" in request.headers else "share_page.html"
    return page(template, {"here": "/share", "name": name, **shown}, status=status)


def _kept(picture: Picture) -> dict[str, str]:
    """Parameters that the dialog's own fields do not say."""
    apart = {"theme", "width", "height"}
    return {name: text for name, text in to_text(picture.look).items() if name not in apart}


def _snippets(picture: Picture, drawing: Drawing, settings: Settings) -> Iterator[Snippet]:
    base, name = base_url(settings), picture.chart.name
    title = picture.titled(drawing)
    page_path = join(f"/charts/{name}", picture.query)
    link = base + page_path

    def at(suffix: str) -> str:
        return base + join(f"/v1/charts/{name}.{suffix}", picture.query)

    yield Snippet("link", "Link", "To the page, which others can change.", link)
    yield Snippet(
        "iframe",
        "Interactive frame",
        "HTML. Tooltips work, and the size follows the frame.",
        str(picture.frame("charts", drawing).html(base)),
    )
    yield Snippet(
        "table",
        "Table in a frame",
        "HTML. The chart's rows with exact numbers.",
        str(picture.frame("tables", drawing).html(base)),
    )
    yield Snippet(
        "markdown",
        "Image in Markdown",
        "Follows the service: counted anew when the rules change. PNG and PDF by the same name.",
        f"[![{_markdown(title)}]({at('svg')})]({link})",
    )
    yield Snippet(
        "html",
        "Image in HTML",
        "Follows the service, as the one above.",
        str(Markup('<a href="{}"><img src="{}" alt="{}"></a>').format(link, at("svg"), title)),
    )
    yield Snippet(
        "vega",
        "Vega-Lite",
        "The specification with its data, for whatever draws Vega-Lite by URL.",
        at("vl.json"),
    )
    yield Snippet(
        "json",
        "Rows as JSON",
        "An array of flat objects: Grafana's Infinity data source, pandas.read_json.",
        at("json"),
    )
    yield Snippet("csv", "Rows as CSV", "Spreadsheets, pandas.read_csv.", at("csv"))
    if isinstance(picture.look, NetworkLook):
        given = to_text(picture.look)
        query = urlencode({name: given[name] for name in NETWORK_FIELDS if name in given})
        badges = (
            f"[![{label_of(total)}]({base}/badges/{total}.svg?{query})]({link})"
            for total in ("params", "macs")
        )
        yield Snippet("badges", "Badges in Markdown", "Parameters and MACs.", "\n".join(badges))
        yield Snippet(
            "shields",
            "Badge by shields.io",
            "For those who want it in their style.",
            "https://img.shields.io/endpoint?url="
            + quote(f"{base}/badges/params.json?{query}", safe=""),
        )
    named = link if settings.public_url else page_path
    yield Snippet(
        "oembed",
        "oEmbed",
        "For sites that make frames of links; the page's head names it too.",
        f"{base}/oembed?{urlencode({'url': named, 'format': 'json'})}",
    )


def _markdown(text: str) -> str:
    """Text that nothing in it ends."""
    return "".join(f"\\{c}" if c in "\\[]*_`<>" else c for c in text)
