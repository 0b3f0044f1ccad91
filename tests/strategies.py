"""Random specs, valid and broken, drawn from the JSON schema of each family.

Nothing here knows a family or a field: a new family, or a new knob, is explored without a change.
Sizes stay moderate (up to twice a default) unless `extreme_requests` is asked for, so that
thousands of networks are built in seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from models.spec import ArchitectureSpec, Family

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
    properties = _properties(family)

    @st.composite
    def broken(draw: st.DrawFn) -> Request:
        request = draw(requests(family))
        name = draw(st.sampled_from([*properties, "colour"]))
        values = [*_broken(properties[name])] if name in properties else [1, None, "blue"]
        return {**request, name: draw(st.sampled_from(values))}

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
    optional = {
        name: _values(schema, schema.get("default") if moderate else None, moderate=moderate)
        for name, schema in _properties(family).items()
    }
    return st.fixed_dictionaries({"family": st.just(family.name)}, optional=optional)


def _properties(family: Family) -> dict[str, Schema]:
    properties = family.spec.model_json_schema()["properties"]
    return {name: schema for name, schema in properties.items() if name != "family"}


def _accepted(family: Family, request: Request) -> bool:
    try:
        family.spec.model_validate(request)
    except ValueError:
        return False
    return True


def _values(  # noqa: PLR0911 - one for each type
    schema: Schema, default: Any, *, moderate: bool
) -> st.SearchStrategy[Any]:
    """Values that a schema allows."""
    match schema:
        case {"anyOf": choices}:
            return st.one_of([_values(c, default, moderate=moderate) for c in choices])
        case {"enum": values}:
            return st.sampled_from(values)
        case {"const": value}:
            return st.just(value)
        case {"type": "boolean"}:
            return st.booleans()
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
            typical = max(default) if isinstance(default, list) else default
            return st.lists(
                _values(items, typical, moderate=moderate),
                min_size=schema.get("minItems", 0),
                max_size=schema.get("maxItems", 4),
            )
        case _:
            raise TypeError(f"no strategy for the schema {schema}")


def _bounds(schema: Schema, default: Any, *, moderate: bool) -> tuple[float, float]:
    low = schema.get("minimum", -LARGEST)
    high = schema.get("maximum", schema.get("exclusiveMaximum", LARGEST))
    if moderate:
        typical = max(default) if isinstance(default, list) else default or 0
        high = min(high, max(2 * typical, low + 8))
    return low, high


def _broken(schema: Schema) -> Iterator[Any]:
    """Values that a schema refuses."""
    yield from (None, {"value": 1}, "no such value", float("nan"))
    for choice in schema.get("anyOf", [schema]):
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
