"""Devices: how fast they compute and move bytes at best, as their makers print it (devices.csv).

Rates are dense: data sheets like to print twice as much, for weights of which half are zero. A type
without matrix units runs on vector units; a type of 16 bits without units of its own is computed in
single precision.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal, cast

from archmeter.analyzers.answers import Answer, Number
from archmeter.models.errors import ArchmeterError, UnknownName
from archmeter.models.precision import DType, float_type

TABLE = Path(__file__).with_name("devices.csv")

DeviceKind = Literal["gpu", "embedded", "cpu"]

TIME = "the least time on a device"

_GIGA, _TERA = 10**9, 10**12
_MATRIX, _VECTOR = "matrix_", "vector_"


class UnknownDevice(UnknownName):
    """No device of the catalogue has this name."""

    code = "unknown_device"
    noun = "device"


class UnknownRate(ArchmeterError):
    """The maker prints no rate for this type."""

    code = "unknown_rate"


@dataclass(frozen=True, slots=True)
class Peaks(Answer):
    """What a device does in a second at best, for one type of number."""

    matrix_flops_per_s: Number
    """FLOPs of convolutions, linear layers and matrix products."""

    vector_flops_per_s: Number
    """FLOPs of everything else."""

    bytes_per_s: Number
    """Bytes to and from memory."""


@dataclass(frozen=True, slots=True)
class Device(Answer):
    """A device by the figures its maker prints."""

    name: str
    title: str
    kind: DeviceKind
    """A GPU with memory of its own, one embedded in a chip beside a CPU, or a CPU."""

    memory_bytes: int
    """Size of its memory."""

    bytes_per_s: int
    """Bandwidth of its memory."""

    matrix_flops_per_s: Mapping[str, int]
    """FLOPs by type, where it has units that multiply matrices; dense."""

    vector_flops_per_s: Mapping[str, int]
    """FLOPs by type, where it has units for it."""

    source: str
    """The documents that print the figures."""

    note: str
    """What has to be known about these figures."""

    def peaks(self, dtype: DType, *, tf32: bool = True) -> Peaks:
        """The rates that numbers of a type are computed and moved at.

        Args:
            dtype: of weights and activations.
            tf32: whether matrices of float32 are multiplied in TF32, where there are units for it.

        Raises:
            UnknownRate: if none is printed for the type.
            UnsupportedDType: if they are of several types.
        """
        dtype = float_type(dtype, TIME)
        vector = self.vector_flops_per_s.get(dtype)
        if vector is None and dtype in {"float16", "bfloat16"}:
            vector = self.vector_flops_per_s["float32"]
        if vector is None:
            known = ", ".join(self.vector_flops_per_s)
            raise UnknownRate(
                f"no {dtype} rate of {self.title} is published",
                field="dtype",
                value=dtype,
                accepted=f"{known} on this device",
            )
        unit = "tf32" if dtype == "float32" and tf32 else dtype
        return Peaks(self.matrix_flops_per_s.get(unit, vector), vector, self.bytes_per_s)


@cache
def devices() -> Mapping[str, Device]:
    """The catalogue by name, in the order of the table."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        found = {row["name"]: _device(row) for row in csv.DictReader(file)}
    return MappingProxyType(found)


def device(name: str) -> Device:
    """A device of the catalogue.

    Raises:
        UnknownDevice: with the nearest names.
    """
    found = devices().get(name)
    if found is None:
        raise UnknownDevice(name, devices())
    return found


def _device(row: Mapping[str, str]) -> Device:
    return Device(
        name=row["name"],
        title=row["title"],
        kind=cast("DeviceKind", row["kind"]),
        memory_bytes=_exact(row["memory_gb"], _GIGA),
        bytes_per_s=_exact(row["bandwidth_gb_s"], _GIGA),
        matrix_flops_per_s=_rates(row, _MATRIX),
        vector_flops_per_s=_rates(row, _VECTOR),
        source=row["source"],
        note=row["note"],
    )


def _rates(row: Mapping[str, str], units: str) -> Mapping[str, int]:
    """Rates by type, of the columns that are filled in."""
    return {
        column.removeprefix(units): _exact(printed, _TERA)
        for column, printed in row.items()
        if column.startswith(units) and printed
    }


def _exact(printed: str, unit: int) -> int:
    """The printed digits as an integer, which a float would not always give."""
    return int(Decimal(printed) * unit)
