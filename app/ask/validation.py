"""From pydantic's errors to ours: the field's path, the value given, and what would be accepted.

What would be accepted is read from the model's own JSON Schema, so an error always states the whole
range of a field and not merely the bound that was missed.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, JsonValue, ValidationError

from archmeter.app.ask import strict_json
from archmeter.app.ask.describe_schema import describe, discriminated, resolved
from archmeter.app.ask.errors import FieldError, InvalidRequest
from archmeter.app.ask.strict_json import JSON
from archmeter.models.errors import ArchmeterError
from archmeter.models.spec import ArchitectureSpec, InputSpec

_Model = TypeVar("_Model", bound=BaseModel)
_Schema = Mapping[str, Any]
_Error = Mapping[str, Any]

_LONGEST_VALUE = 120
_LARGEST_EXACT = 2**63 - 1
_A_LENGTH = re.compile(r"^(Tuple|List|Set|Dictionary|String) should have")
_STRUCTURES = ("tuple_type", "list_type", "model_type", "model_attributes_type", "dict_type")
_WITHOUT_KIND = ("union_tag_invalid", "union_tag_not_found")


def validate(model: type[_Model], document: object, *, under: str = "") -> _Model:
    """Validate a document from outside.

    Raises:
        InvalidRequest: naming every field at fault, with paths below `under`.
    """
    try:
        found = model.model_validate(document)
    except ValidationError as error:
        raise InvalidRequest(
            field_errors(error.errors(include_url=False), document, model, under=under)
        ) from error
    refuse_booleans(document, model, under=under)
    return found


def refuse_booleans(document: object, model: type[BaseModel], *, under: str = "") -> None:
    """Refuse true and false where a number is asked for: pydantic takes them for 1 and 0.

    Raises:
        InvalidRequest: naming every field at fault, with paths below `under`.
    """
    if not _has_booleans(document):
        return
    schema = schema_of(model)
    definitions = schema.get("$defs", {})
    faults = [
        FieldError(
            field=".".join(filter(None, (under, *map(str, place.path)))) or None,
            code="int_type",
            message="must be a number",
            value=echo(place.value),
            accepted=describe(place.schema or {}, definitions),
        )
        for place in _booleans_for_numbers(_Place((), document, schema, schema), definitions)
    ]
    if faults:
        raise InvalidRequest(faults)


def _has_booleans(document: object) -> bool:
    match document:
        case dict():
            return any(map(_has_booleans, document.values()))
        case list() | tuple():
            return any(map(_has_booleans, document))
        case _:
            return isinstance(document, bool)


def field_errors(
    errors: Iterable[_Error],
    document: object,
    model: type[BaseModel] | None,
    *,
    under: str = "",
) -> list[FieldError]:
    """One entry per field: the branches of a union that all failed are one fault, not several."""
    schema = schema_of(model) if model else {}
    found: dict[str | None, FieldError] = {}
    # The deepest error of a union is the branch that the value came closest to.
    for error in sorted(errors, key=lambda error: -len(error["loc"])):
        place = _locate(error, document, schema)
        if _follows(error, place):
            continue
        dotted = ".".join(filter(None, (under, *map(str, place.path)))) or None
        broken = _no_json(place.value) if error["type"] in _STRUCTURES else None
        found.setdefault(
            dotted,
            FieldError(
                field=dotted,
                code=error["type"],
                message=str(broken or _message(error)),
                value=echo(place.value),
                accepted=broken.accepted
                if broken
                else _accepted(error, place, schema.get("$defs", {})),
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


def nearest(name: str, known: Iterable[str], *, likeness: float = 0.5) -> str | None:
    """The closest known names, as text; None if nothing is close."""
    # A long name is pasted by mistake or hostile: matching costs quadratic time.
    close = get_close_matches(name[:80].lower(), list(known), n=3, cutoff=likeness)
    return ", ".join(close) or None


@cache
def schema_of(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON Schema of a model."""
    return model.model_json_schema()


class _Place(NamedTuple):
    """Where an error is in what the client sent.

    Attributes:
        schema: of the value; none if there is no such field.
        around: schema of the object that holds the value.
    """

    path: tuple[int | str, ...]
    value: object
    schema: _Schema | None
    around: _Schema


def _locate(error: _Error, document: object, schema: _Schema) -> _Place:
    """Follow an error's location through the schema, as far as the document has it.

    pydantic puts the kinds of discriminated objects and the names of union branches into locations,
    and indexes into values that a validator made from something simpler. None is in what the client
    sent: the kinds are passed over, and what is below anything else is a fault of the whole.
    """
    definitions: _Schema = schema.get("$defs", {})
    location: Sequence[int | str] = error["loc"]
    place = _Place((), document, schema, schema)
    for i, step in enumerate(location):
        kinds = discriminated(place.schema or {}, definitions)
        if step in kinds:
            place = place._replace(schema=kinds[str(step)], around=kinds[str(step)])
            continue
        last = i == len(location) - 1
        below = _below(place, step, error if last else {}, definitions)
        if below is None:
            break
        place = below
    return _kind_at_fault(error, place, definitions)


def _below(
    place: _Place, step: int | str, last_error: _Error, definitions: _Schema
) -> _Place | None:
    """The place of an item or a property; None where the document cannot have it.

    Args:
        place: of the list or object.
        step: index or name.
        last_error: the error itself, if this is the last step to it.
        definitions: what schemas refer to.
    """
    present, value = _child(place.value, step)
    if not present:
        # A field that is missing is named, and so is one that a preset set.
        if not (last_error and isinstance(place.value, dict) and isinstance(step, str)):
            return None
        value = None if last_error["type"] == "missing" else last_error.get("input")
    path = (*place.path, step)
    for branch in _branches(place.schema or {}, definitions):
        if isinstance(step, int) and branch.get("type") == "array":
            items = branch.get("prefixItems", ())
            inner = items[step] if step < len(items) else branch.get("items", {})
            return _Place(path, value, inner, place.around)
        if isinstance(step, str) and step in branch.get("properties", {}):
            return _Place(path, value, branch["properties"][step], branch)
        if isinstance(step, str) and isinstance(branch.get("additionalProperties"), dict):
            return _Place(path, value, branch["additionalProperties"], branch)
    if last_error.get("type") in {"extra_forbidden", "missing"} or not place.schema:
        around = next(
            (b for b in _branches(place.schema or {}, definitions) if "properties" in b), {}
        )
        return _Place(path, value, None, around)
    return None


def _child(value: object, step: int | str) -> tuple[bool, JSON]:
    """Whether there is such an item or property, and what it is."""
    match value:
        case dict():
            # An override names items of a preset's list by their index.
            key = step if step in value else str(step)
            return key in value, value.get(key)
        case list() if isinstance(step, int) and step < len(value):
            return True, value[step]
        case _:
            return False, None


def _booleans_for_numbers(place: _Place, definitions: _Schema) -> Iterator[_Place]:
    match place.value:
        case bool():
            kinds = {branch.get("type") for branch in _branches(place.schema or {}, definitions)}
            if kinds & {"integer", "number"} and not kinds & {"boolean", None}:
                yield place
        case dict() | list() as whole:
            for step in whole if isinstance(whole, dict) else range(len(whole)):
                below = _below(place, step, {}, definitions)
                if below is None and isinstance(step, str) and step.isdecimal() and len(step) < 9:  # noqa: PLR2004 - no list is longer
                    # An override names items of a preset's list by their index.
                    below = _below(place, int(step), {}, definitions)
                if below is not None:
                    yield from _booleans_for_numbers(below, definitions)


def _branches(schema: _Schema, definitions: _Schema) -> Iterator[_Schema]:
    """What a schema may stand for, references followed."""
    schema = resolved(schema, definitions)
    choices = schema.get("anyOf", schema.get("oneOf"))
    if choices is None:
        yield schema
        return
    for choice in choices:
        yield from _branches(choice, definitions)


def _follows(error: _Error, place: _Place) -> bool:
    """Whether a list is only too short because items of it, at fault themselves, do not count."""
    if error["type"] != "too_short" or not isinstance(place.value, list):
        return False
    actual: int = error["ctx"]["actual_length"]
    return len(place.value) > actual


def _kind_at_fault(error: _Error, place: _Place, definitions: _Schema) -> _Place:
    """The place of a kind that is unknown or missing, which pydantic puts on its object."""
    if error["type"] not in _WITHOUT_KIND or not isinstance(place.value, dict):
        return place
    name = error["ctx"]["discriminator"].strip("'")
    kinds = discriminated(place.schema or {}, definitions)
    return _Place((*place.path, name), place.value.get(name), {"enum": [*kinds]}, place.around)


def _no_json(value: object) -> ArchmeterError | None:
    """What is wrong with a text that was meant as a list or an object, and was typed."""
    if isinstance(value, str) and value.lstrip()[:1] in ("[", "{"):
        try:
            strict_json.loads(value)
        except ArchmeterError as error:
            return error
    return None


def _message(error: _Error) -> str:
    match error["type"]:
        case "extra_forbidden":
            return "no such field"
        case "missing" | "union_tag_not_found":
            return "this field is required"
        case "literal_error" | "union_tag_invalid":
            return "not one of the values accepted"
        case "tuple_type" | "list_type":
            return "must be a list"
        case kind if kind in _STRUCTURES:
            return "must be an object"
    message = str(error["msg"]).removeprefix("Value error, ").removeprefix("Assertion failed, ")
    message = message.replace("Input should be", "must be").replace(" after validation", "")
    return _A_LENGTH.sub("must have", message)


_ALSO_CALLED = {"precision": "dtype"}
"""Words that people use for a field, by which no likeness leads to it."""


def _meant(name: str, known: Collection[str]) -> str | None:
    """What stands for a field that an object does not have."""
    name = _ALSO_CALLED.get(name, name)
    if name in known:
        return name
    if "family" in known and name in InputSpec.model_fields:
        return f"{name} beside architecture"
    if "architecture" in known and name in ArchitectureSpec.model_fields:
        return f"{name} inside architecture"
    # What only resembles a knob may be a knob of something else: then all there are help more.
    return nearest(name, known, likeness=0.7) or ", ".join(sorted(known)) or None


def _accepted(error: _Error, place: _Place, definitions: _Schema) -> str | None:
    if place.schema is None and error["type"] == "literal_error":  # of a path, which has no model
        return str(error["ctx"]["expected"])
    if place.schema is None:
        known = place.around.get("properties", {})
        return _meant(str(place.path[-1]) if place.path else "", known)
    context = error.get("ctx", {})
    if "fits" in context:  # beside other fields, less fits than the schema knows
        return str(context["fits"])
    cause = context.get("error")
    if isinstance(cause, ArchmeterError) and cause.accepted:  # a text that is spelled otherwise
        return cause.accepted
    if not place.path and error["type"] == "value_error":
        return None
    return describe(place.schema, definitions) if place.schema else None


def _excerpt(text: str) -> str:
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"
