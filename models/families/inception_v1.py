"""Inception v1, GoogLeNet: Szegedy et al. 2014."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

from pydantic import Field

from archmeter.models.graph import Tensor, block
from archmeter.models.head import auxiliary_head
from archmeter.models.layers.basics import (
    act,
    adaptive_avg_pool,
    avg_pool,
    dropout,
    flatten,
    linear,
    local_response_norm,
    max_pool,
)
from archmeter.models.layers.heads import dropout_classifier
from archmeter.models.layers.inception import (
    Step,
    Unit,
    chain,
)
from archmeter.models.layers.inception_module import inception_v1
from archmeter.models.layers.stretch import stretch
from archmeter.models.scaling import scale_width
from archmeter.models.spec import ConvolutionalSpec, Family, Flag, Paper, Preset, Width

Module = Annotated[tuple[Width, ...], Field(min_length=6, max_length=6)]
Stage = Annotated[tuple[Module, ...], Field(min_length=1, max_length=64)]
Rate = Annotated[float, Field(ge=0, lt=1)]


class InceptionV1Spec(ConvolutionalSpec):
    """A stem, then modules of four branches in stages that end in a max pool; Table 1."""

    family: Literal["inception_v1"] = "inception_v1"
    modules: Annotated[tuple[Stage, ...], Field(min_length=1, max_length=6)] = Field(
        default=(
            ((64, 96, 128, 16, 32, 32), (128, 128, 192, 32, 96, 64)),
            (
                (192, 96, 208, 16, 48, 64),
                (160, 112, 224, 24, 64, 64),
                (128, 128, 256, 24, 64, 64),
                (112, 144, 288, 32, 64, 64),
                (256, 160, 320, 32, 128, 128),
            ),
            ((256, 160, 320, 32, 128, 128), (384, 192, 384, 48, 128, 128)),
        ),
        description="For each stage its modules, each by six widths as in Table 1: 1x1; 3x3 "
        "reduce, 3x3; 5x5 reduce, 5x5; pool projection.",
    )
    stem_widths: tuple[Width, ...] = Field(
        default=(64, 64, 192),
        min_length=3,
        max_length=3,
        description="Channels of the stem's 7x7, 1x1 and 3x3.",
    )
    large_kernel: Literal[3, 5] = Field(
        default=5, description="Kernel of the 5x5 branch; ports from TensorFlow have a 3x3 there."
    )
    norm: Literal["batch", "response"] = Field(
        default="batch",
        description="Batch norm after each convolution; or, as in 2014, biases instead, and two "
        "local response norms in the stem.",
    )
    last_pool: Literal[2, 3] = Field(
        default=3, description="Kernel of the max pool before the last stage."
    )
    aux_heads: Flag = Field(
        default=False,
        description="Two auxiliary classifiers, which are run only while training, on modules of "
        "the last stage but one (4a and 4d).",
    )
    aux_pool: Literal["adaptive", "strided"] = Field(
        default="strided",
        description="First layer of an auxiliary head: a pool to 4x4, or the paper's 5x5 /3.",
    )
    aux_widths: tuple[Width, ...] = Field(
        default=(128, 1024),
        min_length=2,
        max_length=2,
        description="Channels of an auxiliary head's convolution and of its hidden layer.",
    )
    dropout: Rate = Field(default=0.4, description="Rate of the dropout before the classifier.")
    aux_dropout: Rate = Field(default=0.7, description="The same in the auxiliary heads.")

    def network(self, x: Tensor) -> Tensor:
        """Stem, stages of modules, classifier; auxiliary classifiers on the way."""
        x = self._stem(x)
        tapped_stage = max(0, len(self.modules) - 2)
        for i, modules in enumerate(self.modules):
            outputs = []
            with x.graph.scope(f"stage{i + 1}"):
                if i:
                    kernel = self.last_pool if i == len(self.modules) - 1 else 3
                    x = downsample(x, kernel)
                for widths in stretch(modules, self.depth_multiplier):
                    x = inception_v1(x, self._scaled(widths), self.large_kernel, how=self._unit)
                    outputs.append(x)
            if self.aux_heads and i == tapped_stage:
                # After a fifth and four fifths of the modules: 4a and 4d of five.
                n = len(outputs)
                for k, at in enumerate(sorted({(n - 1) // 5, (4 * n - 1) // 5})):
                    auxiliary_head(outputs[at], f"aux{k + 1}", self._auxiliary)
        return dropout_classifier(x, self.num_classes, self.dropout)

    def _stem(self, x: Tensor) -> Tensor:
        first, second, third = self._scaled(self.stem_widths)
        response = self.norm == "response"
        with x.graph.scope("stem"):
            x = chain(x, Step(first, 7, 2), how=self._unit)
            x = max_pool(x, 3, stride=2, ceil=True)
            if response:
                x = local_response_norm(x)
            x = chain(x, Step(second), Step(third, 3), how=self._unit)
            if response:
                x = local_response_norm(x)
            return max_pool(x, 3, stride=2, ceil=True)

    def _auxiliary(self, x: Tensor) -> Tensor:
        """Pool, 1x1 convolution, hidden layer, classifier."""
        width, hidden = self._scaled(self.aux_widths)
        x = adaptive_avg_pool(x, 4) if self.aux_pool == "adaptive" else avg_pool(x, 5, stride=3)
        x = flatten(chain(x, Step(width), how=self._unit))
        x = dropout(act(linear(x, hidden)), self.aux_dropout)
        return linear(x, self.num_classes) if self.num_classes else x

    def _scaled(self, widths: tuple[int, ...]) -> list[int]:
        return [scale_width(width, self.width_multiplier) for width in widths]

    @property
    def _unit(self) -> Unit:
        return Unit() if self.norm == "batch" else Unit(norm=False, bias=True)


@block
def downsample(x: Tensor, kernel: int) -> Tensor:
    """A max pool that halves the map, rounding up."""
    return max_pool(x, kernel, stride=2, ceil=True)


_preset = partial(Preset, InceptionV1Spec)

_TORCHVISION = {"large_kernel": 3, "last_pool": 2, "aux_pool": "adaptive", "dropout": 0.2}
_TABLE_1 = "Szegedy et al. 2014, Table 1"

FAMILY = Family(
    title="Inception v1 (GoogLeNet)",
    summary="Convolutions of several sizes side by side, each behind a 1x1 that narrows its input.",
    paper=Paper(
        "Going Deeper with Convolutions",
        "Szegedy, Liu, Jia, Sermanet, Reed, Anguelov, Erhan, Vanhoucke, Rabinovich",
        2014,
        "https://arxiv.org/abs/1409.4842",
    ),
    spec=InceptionV1Spec,
    presets=(
        _preset("googlenet", _TORCHVISION, "torchvision, its auxiliary heads removed"),
        _preset("googlenet_aux", {**_TORCHVISION, "aux_heads": True}, "torchvision"),
        _preset("googlenet_bn_5x5", {}, f"{_TABLE_1}, with batch norm"),
        _preset("inception_v1", {"norm": "response"}, _TABLE_1),
        _preset("inception_v1_aux", {"norm": "response", "aux_heads": True}, f"{_TABLE_1} and §5"),
    ),
)
