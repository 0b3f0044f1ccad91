"""Depths called by the number in a network's name: 16 of VGG-16, 121 of DenseNet-121."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from archmeter.models.scaling import scale_depths
from archmeter.models.spec import ConvolutionalSpec, Depths

BLOCKS_PER_STAGE_SCHEMA: dict[str, Any] = {
    "type": "array",
    "items": {"type": "integer", "minimum": 1, "maximum": 2048},
    "minItems": 1,
    "maxItems": 8,
}


def depth_schema(numbers: dict[str, Any]) -> dict[str, Any]:
    """JSON schema of a depth: a number of weight layers, or blocks per stage."""
    return {"anyOf": [{"type": "integer", **numbers}, BLOCKS_PER_STAGE_SCHEMA]}


class NamedDepthSpec(ConvolutionalSpec):
    """A staged network whose depth may be given as its number of weight layers.

    The number, as in the networks' names, is expanded into blocks per stage (and the kind of block,
    where there are several) before validation, so that a spec has one canonical form however it was
    asked for.
    """

    named_depths: ClassVar[str]

    depth: Depths = Field(default=(1,), description="Weight layers, or layers per stage.")

    @classmethod
    @abstractmethod
    def expand_depth(cls, depth: int, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Fields that a number of weight layers stands for; none if it stands for nothing."""

    @property
    def depths(self) -> tuple[int, ...]:
        """Blocks per stage, scaled."""
        return scale_depths(self.depth, self.depth_multiplier)

    @classmethod
    def overridden(cls, fields: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
        """A preset's fields with some replaced; its kind of block stays if only blocks are listed.

        A new depth in weight layers says itself which block it is made of.
        """
        listed = isinstance(overrides.get("depth"), list | tuple)
        return {**(cls._expanded(fields) if listed else fields), **overrides}

    @model_validator(mode="before")
    @classmethod
    def _expand_named_depth(cls, fields: Any) -> Any:  # noqa: ANN401 - whatever was posted
        return cls._expanded(fields) if isinstance(fields, Mapping) else fields

    @classmethod
    def _expanded(cls, fields: Mapping[str, Any]) -> dict[str, Any]:
        depth = fields.get("depth")
        if not isinstance(depth, int) or isinstance(depth, bool):
            return dict(fields)
        return {**fields, **cls.expand_depth(depth, fields)}

    @field_validator("depth", mode="before")
    @classmethod
    def _refuse_other_numbers(cls, depth: Any) -> Any:  # noqa: ANN401
        # Had the number meant something here, it would have been expanded by now.
        if isinstance(depth, int):
            raise PydanticCustomError(
                "depth",
                "depth {depth} does not name a network with these blocks; it may be {accepted}, "
                "or a list of blocks per stage",
                {"depth": depth, "accepted": cls.named_depths},
            )
        return depth
