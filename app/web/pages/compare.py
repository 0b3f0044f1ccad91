"""Compare: several networks side by side, and all that were analyzed on two of their figures."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from archmeter.app.ask.network import Network, network_called
from archmeter.app.ask.totals import TOTALS
from archmeter.app.charts.networks import MAX_NETWORKS
from archmeter.app.charts.waterfall import COSTS
from archmeter.app.http.dependencies import AnalysesOfApp
from archmeter.app.store import Search
from archmeter.app.store.analyses import Analyses
from archmeter.app.web.comparing import aligned, compare
from archmeter.app.web.figure import Figure, some_figure
from archmeter.app.web.links import explorer_url
from archmeter.app.web.messages import messages
from archmeter.app.web.site import answered
from archmeter.models.errors import ArchmeterError

router = APIRouter()

PATH = "/compare"

NETWORKS = ("resnet50", "resnext50_32x4d", "efficientnet_b0")
"""Where nobody names any."""

_ACCURACY = "top1"
_DEFAULTS = {"x": "macs", "y": "params", "total": "macs"}
_STATE = ("x", "y", "family", "presets", "from", "to", "total")
_LISTED = 100


class Asked:
    """What the page was asked for, and the URLs that ask for something else.

    Attributes:
        networks: names and ids, as far as there are such networks.
        errors: what is wrong, by field.
    """

    def __init__(self, query: Mapping[str, str], analyses: Analyses) -> None:
        self.errors: dict[str, str] = {}
        self.networks: dict[str, Network] = {}
        listed = query.get("networks")
        names = NETWORKS if listed is None else map(str.strip, listed.split(","))
        for name in filter(None, names):
            self._take(name, "networks", analyses)
        self.added = query.get("add", "").strip()
        if self.added:
            self._take(self.added, "add", analyses)
        given = {name: query.get(name, "") for name in _STATE}
        self.state = {k: v for k, v in given.items() if v not in {"", _DEFAULTS.get(k)}}

    def chosen(self, name: str) -> str:
        """A select's value."""
        return self.state.get(name, _DEFAULTS.get(name, ""))

    def pair(self) -> tuple[str, str] | None:
        """The two whose difference is shown; None if there are no two."""
        names = list(self.networks)
        if len(names) < 2:  # noqa: PLR2004 - a difference is of two
            return None
        one = self._among(names, "from")
        return one, self._among([name for name in names if name != one], "to")

    def _among(self, names: Sequence[str], field: str) -> str:
        chosen = self.state.get(field, "")
        return chosen if chosen in names else names[0]

    def url(self, names: Sequence[str] | None = None) -> str:
        """This page with these networks."""
        listed = ",".join(self.networks if names is None else names)
        return f"{PATH}?{urlencode({'networks': listed, **self.state}, safe=',')}"

    def without(self, name: str) -> str:
        """This page without a network."""
        return self.url([other for other in self.networks if other != name])

    def beginning_with(self, name: str) -> str:
        """This page with a network first."""
        return self.url(list(dict.fromkeys([name, *self.networks])))

    def _take(self, name: str, field: str, analyses: Analyses) -> None:
        if name in self.networks:
            return
        try:
            network = network_called(name, analyses, field=field)
            network.profile()
        except ArchmeterError as error:
            said = " ".join(messages(error).values())
            self.errors[field] = " ".join(filter(None, (self.errors.get(field), said)))
            return
        if len(self.networks) == MAX_NETWORKS:
            self.errors[field] = f"At most {MAX_NETWORKS} networks are compared."
        elif network.id in {known.id for known in self.networks.values()}:
            self.errors[field] = f"{name[:80]} is there already, by another name."
        else:
            self.networks[name] = network


@router.get(PATH)
def show_comparison(request: Request, analyses: AnalysesOfApp) -> Response:
    """Networks side by side."""
    asked = Asked(request.query_params, analyses)
    if asked.added and not asked.errors and "HX-Request" not in request.headers:
        # The address that shares this page names what was added among the others.
        return RedirectResponse(asked.url(), 303)
    compared, pair = compare(asked.networks), asked.pair()
    context = {
        "asked": asked,
        "names": list(asked.networks),
        "networks": compared,
        "explore": explorer_url,
        "figures": TOTALS,
        "stages": aligned([one.network.profile() for one in compared]),
        "stored": analyses.search(Search(limit=_LISTED))[1],
        "pair": pair,
        "costs": COSTS,
        "axes": (*TOTALS, _ACCURACY),
        **_figures(asked, pair, analyses),
    }
    return answered(request, "compare", context, asked.errors, asked.url())


def _figures(
    asked: Asked, pair: tuple[str, str] | None, analyses: Analyses
) -> dict[str, Figure | None]:
    """The page's charts; what cannot be drawn has a reason among the errors."""

    def drawn(field: str, name: str, **look: str) -> Figure | None:
        try:
            return some_figure(name, look, analyses)
        except ArchmeterError as error:
            asked.errors[field] = " ".join(messages(error).values())
            return None

    figures: dict[str, Figure | None] = {"comparison": None, "waterfall": None}
    if asked.networks:
        figures["comparison"] = drawn("networks", "comparison", networks=",".join(asked.networks))
    if pair:
        total = asked.chosen("total")
        figures["waterfall"] = drawn("total", "waterfall", networks=",".join(pair), total=total)
    shown = {name: asked.state[name] for name in ("family", "presets") if name in asked.state}
    axes = {axis: asked.chosen(axis) for axis in ("x", "y")}
    return {**figures, "scatter": drawn("x", "scatter", **axes, **shown)}
