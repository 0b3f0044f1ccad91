"""The families there are, discovered from ``models/families/*.py``, and requests resolved to specs.

A module of a family holds one `Family` called ``FAMILY``; nothing else is registered anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Any

import archmeter.models.families
from archmeter.models.errors import SpecConflict, UnknownFamily, UnknownPreset
from archmeter.models.spec import ArchitectureSpec, Family, Preset
from archmeter.models.spelling import Spellings


@cache
def families() -> Mapping[str, Family]:
    """All families by name, sorted.

    Raises:
        TypeError: if two families share a name.
    """
    found: dict[str, Family] = {}
    for module in _modules():
        family = _family(module)
        if family.name in found:
            raise TypeError(f"two families are called {family.name!r}")
        found[family.name] = family
    return MappingProxyType(dict(sorted(found.items())))


@cache
def _modules() -> list[str]:
    return [module.name for module in iter_modules(archmeter.models.families.__path__)]


def _family(module: str) -> Family:
    family: Family = import_module(f"archmeter.models.families.{module}").FAMILY
    return family


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
    """The family of this name, however it is spelled.

    Raises:
        UnknownFamily: with the nearest names.
    """
    if name in _modules() and _family(name).name == name:  # the others need not be imported
        return _family(name)
    meant = name if name in families() else _spelled_families().meant(name)
    if meant is None:
        raise UnknownFamily(name, families())
    return families()[meant]


@cache
def _spelled_families() -> Spellings:
    return Spellings(families())


@lru_cache(4096)  # there is no end of spellings
def preset(name: str) -> Preset:
    """The preset of this name, however it is spelled: ``ResNet-50`` is ``resnet50``.

    Raises:
        UnknownPreset: with the nearest names.
    """
    for module in _likely(name):  # the others need not be imported
        for one in _family(module).presets:
            if one.name == name:
                return one
    found = preset_called(name)
    if found is None:
        raise UnknownPreset(name, presets())
    return found


def preset_asked(architecture: Mapping[str, Any]) -> str | None:
    """The name of the preset that a request is for, however it is spelled; None for a family.

    Raises:
        UnknownPreset: with the nearest names.
    """
    name = architecture.get("preset")
    return None if name is None else preset(name).name


def preset_called(name: str) -> Preset | None:
    """The same, or None: for names that may be something else, and are by the thousand."""
    meant = name if name in presets() else _spelled_presets().meant(name)
    return None if meant is None else presets()[meant]


@cache
def _spelled_presets() -> Spellings:
    return Spellings(presets())


def _likely(preset: str) -> Iterator[str]:
    """Families that a preset is called after, then those that write its name out."""
    folder = Path(archmeter.models.families.__path__[0])
    yield from (module for module in reversed(_modules()) if preset.startswith(module))
    for module in _modules():
        if f'"{preset}"' in (folder / f"{module}.py").read_text("utf-8"):
            yield module


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


def _name(field: str, value: object) -> str:
    if isinstance(value, str):
        return value
    raise SpecConflict(
        f"{field} must be a name, got {value!r:.80}", field=field, value=value, accepted="a string"
    )
