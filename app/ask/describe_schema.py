"""A JSON Schema in words, for people who sent something else."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

_Schema = Mapping[str, Any]

_SPELLED = "Spelled as "
"""How texts in the place of other values are described."""


def resolved(schema: _Schema, definitions: _Schema) -> _Schema:
    """The schema itself, or the one that it refers to."""
    while "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]]
    return schema


def discriminated(schema: _Schema, definitions: _Schema) -> dict[str, _Schema]:
    """Schemas of the objects among which a property chooses, by its value; none if none does."""
    schema = resolved(schema, definitions)
    for choice in (schema, *schema.get("anyOf", ())):
        match choice:
            case {"discriminator": {"mapping": mapping}}:
                return {kind: {"$ref": reference} for kind, reference in mapping.items()}
    return {}


def describe(schema: _Schema, definitions: _Schema) -> str:  # noqa: PLR0911 - one for each form
    """What a schema accepts: ``an integer from 1 to 64``, ``one of "a", "b"``."""
    schema = resolved(schema, definitions)
    match schema:
        case {"discriminator": {"propertyName": name, "mapping": mapping}}:
            return f'an object whose "{name}" is one of {_listed(mapping)}'
        case {"anyOf": branches} | {"oneOf": branches}:
            return " or ".join(dict.fromkeys(describe(one, definitions) for one in branches))
        case {"enum": members}:
            return f"one of {_listed(members)}"
        case {"const": value}:
            return json.dumps(value)
        case {"type": "array"}:
            return _array(schema, definitions)
        case {"type": "object", "properties": properties}:
            return f"an object of {', '.join(properties)}"
    return _scalar(schema)


def _listed(members: Iterable[object]) -> str:
    return ", ".join(map(json.dumps, members))


def _scalar(schema: _Schema) -> str:
    if schema.get("type") in {"integer", "number"}:
        return _number(schema)
    if (form := schema.get("description", "")).startswith(_SPELLED):
        return f"{form.removeprefix(_SPELLED).rstrip('.')} as text"
    words = {"boolean": "true or false", "null": "null", "string": "text", "object": "an object"}
    return words.get(schema.get("type", ""), "any JSON")


def _number(schema: _Schema) -> str:
    noun = "an integer" if schema["type"] == "integer" else "a number"
    match schema:
        case {"minimum": low, "maximum": high}:
            return f"{noun} from {low} to {high}"
        case {"exclusiveMinimum": low, "maximum": high}:
            return f"{noun} above {low}, at most {high}"
        case {"minimum": low}:
            return f"{noun}, at least {low}"
        case {"exclusiveMinimum": low}:
            return f"{noun} above {low}"
        case {"maximum": high}:
            return f"{noun}, at most {high}"
    return noun


def _array(schema: _Schema, definitions: _Schema) -> str:
    if "prefixItems" in schema:
        return f"a list [{', '.join(describe(i, definitions) for i in schema['prefixItems'])}]"
    item = describe(schema.get("items", {}), definitions)
    match schema:
        case {"minItems": low, "maxItems": high}:
            count = f"{low}" if low == high else f"{low} to {high}"
            return f"a list of {count} items, each {item}"
        case {"minItems": low}:
            return f"a list of at least {low} items, each {item}"
    return f"a list, each item {item}"
