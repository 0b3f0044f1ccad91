"""What the pages of the scaling lab are asked: a network, and what is asked about it, as text."""

from collections.abc import Iterable, Mapping
from typing import Any

from starlette.datastructures import QueryParams

from archmeter.app.ask.request import Request, text_fields
from archmeter.app.charts.labels import called
from archmeter.app.web.network_form import NetworkForm

PRESET = "efficientnet_b0"
"""What the law was found for: where nobody names a network."""


class LabForm:
    """What a page was asked.

    Attributes:
        network: what is scaled.
        values: text of every other field, typed or by default.
        errors: messages by field, the network's among them.
    """

    def __init__(
        self, query: QueryParams, defaults: Mapping[str, str], more: Iterable[str] = ()
    ) -> None:
        """Read parameters: those of a network, those that have defaults, and more of the page."""
        given = {name: text.strip() for name, text in query.items() if text.strip()}
        if not given.keys() & {"preset", "family"}:
            given["preset"] = PRESET
        self.network = NetworkForm(given, own=(*defaults, *more))
        self.values = {name: given.get(name, usual) for name, usual in defaults.items()}
        self.errors = dict(self.network.errors)


def usual(request: type[Request], names: Iterable[str]) -> dict[str, str]:
    """What fields of a request are if nobody says otherwise, as they are typed."""
    fields = text_fields(request)
    return {name: _typed(fields[name].default) for name in names}


def _typed(value: Any) -> str:  # noqa: ANN401 - of whatever type the field has
    match value:
        case None | False:
            return ""
        case float():
            return f"{value:g}"
        case _:
            return str(value)


def in_words(totals: Iterable[str]) -> dict[str, str]:
    """What totals are called, for those who choose one."""
    return {name: called(name) for name in totals}
