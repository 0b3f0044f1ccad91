"""Every kind of stage that a network can be composed of."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Annotated, get_args

from pydantic import Field

from archmeter.models.layers.composable.cells import CellStage
from archmeter.models.layers.composable.convnext import ConvNeXtStage, RoadmapStage, VANStage
from archmeter.models.layers.composable.dark import DarkBottleneckStage, DarkStage, EdgeStage
from archmeter.models.layers.composable.dense import DenseStage
from archmeter.models.layers.composable.inception import (
    InceptionAStage,
    InceptionBStage,
    InceptionResNetAStage,
    InceptionResNetBStage,
    InceptionV1Stage,
    InceptionV2Stage,
)
from archmeter.models.layers.composable.mobile import (
    DepthwiseSeparableStage,
    FusedMBConvStage,
    GroupedShuffleStage,
    MBConvStage,
    SplitShuffleStage,
)
from archmeter.models.layers.composable.plain import ConvStage, FireStage
from archmeter.models.layers.composable.regnet import PreactXStage, XStage
from archmeter.models.layers.composable.residual import (
    BasicStage,
    BottleneckStage,
    PreactBasicStage,
    PreactBottleneckStage,
    ResNeStBottleneckStage,
    SENetBottleneckStage,
    SKBasicStage,
    SKBottleneckStage,
)
from archmeter.models.layers.composable.separable import (
    AlignedStage,
    PreactAlignedStage,
    XceptionStage,
)
from archmeter.models.layers.composable.stage import StagePart
from archmeter.models.layers.composable.transformer import SwinStage, TransformerStage

AnyStage = Annotated[
    ConvStage
    | BasicStage
    | BottleneckStage
    | PreactBasicStage
    | PreactBottleneckStage
    | SENetBottleneckStage
    | SKBasicStage
    | SKBottleneckStage
    | ResNeStBottleneckStage
    | XStage
    | PreactXStage
    | DepthwiseSeparableStage
    | MBConvStage
    | FusedMBConvStage
    | GroupedShuffleStage
    | SplitShuffleStage
    | ConvNeXtStage
    | RoadmapStage
    | VANStage
    | DarkStage
    | EdgeStage
    | DarkBottleneckStage
    | DenseStage
    | FireStage
    | XceptionStage
    | AlignedStage
    | PreactAlignedStage
    | InceptionV1Stage
    | InceptionV2Stage
    | InceptionAStage
    | InceptionBStage
    | InceptionResNetAStage
    | InceptionResNetBStage
    | CellStage
    | TransformerStage
    | SwinStage,
    Field(discriminator="block"),
]


@cache
def stage_kinds() -> Mapping[str, type[StagePart]]:
    """The kinds of stages by the names of their blocks."""
    union, *_ = get_args(AnyStage)
    return MappingProxyType({kind.block_name(): kind for kind in get_args(union)})
