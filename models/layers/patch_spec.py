"""Knobs and network of transformers on patches; Dosovitskiy et al. 2021, arXiv:2010.11929."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from archmeter.models.graph import Tensor
from archmeter.models.head import head
from archmeter.models.layers.attention_pool import latent_pool
from archmeter.models.layers.basics import (
    contiguous,
    flatten,
    layer_norm,
    linear,
    mean,
    scale,
    select,
)
from archmeter.models.layers.knobs import AttentionKernel, BranchScale
from archmeter.models.layers.perceptron import PerceptronKind
from archmeter.models.layers.self_attention import transformer_block
from archmeter.models.layers.tokens import add_positions, patch_tokens, prepend, without_first
from archmeter.models.scaling import scale_depths
from archmeter.models.spec import ArchitectureSpec, Preset, Width

Fields = Mapping[str, Any]

SIZES: Mapping[str, Fields] = {
    "tiny": {"width": 192, "heads": 3},
    "small": {"width": 384, "heads": 6},
    "medium": {"width": 512, "heads": 8},
    "mediumd": {"width": 512, "heads": 8, "depth": 20},
    "betwixt": {"width": 640, "heads": 10},
    "base": {},
    "plus": {"width": 896, "heads": 14},
    "so150m": {"width": 896, "heads": 14, "depth": 18, "mlp_ratio": 18 / 7},
    "so150m2": {"width": 832, "heads": 13, "depth": 21, "mlp_ratio": 34 / 13},
    "large": {"width": 1024, "heads": 16, "depth": 24},
    "so400m": {"width": 1152, "heads": 16, "depth": 27, "mlp_ratio": 269 / 72},
    "huge": {"width": 1280, "heads": 16, "depth": 32},
    "giant": {"width": 1408, "heads": 16, "depth": 40, "mlp_ratio": 48 / 11},
    "giantopt": {"width": 1536, "heads": 16, "depth": 40},
    "gated_giant": {
        "width": 1536,
        "heads": 24,
        "depth": 40,
        "mlp_ratio": 8 / 3,
        "perceptron": "swiglu",
    },
    "gigantic": {"width": 1664, "heads": 16, "depth": 48, "mlp_ratio": 64 / 13},
}
"""Name of a size -> its knobs: the patches and the input are told apart."""


class PatchSpec(ArchitectureSpec):
    """Patches as tokens, one stage of transformer blocks, a classifier of one token or of all."""

    patch: int = Field(
        default=16,
        ge=1,
        le=256,
        description="Side of a patch in pixels; what no whole patch covers is not seen.",
    )
    depth: int = Field(default=12, ge=1, le=2048, description="Transformer blocks.")
    width: Width = Field(
        default=768,
        description="Channels of a token. The width multiplier scales the heads instead, each as "
        "wide as before.",
    )
    heads: int = Field(
        default=12,
        ge=1,
        le=1024,
        validate_default=True,
        description="Attention heads; divide the width.",
    )
    mlp_ratio: float = Field(
        default=4.0, ge=0.05, le=64, description="Hidden ÷ outer channels of the perceptrons."
    )
    attention: AttentionKernel = "fused"
    qkv_bias: bool = Field(default=True, description="Biases of queries, keys and values.")
    layer_scale: BranchScale = False
    perceptron: PerceptronKind = Field(
        default="gelu",
        description="Nonlinearity of the perceptrons; with swiglu, a gate, the hidden "
        "channels are those that it lets through.",
    )
    stem_norm: bool = Field(
        default=False,
        description="A norm of all tokens before the first block; patches then have no biases.",
    )
    pool: Literal["token", "mean", "attention"] = Field(
        default="token",
        description="Classify by a class token; or, without one, by the mean of all patches, or by "
        "what a trained vector asks them.",
    )
    norm_on: Literal["pooled", "tokens"] = Field(
        default="pooled",
        description="Whether the last norm is of the mean or of every token; other pools "
        "always take normalised tokens.",
    )
    distillation_token: bool = Field(
        default=False,
        description="A second classifier with a token of its own (DeiT); both are averaged.",
    )
    registers: int = Field(default=0, ge=0, le=256, description="Tokens nobody reads in the end.")
    position_of_tokens: bool = Field(
        default=True, description="Whether tokens that are no patches have position embeddings."
    )

    @field_validator("heads")
    @classmethod
    def _heads_divide_the_width(cls, heads: int, given: ValidationInfo) -> int:
        width = given.data.get("width", heads)
        if width % heads:
            raise PydanticCustomError(
                "heads_do_not_divide",
                "{width} channels do not divide into {heads} heads",
                {"width": width, "heads": heads},
            )
        return heads

    @model_validator(mode="after")
    def _one_way_to_classify(self) -> Self:
        if self.distillation_token and self.pool != "token":
            raise PydanticCustomError(
                "distillation_without_token",
                "a distillation token stands beside a class token: pool must be token",
            )
        return self

    def network(self, x: Tensor) -> Tensor:
        """Patches, blocks, and a norm and a linear layer."""
        heads, width = self.heads, self.width
        if self.width_multiplier != 1:
            heads = max(1, round(heads * self.width_multiplier))
            width = heads * max(1, self.width // self.heads)
        hidden = max(1, round(width * self.mlp_ratio))
        with x.graph.scope("stem"):
            x = self._tokens(x, width)
        (depth,) = scale_depths((self.depth,), self.depth_multiplier)
        with x.graph.scope("stage1"):
            for _ in range(depth):
                x = transformer_block(
                    x,
                    heads,
                    hidden=hidden,
                    kind=self.attention,
                    qkv_bias=self.qkv_bias,
                    scaled=self.layer_scale,
                    perceptron_kind=self.perceptron,
                )
        return head(self._head)(x, heads, hidden)

    def _head(self, x: Tensor, heads: int, hidden: int) -> Tensor:
        """(N, tokens, C) -> (N, num_classes)."""
        if self.pool == "token":
            return self._by_tokens(x)
        x = self._mean(x) if self.pool == "mean" else self._asked(x, heads, hidden)
        return self._classified(x)

    def _tokens(self, x: Tensor, width: int) -> Tensor:
        """Those that are read in the end, registers and patches."""
        others = (self.pool == "token") + self.distillation_token + self.registers
        x = patch_tokens(x, width, self.patch, bias=not self.stem_norm)
        if self.position_of_tokens:
            x = add_positions(prepend(x, others))
        else:
            x = prepend(add_positions(x), others)
        return layer_norm(x) if self.stem_norm else x

    def _by_tokens(self, x: Tensor) -> Tensor:
        x = layer_norm(x)
        y = self._classified(select(x, 1, 0))
        if not self.distillation_token:
            return y
        return scale(y + self._classified(select(x, 1, 1)), 0.5)

    def _mean(self, x: Tensor) -> Tensor:
        """(N, registers + patches, C) -> (N, C)."""
        if self.norm_on == "tokens":
            return flatten(mean(without_first(layer_norm(x), self.registers), 1))
        return layer_norm(flatten(mean(without_first(x, self.registers), 1)))

    def _asked(self, x: Tensor, heads: int, hidden: int) -> Tensor:
        """(N, registers + patches, C) -> (N, C)."""
        x = layer_norm(x)
        if self.registers:
            # A linear layer lays its input out anew when there are gaps between the images.
            x = contiguous(without_first(x, self.registers))
        # Its perceptron has no gate: as many channels go in as both halves of a gated one have.
        gated = self.perceptron == "swiglu"
        return latent_pool(
            x,
            heads,
            hidden=2 * hidden if gated else hidden,
            kind=self.attention,
            perceptron_kind="gelu" if gated else self.perceptron,
        )

    def _classified(self, x: Tensor) -> Tensor:
        return linear(x, self.num_classes) if self.num_classes else x


def patch_preset(
    spec: type[PatchSpec],
    name: str,
    size: str,
    source: str,
    patch: int = 16,
    fields: Fields = MappingProxyType({}),
    side: int | None = None,
) -> Preset:
    """A preset of a size with so large patches, for inputs of a side if not of the spec's own."""
    sides = {} if side is None else {"resolution": (side, side)}
    return Preset(spec, name, {**SIZES[size], "patch": patch, **sides, **fields}, source)
