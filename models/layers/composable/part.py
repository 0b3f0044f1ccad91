"""What all parts of a composed network have in common."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from archmeter.models.ops import ActivationKind
from archmeter.models.scaling import scale_depths, scale_width

Ratio = Annotated[float, Field(ge=0.05, le=16, allow_inf_nan=False)]
AnyActivation = Literal[ActivationKind, "thresholded"]
OptionalActivation = Literal["none", AnyActivation]
Rate = Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)]


class Part(BaseModel):
    """A part of a network: its kind, and the knobs that this kind has."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Scaling(NamedTuple):
    """The universal multipliers of a network."""

    depth: float = 1.0
    width: float = 1.0

    def blocks(self, depth: int) -> int:
        """So many blocks, scaled."""
        return scale_depths((depth,), self.depth)[0]

    def channels(self, width: int, divisor: int = 8) -> int:
        """So many channels, scaled."""
        return scale_width(width, self.width, divisor)


class ByName:
    """Lets a part be given by the name of its kind alone, if the kind has no required knob."""

    def __get_pydantic_core_schema__(
        self,
        source: Any,  # noqa: ANN401 - pydantic's interface
        handler: GetCoreSchemaHandler,
    ) -> CoreSchema:
        """Spell the name out before the part is validated."""

        def spelled_out(value: object) -> object:
            return {"kind": value} if isinstance(value, str) else value

        return core_schema.no_info_before_validator_function(spelled_out, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The names beside the parts."""
        parts = handler(schema)
        names = [
            name
            for name, reference in parts["discriminator"]["mapping"].items()
            if handler.resolve_ref_schema({"$ref": reference})["required"] == ["kind"]
        ]
        return {"anyOf": [{"type": "string", "enum": names}, parts]}
