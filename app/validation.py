"""From pydantic's errors to ours: the field's path, the value given, and what would be accepted.

What would be accepted is read from the model's own JSON Schema, so an error always states the whole
range of a field and not merely the bound that was missed.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel, JsonValue, ValidationError

from app.errors import FieldError, InvalidRequest
from app.schema_words import describe
from app.strict_json import JSON

_Model = TypeVar("_Model", bound=BaseModel)
_Schema = Mapping[str, Any]

_LONGEST_VALUE = 120
_LARGEST_EXACT = 2**63 - 1


def validate(model: type[_Model], document: object, *, under: str = "") -> _Model:
    """Validate a document from outside.

    Raises:
        InvalidRequest: naming every field at fault, with paths below `under`.
    """
    try:
        return model.model_validate(document)
    except ValidationError as error:
        raise InvalidRequest(
            field_errors(error.errors(include_url=False), document, model, under=under)
        ) from error


def field_errors(
    errors: Iterable[Mapping[str, Any]],
    document: object,
    model: type[BaseModel] | None,
    *,
    under: str = "",
) -> list[FieldError]:
    """One entry per field: the branches of a union that all failed are one fault, not several."""
    schema = _schema(model) if model else {}
    found: dict[str | None, FieldError] = {}
    # The deepest error of a union is the branch that the value came closest to.
    for error in sorted(errors, key=lambda error: -len(error["loc"])):
        path, value = _locate(error["loc"], document)
        dotted = ".".join(filter(None, (under, *map(str, path)))) or None
        property_name = str(path[0]) if path else None
        if property_name is not None and _in_union_branch(error["loc"]):
            dotted = ".".join(filter(None, (under, property_name)))
            value = _child(document, path[0])
        found.setdefault(
            dotted,
            FieldError(
                field=dotted,
                code=error["type"],
                message=_message(error),
                value=echo(value),
                accepted=_accepted(error, property_name, schema),
            ),
        )
    return sorted(found.values(), key=lambda entry: entry.field or "")


def echo(value: object) -> JsonValue:
    """A value as it can safely be sent back: exact while it is short, an excerpt otherwise."""
    match value:
        case None | bool() | float():
            return value
        case int():
            return value if abs(value) <= _LARGEST_EXACT else _excerpt(str(value))
        case str():
            return _excerpt(value)
        case _:
            text = json.dumps(value, default=str)
            return json.loads(text) if len(text) <= _LONGEST_VALUE else _excerpt(text)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The closest known names, as text; None if nothing is close."""
    # A long name is pasted by mistake or hostile: matching costs quadratic time.
    close = get_close_matches(name[:80].lower(), list(known), n=3, cutoff=0.5)
    return ", ".join(close) or None


@cache
def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema()


def _locate(location: Sequence[int | str], document: object) -> tuple[list[int | str], object]:
    """Follow an error's location as far as the document has it.

    pydantic puts the names of union branches into locations, and indexes into values that a
    validator made from something simpler. Neither is in what the client sent.
    """
    path: list[int | str] = []
    value = document
    for step in location:
        child = _child(value, step)
        if child is None and not path:  # a missing field is still named
            return [step], None
        if child is None:
            break
        path.append(step)
        value = child
    return path, value


def _child(value: object, step: int | str) -> JSON:
    match value, step:
        case dict(), _:
            return value.get(step)
        case list(), int() if step < len(value):
            return value[step]
        case _:
            return None


def _in_union_branch(location: Sequence[int | str]) -> bool:
    """Whether a name follows the field's: specs are flat, so it can only be a branch's."""
    return any(isinstance(step, str) for step in location[1:])


def _message(error: Mapping[str, Any]) -> str:
    if error["type"] == "extra_forbidden":
        return "no such field"
    if error["type"] == "missing":
        return "this field is required"
    if error["type"] == "literal_error":
        return "not one of the values accepted"
    message = str(error["msg"]).removeprefix("Value error, ").removeprefix("Assertion failed, ")
    return message.replace("Input should be", "must be").replace("a valid dictionary", "an object")


def _accepted(error: Mapping[str, Any], property_name: str | None, schema: _Schema) -> str | None:
    properties: _Schema = schema.get("properties", {})
    if error["type"] == "extra_forbidden":
        return nearest(property_name or "", properties) or ", ".join(sorted(properties)) or None
    if property_name is not None and property_name in properties:
        return describe(properties[property_name], schema.get("$defs", {}))
    if not property_name and properties:
        return None if error["type"] == "value_error" else "an object"
    return None


def _excerpt(text: str) -> str:
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"
