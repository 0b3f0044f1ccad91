"""Networks composed of stages of any blocks, without code: stem, stages, head.

The form is that of the AnyNet design space; Radosavovic, Kosaraju, Girshick, He, Dollár 2020,
arXiv:2003.13678, §3.2.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from archmeter.models.errors import ShapeError
from archmeter.models.graph import Tensor
from archmeter.models.layers.composable.catalogue import AnyStage
from archmeter.models.layers.composable.heads import AnyHead, NoHead, PooledHead
from archmeter.models.layers.composable.override import changed, changed_stages
from archmeter.models.layers.composable.part import Part, Scaling
from archmeter.models.layers.composable.stems import AnyStem, ConvStem
from archmeter.models.spec import ConvolutionalSpec, Family, Paper, Preset

Stages = Annotated[tuple[AnyStage, ...], Field(min_length=1, max_length=16)]


PARTS = ("stem", "stages", "head")

CHANGES: dict[str, Any] = {"type": "object", "description": "Only the knobs to change."}
CHANGES_BY_INDEX: dict[str, Any] = {
    "type": "object",
    "description": "Only the stages to change, by their index counted from 0.",
    "propertyNames": {"pattern": "^([0-9]|1[0-5])$"},
    "additionalProperties": CHANGES,
}


def _stages(block: Mapping[str, Any], *stages: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Stages of one block."""
    return [{**block, **stage} for stage in stages]


_REGNETY_4GF = _stages(
    {"block": "x_block", "group_width": 64, "attention": "squeeze_excite"},
    {"width": 128, "depth": 2},
    {"width": 192, "depth": 6},
    {"width": 512, "depth": 12},
    {"width": 1088, "depth": 2},
)


class CustomSpec(ConvolutionalSpec):
    """A stem, stages of any blocks, and a head; by default, RegNetY-4GF."""

    family: Literal["custom"] = "custom"
    stem: AnyStem = Field(
        default=ConvStem(kind="conv"),
        description="First layers, by the name of their kind or with its knobs.",
    )
    stages: Stages = Field(
        default=TypeAdapter(Stages).validate_python(_REGNETY_4GF),
        description="The stages in order, each of blocks of one kind with the knobs it has.",
    )
    head: AnyHead = Field(  # type: ignore[assignment]  # a part, as the others
        default=PooledHead(kind="pooled"),
        description="Last layers, by the name of their kind or with its knobs.",
    )

    @classmethod
    def overridden(cls, fields: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
        """A preset's fields with some replaced, or only some knobs of its parts.

        Stages may be changed by their index: ``{"stages": {"2": {"attention": "eca"}}}``.
        """
        if not any(isinstance(overrides.get(name), Mapping) for name in PARTS):
            return super().overridden(fields, overrides)
        whole = cls.model_validate(dict(fields)).canonical()
        overrides = dict(overrides)
        if isinstance(overrides.get("stages"), Mapping):
            overrides["stages"] = changed_stages(whole["stages"], overrides["stages"])
        return changed(whole, overrides)

    @classmethod
    def override_schema(cls, name: str, schema: dict[str, Any]) -> dict[str, Any]:
        """JSON schema of what may stand in place of a preset's field, given that of the field."""
        schema = super().override_schema(name, schema)
        if name not in PARTS:
            return schema
        changes = CHANGES_BY_INDEX if name == "stages" else CHANGES
        return {"description": schema.pop("description"), "anyOf": [schema, changes]}

    @property
    def headless(self) -> bool:
        """Whether the network ends in maps."""
        return isinstance(self.head, NoHead)

    def network(self, x: Tensor) -> Tensor:
        """Stem, stages, head."""
        scaling = Scaling(self.depth_multiplier, self.width_multiplier)
        with _blaming("stem", self.stem, x):
            x = self.stem.build(x, scaling)
        for i, stage in enumerate(self.stages):
            with _blaming(f"stages.{i}", stage, x), x.graph.scope(f"stage{i + 1}"):
                x = stage.build(x, scaling)
        with _blaming("head", self.head, x):
            return self.head.build(x, self.num_classes, scaling)


@contextmanager
def _blaming(field: str, part: Part, x: Tensor) -> Iterator[None]:
    """Make sizes that do not fit a fault of a field, and say what that is applied to."""
    try:
        yield
    except ShapeError as error:
        error.field, error.value = field, part.model_dump(mode="json")
        error.accepted = f"what fits its input of {'x'.join(map(str, x.shape[1:]))}"
        raise


_preset = partial(Preset, CustomSpec)

_RESNET50 = _stages(
    {"block": "bottleneck"},
    {"width": 256, "depth": 3, "stride": 1},
    {"width": 512, "depth": 4},
    {"width": 1024, "depth": 6},
    {"width": 2048, "depth": 3},
)
_MOBILENETV2 = _stages(
    {"block": "mbconv"},
    {"width": 16, "stride": 1, "expansion": 1},
    {"width": 24, "depth": 2},
    {"width": 32, "depth": 3},
    {"width": 64, "depth": 4},
    {"width": 96, "depth": 3, "stride": 1},
    {"width": 160, "depth": 3},
    {"width": 320, "stride": 1},
)
_CONVNEXT_TINY = _stages(
    {"block": "convnext_block"},
    {"width": 96, "depth": 3, "stride": 1},
    {"width": 192, "depth": 3},
    {"width": 384, "depth": 9},
    {"width": 768, "depth": 3},
)

FAMILY = Family(
    title="Custom",
    summary="A stem, stages of any blocks and a head, composed without code.",
    paper=Paper(
        "Designing Network Design Spaces",
        "Radosavovic, Kosaraju, Girshick, He, Dollár",
        2020,
        "https://arxiv.org/abs/2003.13678",
    ),
    spec=CustomSpec,
    presets=(
        _preset(
            "custom_resnet50",
            {"stem": "conv7", "stages": _RESNET50},
            "He et al. 2015 (arXiv:1512.03385), Table 1; stride on the 3x3",
        ),
        _preset(
            "custom_regnety_4gf",
            {"stages": _REGNETY_4GF},
            "Radosavovic et al. 2020, Fig. 17",
        ),
        _preset(
            "custom_mobilenetv2",
            {
                "stem": {"kind": "conv", "activation": "relu6"},
                "stages": _MOBILENETV2,
                "head": {"kind": "conv", "scaling": "up", "activation": "relu6"},
            },
            "Sandler et al. 2018 (arXiv:1801.04381), Table 2",
        ),
        _preset(
            "custom_convnext_tiny",
            {"stem": "patches", "stages": _CONVNEXT_TINY, "head": "normed"},
            "Liu et al. 2022 (arXiv:2201.03545), Table 9",
        ),
    ),
)
