"""How a request of the recording is written down: short, and by names instead of ids."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

FRAGMENT = {"HX-Request": "true"}
"""What scripts of the pages send to be given a part of one."""


class Request(NamedTuple):
    """One request of the recording.

    ``{resnet50}`` in a path, a query or a header stands for the id of the analysis that was kept
    under this name before; ``{etag}``, ``{rendering}`` and ``{next}`` for the entity tag, the
    Content-Location and the link to the next page of the last answer that had one.

    Attributes:
        path: as it stands in the URL, without the query.
        query: parameters; a list of values is sent as several.
        body: what is sent as JSON, or bytes that are sent as they are.
        headers: besides those that every client sends.
        label: tells it from others of the same URL.
        keeps: the name that its answer's id is kept under.
        public: whether it is put to the service that was told its public address.
    """

    method: str
    path: str
    query: Mapping[str, Any]
    body: Any = b""
    headers: Mapping[str, str] = {}
    label: str = ""
    keeps: str = ""
    public: bool = False

    def url(self, known: Mapping[str, str]) -> str:
        """Path and query, with what is known in the place of names in braces."""
        query = {
            key: [
                filled(str(one), known) for one in (value if isinstance(value, list) else [value])
            ]
            for key, value in self.query.items()
        }
        path = filled(self.path, known)
        return f"{path}?{urlencode(query, doseq=True)}" if query else path

    @property
    def name(self) -> str:
        """What it is called in the recording."""
        query = " ".join(f"{key}={value}" for key, value in self.query.items())
        headers = " ".join(f"[{key}: {value}]" for key, value in self.headers.items())
        service = "[public]" if self.public else ""
        # What is endless in a URL is as telling in a few characters.
        parts = (self.method, self.path[:120], query[:200], self.label, headers, service)
        return " ".join(filter(None, parts))


def filled(text: str, known: Mapping[str, str]) -> str:
    """A text with what is known in the place of names in braces."""
    return re.sub(r"\{(\w+)\}", lambda found: known.get(found[1], f"no-{found[1]}"), text)


def get(path: str, headers: Mapping[str, str] | None = None, /, **query: Any) -> Request:
    """A GET; parameters are given as keywords."""
    return Request("GET", path, query, headers=headers or {})


def post(path: str, body: Any, label: str, *, keeps: str = "") -> Request:
    """A POST of JSON."""
    return Request("POST", path, {}, body, label=label, keeps=keeps)


def architecture(preset: str, /, **knobs: Any) -> dict[str, Any]:
    """The body of a request about a preset, with whatever is to be different."""
    return {"architecture": {"preset": preset, **knobs}}


def held(request: Request) -> Iterator[Request]:
    """A request, and the same by who holds the answer, who holds another, and who wants no body."""
    yield request
    yield request._replace(headers={**request.headers, "If-None-Match": 'W/"x", {etag}'})
    yield request._replace(headers={**request.headers, "If-None-Match": '"another"'})
    yield request._replace(method="HEAD")


def segment(text: str) -> str:
    """A text as one segment of a path."""
    return quote(text, safe="")
