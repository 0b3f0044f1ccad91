"""What all pages share: templates, static files under names that change with them, headers.

Pages work without scripts. With them, figures follow the knobs, and charts are drawn in the browser
by the specification that also makes the static images.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import sha256
from http import HTTPStatus
from typing import Any, NamedTuple, get_args

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from archmeter.analyzers.answers.units import amount, duration, si, size
from archmeter.analyzers.devices import devices
from archmeter.app.ask import strict_json
from archmeter.app.ask.spelling import text_of
from archmeter.app.charts.labels import called
from archmeter.app.charts.theme import Theme, config
from archmeter.app.web.figure import Figure
from archmeter.app.web.static_files import STATIC
from archmeter.models import registry

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'"
)
"""Everything from here, nothing inline."""


class PageLink(NamedTuple):
    """A page in the navigation."""

    path: str
    title: str


NAVIGATION = (
    PageLink("/explore", "Explorer"),
    PageLink("/compare", "Compare"),
    PageLink("/scaling", "Scaling"),
    PageLink("/published", "Published"),
    PageLink("/docs", "Docs"),
)


def page(
    template: str,
    context: Mapping[str, Any],
    *,
    status: int = 200,
    ancestors: str = "'none'",
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """A page.

    Args:
        template: a file of ``templates``.
        context: what it shows.
        status: the HTTP status.
        ancestors: who may show it in a frame, as in CSP's ``frame-ancestors``.
        headers: besides those that every page has.
    """
    html = _environment().get_template(template).render({"embeddable": _first(context), **context})
    policy = f"{CONTENT_SECURITY_POLICY}; frame-ancestors {ancestors}"
    common = {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cache-Control": "no-cache",
        "Vary": "HX-Request",
    }
    return HTMLResponse(html, status, headers={**common, **(headers or {})})


def answered(
    request: Request, noun: str, context: Mapping[str, Any], errors: Mapping[str, str], url: str
) -> HTMLResponse:
    """A page; or, for scripts that follow its form, the part of it that shows the result.

    Args:
        request: what asks.
        noun: names the templates of the page and of its result.
        context: what it shows.
        errors: what is wrong with the form, by field.
        url: the address that asks the same in the shortest way.
    """
    fragment = "HX-Request" in request.headers
    return page(
        f"{noun}_result.html" if fragment else f"{noun}.html",
        {"here": f"/{noun}", "fragment": fragment, "errors": errors, **context},
        status=HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
        headers={"HX-Replace-Url": url} if fragment else None,
    )


def _first(context: Mapping[str, Any]) -> Figure | None:
    """The chart that stands for a page elsewhere: the first that it is given."""
    for value in context.values():
        match value:
            case Figure():
                return value
            case dict():
                several: Iterable[object] = value.values()
            case list() | tuple():
                several = value
            case _:
                continue
        for each in several:
            if isinstance(each, Figure):
                return each
    return None


@cache
def static_url(name: str) -> str:
    """The URL of a static file; another one when its content changes, so it is kept for ever."""
    digest = sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


def inline_json(document: object) -> Markup:
    """JSON to stand inside a script element, which nothing in it can end."""
    text = strict_json.dumps(document).decode()
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("archmeter.app.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(si=si, size=size, duration=duration, json=inline_json)
    environment.filters["exact"] = "{:,}".format
    environment.filters["percent"] = "{:.1%}".format
    themes = {theme: config(theme) for theme in get_args(Theme)}
    environment.globals.update(amount=amount, called=called, text=text_of, devices=devices)
    environment.globals.update(presets=registry.presets, families=registry.families)
    environment.globals.update(static=static_url, navigation=NAVIGATION, chart_themes=themes)
    return environment
