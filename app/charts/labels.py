"""What figures are called on charts, and the axes that show them."""

from collections.abc import Sequence
from math import ceil, floor, log10
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from archmeter.app.ask.errors import FieldError, InvalidRequest
from archmeter.app.ask.validation import nearest

_CALLED = {
    "params": "parameters",
    "trainable_params": "trainable parameters",
    "frozen_params": "frozen parameters",
    "macs": "MACs",
    "training_macs": "MACs of a training step",
    "flops": "FLOPs",
    "activations": "activations (elements)",
    "saved_bytes": "kept for training (bytes)",
    "training_saved_bytes": "kept for training (bytes)",
    "roofline_seconds": "least time (seconds)",
    "top1": "published top-1 accuracy on ImageNet (%)",
}

_TICKS: tuple[tuple[float, Sequence[float]], ...] = (
    (3.2, (1,)),
    (1.6, (1, 3)),
    (0.7, (1, 2, 5)),
    (0.0, tuple(i / 2 for i in range(2, 20))),
)
"""Leading digits of ticks for an axis that spans more than so many decades."""

_LEAST_ROOM = 0.03


def called(figure: str) -> str:
    """A figure in words with its unit: ``inference_peak_bytes`` is ``inference peak (bytes)``."""
    if figure in _CALLED:
        return _CALLED[figure]
    words, _, unit = figure.replace("_", " ").rpartition(" ")
    return (
        f"{words} ({unit})" if words and unit in {"bytes", "seconds"} else f"{words} {unit}".strip()
    )


def axis(title: str, **more: Any) -> dict[str, Any]:
    """A quantitative axis with SI prefixes: 25.6M."""
    return {"type": "quantitative", "title": title, "axis": {"format": "~s", **more}}


def log_axis(title: str, numbers: Sequence[float], *, room: float = 0.04) -> dict[str, Any]:
    """A logarithmic axis around positive numbers, with few round ticks.

    Args:
        title: of the axis, with its unit.
        numbers: all that is to be on it; nothing gives one decade.
        room: what is left free at both ends, as a part of the whole.
    """
    low, high = log10(min(numbers, default=1)), log10(max(numbers, default=10))
    free = max((high - low) * room, _LEAST_ROOM)
    low, high = low - free, high + free
    leading = next(steps for span, steps in _TICKS if high - low > span)
    ticks = [step * 10.0**e for e in range(floor(low), ceil(high)) for step in leading]
    shown = [at for at in ticks if low <= log10(at) <= high]
    return {
        "type": "quantitative",
        "title": title,
        "scale": {"type": "log", "domain": [10**low, 10**high], "nice": False},
        "axis": {"format": "~s", "values": shown, "tickCount": 2 * len(shown)},
    }


def exact(field: str, title: str | None = None) -> dict[str, Any]:
    """A number in a tooltip, to the unit."""
    return {"field": field, "type": "quantitative", "format": ",", "title": title or called(field)}


def plain(*fields: str) -> list[dict[str, Any]]:
    """Words in a tooltip."""
    return [{"field": field, "title": field.replace("_", " ")} for field in fields]


class OneOf:
    """Marks a text as one of some names that are known only when this is read.

    What `typing.Literal` is for names that are written down.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = list(names)

    def __get_pydantic_core_schema__(self, _: object, __: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.literal_schema(self._names)


def split(text: str | None, field: str, accepted: Sequence[str] = (), *, most: int) -> list[str]:
    """The parts of a text between commas.

    Args:
        text: nothing has no parts.
        field: the parameter it comes from.
        accepted: what a part may be; anything if left out.
        most: how many parts there may be.

    Raises:
        InvalidRequest: if there are too many, one is there twice, or one is not accepted.
    """
    parts = [part.strip() for part in text.split(",")] if text is not None else []
    if len(parts) > most:
        raise refusal(field, "too_many", f"{len(parts)} are too many", text, f"at most {most}")
    for i, part in enumerate(parts):
        if part in parts[:i]:
            raise refusal(field, "given_twice", f"{part[:80]!r} is there twice", text, "each once")
        if accepted and part not in accepted:
            words = nearest(part, accepted) or ", ".join(accepted)
            raise refusal(field, "unknown_name", f"there is no {part[:80]!r}", text, words)
    return parts


def refusal(
    field: str, code: str, message: str, value: str | None, accepted: str
) -> InvalidRequest:
    """An error about one parameter."""
    fault = FieldError(field=field, code=code, message=message, value=value, accepted=accepted)
    return InvalidRequest([fault])
