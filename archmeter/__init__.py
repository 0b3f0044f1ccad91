"""What does this architecture cost? Exact parameters, FLOPs and memory of neural networks.

    import archmeter

    archmeter.analyze(archmeter.preset("resnet50").spec).totals.macs

`Client` and `AsyncClient` ask a service instead. Everything is imported when it is first used, so
that ``import archmeter`` costs nothing; what is not named here is in `archmeter.models` (what a
network is), `archmeter.analyzers` (what it costs) and `archmeter.app` (how people ask).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from archmeter.analyzers import analyze
    from archmeter.app.client import AsyncClient, Client
    from archmeter.models.registry import families, preset, presets, resolve
    from archmeter.models.torch_module import to_torch

__all__ = [
    "AsyncClient",
    "Client",
    "analyze",
    "families",
    "preset",
    "presets",
    "resolve",
    "to_torch",
]

_PLACES = {
    "AsyncClient": "archmeter.app.client",
    "Client": "archmeter.app.client",
    "analyze": "archmeter.analyzers",
    "families": "archmeter.models.registry",
    "preset": "archmeter.models.registry",
    "presets": "archmeter.models.registry",
    "resolve": "archmeter.models.registry",
    "to_torch": "archmeter.models.torch_module",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever is called so
    """Import what is asked for; from then on it is an attribute like any other."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(_PLACES[name]), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
