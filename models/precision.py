"""Precisions: in which types the weights and the activations of a network are.

Pure: everything is of one floating point type. Autocast, `torch.autocast`: weights are of single
precision, and operators that gain by it run in half precision, on copies. Quantised: the weights of
convolutions and linear layers are integers of 8 or 4 bits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

from archmeter.models.errors import ArchmeterError

FloatType = Literal["float32", "float16", "bfloat16", "float64"]
ElementType = Literal[FloatType, "int8"]
AutocastDevice = Literal["cpu", "cuda"]

DType = Literal[
    FloatType,
    "autocast-float16",
    "autocast-bfloat16",
    "autocast-cuda-float16",
    "autocast-cuda-bfloat16",
    "int8",
    "int8-float32",
    "int8-float16",
    "int8-bfloat16",
    "int4",
    "int4-float32",
    "int4-float16",
    "int4-bfloat16",
]

ITEM_SIZES: Mapping[ElementType, int] = MappingProxyType(
    {"float32": 4, "float16": 2, "bfloat16": 2, "float64": 8, "int8": 1}
)
"""Bytes of one element."""

FLOAT_TYPES: tuple[FloatType, ...] = get_args(FloatType)


class UnsupportedDType(ArchmeterError):
    """The question is not answered for this precision."""

    code = "unsupported_dtype"


@dataclass(frozen=True, slots=True)
class Precision:
    """In which types a network's elements are.

    Attributes:
        activations: of what operators make; under autocast, of those that run in half precision.
        weights: of weights and buffers, where they are not quantised.
        autocast: the device whose lists say in which type each operator runs, if any do.
        bits: of the weights of convolutions and linear layers, where they are quantised.
    """

    activations: ElementType
    weights: FloatType
    autocast: AutocastDevice | None = None
    bits: Literal[4, 8] | None = None

    @property
    def item_size(self) -> int:
        """Bytes of an element of an activation; under autocast, of one in half precision."""
        return ITEM_SIZES[self.activations]

    @property
    def weight_size(self) -> int:
        """Bytes of an element of a weight that is not quantised, or of a buffer."""
        return ITEM_SIZES[self.weights]

    def type_of(self, item_size: int) -> ElementType:
        """The type of elements that take so many bytes."""
        return self.activations if item_size == self.item_size else self.weights


PRECISIONS: Mapping[DType, Precision] = MappingProxyType(
    {
        "float32": Precision("float32", "float32"),
        "float16": Precision("float16", "float16"),
        "bfloat16": Precision("bfloat16", "bfloat16"),
        "float64": Precision("float64", "float64"),
        "autocast-float16": Precision("float16", "float32", autocast="cpu"),
        "autocast-bfloat16": Precision("bfloat16", "float32", autocast="cpu"),
        "autocast-cuda-float16": Precision("float16", "float32", autocast="cuda"),
        "autocast-cuda-bfloat16": Precision("bfloat16", "float32", autocast="cuda"),
        "int8": Precision("int8", "float32", bits=8),
        "int8-float32": Precision("float32", "float32", bits=8),
        "int8-float16": Precision("float16", "float16", bits=8),
        "int8-bfloat16": Precision("bfloat16", "bfloat16", bits=8),
        "int4": Precision("int8", "float32", bits=4),
        "int4-float32": Precision("float32", "float32", bits=4),
        "int4-float16": Precision("float16", "float16", bits=4),
        "int4-bfloat16": Precision("bfloat16", "bfloat16", bits=4),
    }
)
"""What each name stands for."""

TRAINED = tuple(dtype for dtype, precision in PRECISIONS.items() if not precision.bits)
"""Those in which a network trains."""


def float_type(dtype: DType, what: str) -> FloatType:
    """The one type that weights and activations are of.

    Args:
        dtype: as it was asked for.
        what: is asked for that is answered of one type alone, in words.

    Raises:
        UnsupportedDType: if they are of several.
    """
    if dtype in FLOAT_TYPES:
        return dtype
    raise UnsupportedDType(
        f"{what} is counted for one type of weights and activations alike, not for {dtype}",
        field="dtype",
        value=dtype,
        accepted=", ".join(FLOAT_TYPES),
    )
