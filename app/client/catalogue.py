"""The catalogue: what can be asked for, what papers printed, and what there is to run it on."""

from __future__ import annotations  # the names of asks and answers may be about to be written

from typing import Unpack

from archmeter.app.client import answers, asks
from archmeter.app.client.calls import Call, endpoint, get, path


@endpoint
def families() -> Call[answers.FamilyList]:
    """Every family with its paper and the names of its presets."""
    return get(path("families"), answers.FamilyList)


@endpoint
def family(name: str, /) -> Call[answers.FamilyInfo]:
    """A family's knobs as JSON Schema, and its presets with their specs."""
    return get(path("families", name), answers.FamilyInfo)


@endpoint
def presets(**filters: Unpack[asks.ListPresetsQuery]) -> Call[answers.PresetList]:
    """Published networks, of one family or of all."""
    return get(path("presets"), answers.PresetList, **filters)


@endpoint
def published(**filters: Unpack[asks.ListPublishedQuery]) -> Call[answers.PublishedList]:
    """Printed figures, each beside the counted one and with a verdict."""
    return get(path("published"), answers.PublishedList, **filters)


@endpoint
def devices() -> Call[answers.DeviceList]:
    """Every device with its peak rates, its memory and where these are printed."""
    return get(path("devices"), answers.DeviceList)


@endpoint
def device(name: str, /) -> Call[answers.DeviceInfo]:
    """One device."""
    return get(path("devices", name), answers.DeviceInfo)


@endpoint
def blocks() -> Call[answers.BlockList]:
    """The blocks that have formulas of their own, and what these leave open."""
    return get(path("formulas"), answers.BlockList)


@endpoint
def block_formulas(
    block: str, /, **how: Unpack[asks.ReadBlockFormulasQuery]
) -> Call[answers.BlockFormulas]:
    """What a block costs as expressions in its sizes, and for which they hold."""
    return get(path("formulas", block), answers.BlockFormulas, **how)
