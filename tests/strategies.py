"""Random specs, valid and broken, drawn from the JSON schema of each family.

Nothing here knows a family or a field: a new family, or a new knob, is explored without a change.
Sizes stay moderate (up to twice a default) unless `extreme_requests` is asked for, so that
thousands of networks are built in seconds.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache, partial
from typing import Any, cast

from hypothesis import strategies as st

from archmeter.models.spec import ArchitectureSpec, Family

Schema = dict[str, Any]
Request = dict[str, Any]

LARGEST = 2**40
"""Where a schema gives no bound."""


def requests(family: Family) -> st.SearchStrategy[Request]:
    """Requests with any of the family's knobs set, to values of moderate size within their bounds.

    Each knob may be left out, so its default is met often, alone and in every company.
    """
    return _requests(family, moderate=True)


def extreme_requests(family: Family) -> st.SearchStrategy[Request]:
    """Requests from the whole range that the schema allows."""
    return _requests(family, moderate=False)


def specs(family: Family) -> st.SearchStrategy[ArchitectureSpec]:
    """Valid specs; what the schema cannot say (a depth that names no network) is drawn again."""
    return (
        requests(family)
        .filter(lambda request: _accepted(family, request))
        .map(family.spec.model_validate)
    )


def broken_requests(family: Family) -> st.SearchStrategy[Request]:
    """Requests with one field that cannot be accepted: out of bounds, mistyped or unknown."""
    schema = _schema(family.spec)

    @st.composite
    def broken(draw: st.DrawFn) -> Request:
        request: Request = draw(requests(family))
        return cast("Request", _break(draw, request, schema, schema))

    return broken()


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from([-1, 0, 1, 2**31, 2**63, 1e308, "50", "resnet50", "\n", "\x00"]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=6,
)
"""Anything a request may hold."""


def _requests(family: Family, *, moderate: bool) -> st.SearchStrategy[Request]:
    schema = _schema(family.spec)

    def fits(name: str, value: Any) -> bool:
        return _accepted(family, {"family": family.name, name: value})

    optional = {}
    for name, knob in schema["properties"].items():
        values = _values(knob, schema, knob.get("default"), moderate=moderate)
        # Objects inside a spec have knobs that have to agree; so few random ones would, that what
        # is refused is drawn again by itself.
        nested = moderate and any("properties" in leaf for leaf in _leaves(knob, schema))
        optional[name] = values.filter(partial(fits, name)) if nested else values
    return st.fixed_dictionaries({"family": st.just(family.name)}, optional=optional)


@cache
def _schema(spec: type[ArchitectureSpec]) -> Schema:
    schema = spec.model_json_schema()
    del schema["properties"]["family"]
    return schema


def _accepted(family: Family, request: Request) -> bool:
    try:
        family.spec.model_validate(request)
    except ValueError:
        return False
    return True


def _resolved(schema: Schema, root: Schema) -> Schema:
    while "$ref" in schema:
        schema = {**root["$defs"][schema["$ref"].rpartition("/")[2]]}
    return schema


def _choices(schema: Schema, root: Schema) -> list[Schema]:
    """What a schema leaves to choose from, references followed."""
    schema = _resolved(schema, root)
    choices = schema.get("anyOf", schema.get("oneOf"))
    if choices is None:
        return [schema]
    return [leaf for choice in choices for leaf in _choices(choice, root)]


def _leaves(schema: Schema, root: Schema) -> Iterator[Schema]:
    """The schemas of single values and objects inside a schema, but not inside those objects."""
    for choice in _choices(schema, root):
        yield choice
        if "items" in choice:
            yield from _leaves(choice["items"], root)


def _values(  # noqa: PLR0911 - one for each type
    schema: Schema,
    root: Schema,
    default: Any,
    *,
    moderate: bool,
    inside: frozenset[str] = frozenset(),
) -> st.SearchStrategy[Any]:
    """Values that a schema allows; objects are not ``inside`` others of their kind."""
    match schema:
        case {"$ref": _} | {"type": "object"}:
            within = inside | {schema.get("$ref", "")}
            return _objects(_resolved(schema, root), root, moderate=moderate, inside=within)
        case {"anyOf": choices} | {"oneOf": choices}:
            # What texts may stand for is among the others, by another spelling.
            return st.one_of(
                [
                    _values(choice, root, default, moderate=moderate, inside=inside)
                    for choice in choices
                    if choice.get("$ref") not in inside
                    and not choice.get("description", "").startswith("Spelled as")
                ]
            )
        case {"enum": values}:
            return st.sampled_from(values)
        case {"const": value}:
            return st.just(value)
        case {"type": "boolean"}:
            return st.booleans()
        case {"type": "null"}:
            return st.none()
        case {"type": "integer"}:
            low, high = _bounds(schema, default, moderate=moderate)
            # Powers of two and other round widths are what people ask for.
            step = 8 if high - low >= 32 else 1
            return st.integers(int(low), int(high)) | st.integers(
                -(-int(low) // step), int(high) // step
            ).map(lambda n: n * step)
        case {"type": "number"}:
            low, high = _bounds(schema, default, moderate=moderate)
            excluded = "exclusiveMaximum" in schema and high == schema["exclusiveMaximum"]
            return st.floats(low, high, exclude_max=excluded, allow_nan=False)
        case {"type": "array", "items": items}:
            most = schema.get("maxItems", 4)
            return st.lists(
                _values(items, root, _typical(default), moderate=moderate, inside=inside),
                min_size=schema.get("minItems", 0),
                # Networks of many objects seldom fit together, and take long.
                max_size=min(most, 3) if moderate and "$ref" in json.dumps(items) else most,
            )
        case _:
            raise TypeError(f"no strategy for the schema {schema}")


def _objects(
    schema: Schema, root: Schema, *, moderate: bool, inside: frozenset[str]
) -> st.SearchStrategy[Any]:
    """Objects with the knobs that have to be given, and any of the others."""
    knobs = {
        name: _values(
            knob, root, _default(knob) if moderate else None, moderate=moderate, inside=inside
        )
        for name, knob in schema["properties"].items()
    }
    required = {name: knobs.pop(name) for name in schema.get("required", ())}

    # Composite: hypothesis would print the knobs of every kind of object with every strategy.
    @st.composite
    def one(draw: st.DrawFn) -> Any:
        return draw(st.fixed_dictionaries(required, optional=knobs))

    return one()


def _default(schema: Schema) -> Any:
    """The default of a knob, or an example of a value if it has to be given."""
    return schema.get("default", next(iter(schema.get("examples", ())), None))


def _typical(default: Any) -> Any:
    """The largest of a list's numbers; nothing is typical of anything else."""
    if not isinstance(default, list):
        return default
    numbers = [value for value in default if isinstance(value, int | float)]
    return max(numbers, default=None)


def _bounds(schema: Schema, default: Any, *, moderate: bool) -> tuple[float, float]:
    low = schema.get("minimum", -LARGEST)
    high = schema.get("maximum", schema.get("exclusiveMaximum", LARGEST))
    if moderate:
        high = min(high, max(2 * (_typical(default) or 0), low + 8))
    return low, high


def _break(draw: st.DrawFn, value: Any, schema: Schema, root: Schema) -> Any:
    """An object or a list of objects with one thing in it that cannot be accepted."""
    if isinstance(value, list):
        position = draw(st.integers(0, len(value) - 1))
        return [
            _break_item(draw, item, schema["items"], root) if i == position else item
            for i, item in enumerate(value)
        ]
    properties = schema["properties"]
    name = draw(st.sampled_from([*properties, "colour"]))
    if name not in properties:
        return {**value, name: draw(st.sampled_from([1, None, "blue"]))}
    inner = value.get(name)
    for choice in _choices(properties[name], root):
        if isinstance(inner, list) and inner and isinstance(inner[0], dict) and "items" in choice:
            return {**value, name: _break(draw, inner, choice, root)}
    if isinstance(inner, dict) and draw(st.booleans()):
        kind = _of_kind(properties[name], inner, root)
        return {**value, name: _break(draw, inner, kind, root)}
    return {**value, name: draw(st.sampled_from([*_broken(properties[name], root)]))}


def _break_item(draw: st.DrawFn, item: Any, schema: Schema, root: Schema) -> Any:
    """An item of a list: one of its kind that is broken, or what cannot be accepted."""
    if isinstance(item, dict):
        return _break(draw, item, _of_kind(schema, item, root), root)
    return draw(st.sampled_from([*_broken(schema, root)]))


def _of_kind(schema: Schema, value: Any, root: Schema) -> Schema:
    """The schema of an object among those it may be of."""
    for choice in _choices(schema, root):
        kinds = [
            (name, knob.get("enum", [knob.get("const")]))
            for name, knob in choice.get("properties", {}).items()
            if name in choice.get("required", ()) and knob.keys() & {"const", "enum"}
        ]
        if "properties" in choice and all(value.get(name) in named for name, named in kinds):
            return choice
    raise TypeError(f"{value} is none of the objects it may be")


def _broken(schema: Schema, root: Schema) -> Iterator[Any]:
    """Values that a schema refuses."""
    choices = _choices(schema, root)
    yield from ({"value": 1}, "no such value", float("nan"))
    if not any(choice.get("type") == "null" for choice in choices):
        yield None
    for choice in choices:
        match choice:
            case {"type": "integer" | "number"}:
                yield from _beyond(choice)
            case {"type": "array", "items": items}:
                length = max(1, choice.get("minItems", 0))
                yield from ([value] * length for value in (*_beyond(items), None, "many", []))
                yield [items.get("minimum", 1)] * (choice.get("maxItems", 8) + 1)


def _beyond(schema: Schema) -> Iterator[float]:
    if "minimum" in schema:
        yield schema["minimum"] - 1
    if "maximum" in schema:
        yield schema["maximum"] + 1
    if "exclusiveMaximum" in schema:
        yield schema["exclusiveMaximum"]
    yield from (float("inf"), -(10**30), 10**30)
