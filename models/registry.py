"""The families there are, discovered from ``models/families/*.py``, and requests resolved to specs.

A module of a family holds one `Family` called ``FAMILY``; nothing else is registered anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Any

import models.families
from models.errors import SpecConflict, UnknownFamily, UnknownPreset
from models.spec import ArchitectureSpec, Family, Preset


@cache
def families() -> Mapping[str, Family]:
    """All families by name, sorted.

    Raises:
        TypeError: if two families share a name.
    """
    found: dict[str, Family] = {}
    for module in iter_modules(models.families.__path__, "models.families."):
        family: Family = import_module(module.name).FAMILY
        if family.name in found:
            raise TypeError(f"two families are called {family.name!r}")
        found[family.name] = family
    return MappingProxyType(dict(sorted(found.items())))


@cache
def presets() -> Mapping[str, Preset]:
    """All presets by name, in the order of their families.

    Raises:
        TypeError: if two presets share a name.
    """
    found: dict[str, Preset] = {}
    for family in families().values():
        for preset in family.presets:
            if preset.name in found:
                raise TypeError(f"two presets are called {preset.name!r}")
            found[preset.name] = preset
    return MappingProxyType(found)


def family(name: str) -> Family:
    """The family of this name.

    Raises:
        UnknownFamily: with the nearest names.
    """
    try:
        return families()[name]
    except KeyError:
        raise UnknownFamily(name, families()) from None


def preset(name: str) -> Preset:
    """The preset of this name.

    Raises:
        UnknownPreset: with the nearest names.
    """
    try:
        return presets()[name]
    except KeyError:
        raise UnknownPreset(name, presets()) from None


def resolve(architecture: Mapping[str, Any]) -> ArchitectureSpec:
    """The spec meant by a request: a family with knobs, or a preset with overrides.

    Raises:
        UnknownFamily: if there is no such family.
        UnknownPreset: if there is no such preset.
        SpecConflict: if neither is named, or both are and they disagree.
        pydantic.ValidationError: if a knob is out of bounds; paths are relative to the request.
    """
    fields = dict(architecture)
    preset_name = fields.pop("preset", None)
    if preset_name is not None:
        base = preset(_name("preset", preset_name))
        if fields.setdefault("family", base.family) != base.family:
            raise SpecConflict(
                f"preset {base.name!r} belongs to family {base.family!r}, "
                f"not {fields['family']!r:.80}",
                field="family",
                value=fields["family"],
                accepted=base.family,
            )
        return base.spec_type.model_validate(base.spec_type.overridden(base.fields, fields))
    if "family" not in fields:
        raise SpecConflict(
            "an architecture names a family or a preset",
            field="family",
            accepted="one of " + ", ".join(families()),
        )
    return family(_name("family", fields["family"])).spec.model_validate(fields)


def describe(spec: ArchitectureSpec) -> str:
    """A name for a spec: the nearest preset of its family, and what differs from it.

    ``resnet50``; ``resnet50 width_multiplier=2.0``; for a tie the preset that comes first.
    """
    knobs = spec.canonical()
    best_name, best_difference = spec.family, {**knobs}
    for candidate, canonical in _canonical_presets(spec.family):
        difference = {k: v for k, v in knobs.items() if canonical[k] != v}
        if len(difference) < len(best_difference):
            best_name, best_difference = candidate, difference
            if not difference:
                break
    return " ".join([best_name, *(f"{k}={_short(k, v)}" for k, v in best_difference.items())])


@cache
def _canonical_presets(family_name: str) -> tuple[tuple[str, dict[str, Any]], ...]:
    return tuple((p.name, p.spec.canonical()) for p in family(family_name).presets)


def _short(field: str, value: object) -> str:
    if not isinstance(value, list):
        return f"{value:g}" if isinstance(value, float) else str(value)
    # A square reads best as one number.
    parts = value[:1] if field == "resolution" and len(set(value)) == 1 else value
    return ",".join(map(str, parts))


def _name(field: str, value: object) -> str:
    if isinstance(value, str):
        return value
    raise SpecConflict(
        f"{field} must be a name, got {value!r:.80}", field=field, value=value, accepted="a string"
    )
