"""Knobs and network of transformers on patches; Dosovitskiy et al. 2021, arXiv:2010.11929."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from archmeter.models.graph import Tensor
from archmeter.models.head import head
from archmeter.models.layers.attention_pool import latent_pool
from archmeter.models.layers.basics import contiguous, conv, flatten, linear, scale, select
from archmeter.models.layers.channel_norm import position_norm
from archmeter.models.layers.knobs import (
    AttentionKernel,
    BiasOfKeys,
    BranchScale,
    NormOfBranches,
    PositionNorm,
)
from archmeter.models.layers.perceptron import PerceptronKind
from archmeter.models.layers.rotation import Rotation, rotation
from archmeter.models.layers.self_attention import AttentionStyle
from archmeter.models.layers.tokens import (
    PoolOfTokens,
    add_positions,
    as_tokens,
    pooled_tokens,
    prepend,
    without_first,
)
from archmeter.models.layers.transformer_block import (
    TransformerStyle,
    parallel_block,
    transformer_block,
)
from archmeter.models.ops import Pair
from archmeter.models.pairs import pair_schema, sides
from archmeter.models.scaling import scale_depths
from archmeter.models.spec import ArchitectureSpec, Flag, Width

_MOST = 256
_Side = Annotated[int, Field(ge=1, le=_MOST)]


def _one_if_square(pair: int | Pair) -> int | Pair:
    return pair[0] if isinstance(pair, tuple) and len(set(pair)) == 1 else pair


Sides = Annotated[
    _Side | tuple[_Side, _Side],
    BeforeValidator(lambda value: sides(value) if isinstance(value, str) else value),
    AfterValidator(_one_if_square),
    WithJsonSchema(pair_schema(1, _MOST)),
]
"""One side of a square, or [height, width]."""


class PatchSpec(ArchitectureSpec):
    """Patches as tokens, one stage of transformer blocks, a classifier of one token or of all."""

    patch: Sides = Field(
        default=16,
        description="Side of a patch in pixels, or [height, width]; what no whole patch covers is "
        "not seen.",
    )
    patch_stride: Sides | None = Field(
        default=None,
        description="Pixels from one patch to the next: less than a patch and they overlap. Null "
        "for patches side by side.",
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
    qkv_bias: Flag = Field(default=True, description="Biases of queries, keys and values.")
    key_bias: BiasOfKeys = "trained"
    proj_bias: Flag = Field(
        default=True,
        description="Biases of the blocks' other linear layers: after the attention, and in the "
        "perceptrons.",
    )
    qk_norm: Flag = Field(
        default=False, description="Norms of queries and keys, of each head by itself."
    )
    layer_scale: BranchScale = False
    perceptron: PerceptronKind = Field(
        default="gelu",
        description="Nonlinearity of the perceptrons; with swiglu, a gate, the hidden "
        "channels are those that it lets through.",
    )
    perceptron_place: Literal["after", "beside"] = Field(
        default="after",
        description="The perceptron after the attention, or beside it: both of one norm and one "
        "linear layer (ViT-22B).",
    )
    branches: int = Field(
        default=1,
        ge=1,
        le=16,
        description="Attentions beside each other in a block, and as many perceptrons after them.",
    )
    norm: PositionNorm = "layer"
    norm_place: NormOfBranches = "before"
    stem_norm: Flag = Field(
        default=False,
        description="A norm of all tokens before the first block; patches then have no biases.",
    )
    positions: Literal["learned", "rotary", "learned_and_rotary", "none"] = Field(
        default="learned",
        description="How tokens tell where they are: a trained vector added to each, or queries "
        "and keys that are turned, in every block, by angles that no one trains.",
    )
    pool: Literal["token", PoolOfTokens, "attention"] = Field(
        default="token",
        description="Classify by a class token; or by the mean of all patches, by the largest "
        "of each channel, by the average of both, or by what a trained vector asks them.",
    )
    class_token: bool | None = Field(
        default=None,
        description="A class token, whatever pool there is. Null for one where it is the pool.",
    )
    pool_all: Flag = Field(
        default=False,
        description="Pools of the patches are of the class token and of registers too.",
    )
    norm_on: Literal["pooled", "tokens"] = Field(
        default="pooled",
        description="Whether the last norm is of the pooled or of every token; of a class token, "
        "and for attention, it is always of every token.",
    )
    distillation_token: Flag = Field(
        default=False,
        description="A second classifier with a token of its own (DeiT); both are averaged.",
    )
    registers: int = Field(default=0, ge=0, le=256, description="Tokens nobody reads in the end.")
    position_of_tokens: Flag = Field(
        default=True, description="Whether tokens that are no patches have position embeddings."
    )

    @field_validator("patch_stride")
    @classmethod
    def _none_if_side_by_side(
        cls, stride: int | Pair | None, given: ValidationInfo
    ) -> int | Pair | None:
        return None if stride == given.data.get("patch") else stride

    @field_validator("class_token")
    @classmethod
    def _of_its_pool(cls, wanted: bool | None, given: ValidationInfo) -> bool | None:  # noqa: FBT001
        by_token = given.data.get("pool") == "token"
        if by_token and wanted is False:
            raise PydanticCustomError(
                "token_pool_without_token", "the pool is a class token: there has to be one"
            )
        return wanted if wanted is not by_token else None

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
    def _without_contradictions(self) -> Self:
        for is_so, code, message in (
            (
                self.distillation_token and self.pool != "token",
                "distillation_without_token",
                "a distillation token stands beside a class token: pool must be token",
            ),
            (
                self.pool_all and (self.pool == "token" or not self._tokens_beside),
                "pool_of_no_other_tokens",
                "pool_all needs a pool of the patches, and a class token or registers beside them",
            ),
            (
                not self.position_of_tokens and "learned" not in self.positions,
                "position_of_tokens_without_positions",
                "position_of_tokens is about learned positions, and there are none: leave it true",
            ),
            (
                self.key_bias != "trained"
                and not (self.qkv_bias and self.perceptron_place == "after"),
                "key_bias_without_biases",
                "key_bias is of biases that are there, and of a perceptron after the attention",
            ),
            (
                self.perceptron_place == "beside"
                and (self.branches, self.norm_place, self.perceptron == "swiglu")
                != (1, "before", False),
                "beside_the_attention",
                "a perceptron beside the attention takes one branch, a norm before it and no gate",
            ),
        ):
            if is_so:
                raise PydanticCustomError(code, message)
        return self

    @property
    def _tokens_beside(self) -> int:
        """Tokens that are no patches."""
        is_read = self.pool == "token"
        has_class_token = is_read if self.class_token is None else self.class_token
        return has_class_token + self.distillation_token + self.registers

    @property
    def _style(self) -> TransformerStyle:
        attention = AttentionStyle(
            self.attention,
            self.qkv_bias,
            self.key_bias,
            self.proj_bias,
            "normed" if self.qk_norm else "dot",
            self.norm,
        )
        return TransformerStyle(
            attention,
            self.perceptron,
            self.proj_bias,
            self.norm,
            self.norm_place,
            self.layer_scale,
            self.branches,
        )

    def network(self, x: Tensor) -> Tensor:
        """Patches, blocks, and a norm and a linear layer."""
        heads, width = self.heads, self.width
        if self.width_multiplier != 1:
            heads = max(1, round(heads * self.width_multiplier))
            width = heads * max(1, self.width // self.heads)
        hidden = max(1, round(width * self.mlp_ratio))
        with x.graph.scope("stem"):
            x, turns = self._stem(x, width, heads)
        (depth,) = scale_depths((self.depth,), self.depth_multiplier)
        block = transformer_block if self.perceptron_place == "after" else parallel_block
        with x.graph.scope("stage1"):
            for _ in range(depth):
                x = block(x, heads, hidden=hidden, style=self._style, rotation=turns)
        return head(self._head)(x, heads, hidden)

    def _head(self, x: Tensor, heads: int, hidden: int) -> Tensor:
        """(N, tokens, C) -> (N, num_classes)."""
        if self.pool == "token":
            return self._by_tokens(x)
        return self._classified(self._pooled(x, self.pool, heads, hidden))

    def _stem(self, x: Tensor, width: int, heads: int) -> tuple[Tensor, Rotation | None]:
        """Tokens that are read in the end, registers and patches; and how these turn."""
        stride = self.patch if self.patch_stride is None else self.patch_stride
        x = conv(x, width, self.patch, stride=stride, padding=0, bias=not self.stem_norm)
        grid, x = (x.shape[2], x.shape[3]), as_tokens(x)
        if "learned" not in self.positions:
            x = prepend(x, self._tokens_beside)
        elif self.position_of_tokens:
            x = add_positions(prepend(x, self._tokens_beside))
        else:
            x = prepend(add_positions(x), self._tokens_beside)
        x = position_norm(x, self.norm) if self.stem_norm else x
        if "rotary" not in self.positions:
            return x, None
        return x, rotation(x, grid, width // heads, self._tokens_beside)

    def _by_tokens(self, x: Tensor) -> Tensor:
        x = position_norm(x, self.norm)
        y = self._classified(select(x, 1, 0))
        if not self.distillation_token:
            return y
        return scale(y + self._classified(select(x, 1, 1)), 0.5)

    def _pooled(
        self, x: Tensor, pool: Literal[PoolOfTokens, "attention"], heads: int, hidden: int
    ) -> Tensor:
        """(N, tokens, C) -> (N, C)."""
        unread = 0 if self.pool_all else self._tokens_beside
        if pool == "attention" or self.norm_on == "tokens":
            x = position_norm(x, self.norm)
        if pool == "attention":
            # A linear layer lays its input out anew when there are gaps between the images.
            x = contiguous(without_first(x, unread)) if unread else x
            return self._asked(x, heads, hidden)
        x = flatten(pooled_tokens(without_first(x, unread), pool))
        return x if self.norm_on == "tokens" else position_norm(x, self.norm)

    def _asked(self, x: Tensor, heads: int, hidden: int) -> Tensor:
        """(N, tokens, C) -> (N, C)."""
        # Its perceptron has no gate: as many channels go in as both halves of a gated one have.
        gated = self.perceptron == "swiglu"
        return latent_pool(
            x,
            heads,
            hidden=2 * hidden if gated else hidden,
            kind=self.attention,
            perceptron_kind="gelu" if gated else self.perceptron,
            norm=self.norm,
        )

    def _classified(self, x: Tensor) -> Tensor:
        return linear(x, self.num_classes) if self.num_classes else x
