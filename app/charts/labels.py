"""What figures are called on charts, and parameters that are one or some of their names."""

from collections.abc import Sequence

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


def called(figure: str) -> str:
    """A figure in words with its unit: ``inference_peak_bytes`` is ``inference peak (bytes)``."""
    if figure in _CALLED:
        return _CALLED[figure]
    words, _, unit = figure.replace("_", " ").rpartition(" ")
    return (
        f"{words} ({unit})" if words and unit in {"bytes", "seconds"} else f"{words} {unit}".strip()
    )


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
