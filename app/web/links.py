"""Links: from a result to the network it is about, where it can be looked at and changed."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from archmeter.app.ask.spelling import text_of
from archmeter.models.naming import called_after
from archmeter.models.spec import ArchitectureSpec, InputSpec

_USUAL = InputSpec().model_dump(mode="json")


def explorer_url(spec: ArchitectureSpec, given: InputSpec | None = None) -> str:
    """The explorer's page about a network: its preset or family, and what differs from it."""
    preset, base = called_after(spec)
    named = {"preset": preset.name} if preset else {"family": spec.family}
    changed = {
        name: text_of(value) for name, value in spec.canonical().items() if value != base.get(name)
    }
    fed = given.model_dump(mode="json", include={*_USUAL}) if given else {}
    unusual = {name: text_of(value) for name, value in fed.items() if value != _USUAL[name]}
    return f"/explore?{urlencode({**named, **changed, **unusual})}"


def request_url(architecture: Mapping[str, Any]) -> str:
    """The same for the architecture of a request, as it was written."""
    written = {name: text_of(value) for name, value in architecture.items()}
    return f"/explore?{urlencode(written)}"


def join(path: str, query: str) -> str:
    """A path with its query, if there is one."""
    return f"{path}?{query}" if query else path
