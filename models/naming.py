"""What a network is called: after a preset, or after its family, and what differs from it.

A preset's name stands for a network of its own only if nothing but what any network can be asked
for differs: its input, its classes, its multipliers. Whoever asked for a preset with other knobs
hears its name again; other networks are called by their family and their knobs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel

from archmeter.models import registry
from archmeter.models.spec import ArchitectureSpec, ConvolutionalSpec, Preset

_LONGEST_LIST = 240
"""Letters of parts that a name lists."""

_MOST_INNER_CHANGES = 3
"""Beyond so many knobs inside one field, its summary says more than a list of them."""

_COMMON = frozenset(ConvolutionalSpec.model_fields)
"""Knobs of any network, whatever its family."""


def describe(spec: ArchitectureSpec, asked: str | None = None) -> str:
    """A name for a spec: the preset or the family it is called after, and what differs from it.

    ``resnet50``; ``resnet50 width_multiplier=2``; ``custom_resnet50 stages.2.width=512`` if that
    preset was asked for; ``resnet depth=3,4,7,3`` otherwise.

    Args:
        spec: a network.
        asked: the preset it was asked for by, if it was.
    """
    preset, base = called_after(spec, asked)
    changed = [name for name, value in spec.canonical().items() if _is_other(base, name, value)]
    name = preset.name if preset else spec.family
    return " ".join([name, *(_told(spec, field, base.get(field)) for field in changed)])


def called_after(
    spec: ArchitectureSpec, asked: str | None = None
) -> tuple[Preset | None, Mapping[str, Any]]:
    """The preset that a network is called after, or None for its family; and the knobs of that.

    Where several are equally near it is the one that was asked for, then the first.
    """
    knobs = spec.canonical()
    found: str | None = None
    fewest = len(knobs)
    known = _presets(spec.family)
    for name, (_, base) in known.items():
        other = {knob for knob, value in knobs.items() if base[knob] != value}
        better = len(other) < fewest or (len(other) == fewest and name == asked)
        if better and other <= _COMMON:
            found, fewest = name, len(other)
    if found is None and asked in known:
        found = asked
    return (None, _defaults(type(spec))) if found is None else known[found]


@cache
def _presets(family: str) -> Mapping[str, tuple[Preset, Mapping[str, Any]]]:
    """Presets of a family by name, each with its knobs."""
    return {one.name: (one, one.spec.canonical()) for one in registry.family(family).presets}


@cache
def _defaults(spec_type: type[ArchitectureSpec]) -> Mapping[str, Any]:
    """Knobs of a family that need not be said, as JSON."""
    knobs = spec_type.model_fields
    usual = {name for name, knob in knobs.items() if not knob.is_required()}
    defaults = spec_type.model_construct(family=knobs["family"].default)
    return defaults.model_dump(mode="json", include=usual)


def _is_other(base: Mapping[str, Any], name: str, value: object) -> bool:
    return name not in base or base[name] != value


def _told(spec: ArchitectureSpec, field: str, before: object) -> str:
    """A field that differs from a preset's, or the knobs inside it that do."""
    value = getattr(spec, field)
    if isinstance(value, BaseModel) or (isinstance(value, tuple) and _is_model(value[0])):
        inner = dict(_changes(before, spec.canonical()[field], field))
        said = all(not isinstance(new, dict) or "kind" in new for new in inner.values())
        if field not in inner and said and len(inner) <= _MOST_INNER_CHANGES:
            return " ".join(f"{path}={_short(path, new)}" for path, new in inner.items())
        parts = value if isinstance(value, tuple) else (value,)
        return f"{field}={_cut(','.join(map(str, parts)))}"
    return f"{field}={_short(field, spec.canonical()[field])}"


def _cut(listed: str) -> str:
    """A list, or its beginning where it is longer than a name should be."""
    if len(listed) <= _LONGEST_LIST:
        return listed
    return listed[:_LONGEST_LIST].rpartition(",")[0] + ",…"


def _changes(before: object, after: object, path: str) -> Iterator[tuple[str, object]]:
    """Dotted paths where two documents differ; a path to the whole where their shapes do."""
    match before, after:
        case dict(), dict() if _same_kind(before, after):
            for key, value in after.items():
                yield from _changes(before[key], value, f"{path}.{key}")
        case list(), list() if len(before) == len(after) and isinstance(after[0], dict):
            for i, value in enumerate(after):
                yield from _changes(before[i], value, f"{path}.{i}")
        case _ if before != after:
            yield path, after


def _same_kind(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    return before.keys() == after.keys() and before.get("kind") == after.get("kind")


def _is_model(value: object) -> bool:
    return isinstance(value, BaseModel)


def _short(field: str, value: object) -> str:
    match value:
        case float():
            return f"{value:g}"
        case {"kind": str(kind)}:
            return kind
        case list():
            # A square reads best as one number.
            square = field == "resolution" and len(set(value)) == 1
            return ",".join(map(str, value[:1] if square else value))
    return str(value)
