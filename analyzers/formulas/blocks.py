"""The blocks that networks are composed of, each with the symbols that are natural to it.

A block is traced by itself: its input is given, and needs no gradient.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from inspect import getdoc
from types import MappingProxyType, SimpleNamespace
from typing import Any, TypeAlias

from archmeter.analyzers.formulas.counting import SymbolicGraph
from archmeter.analyzers.formulas.errors import UnknownBlock
from archmeter.analyzers.formulas.forms import ClosedForms, Sizes, closed_forms
from archmeter.analyzers.formulas.networks import INPUT
from archmeter.analyzers.formulas.symbols import Symbol
from archmeter.models.graph import Graph, Tensor
from archmeter.models.layers.attention import Attention, cbam, squeeze_excite
from archmeter.models.layers.attention_pool import latent_pool
from archmeter.models.layers.basics import conv
from archmeter.models.layers.convnext_block import ConvNeXtStyle, convnext_block
from archmeter.models.layers.dense import DenseLayer, dense_layer, transition
from archmeter.models.layers.fire import Fire, fire
from archmeter.models.layers.large_kernel_attention import large_kernel_attention
from archmeter.models.layers.mbconv import Squeeze, fused_mbconv, mbconv
from archmeter.models.layers.preactivation import preact_basic, preact_bottleneck
from archmeter.models.layers.residual import Residual, basic, bottleneck
from archmeter.models.layers.separable import separable
from archmeter.models.layers.shuffle import grouped_shuffle_unit, split_shuffle_unit
from archmeter.models.layers.transformer_block import transformer_block
from archmeter.models.layers.windows import swin_block
from archmeter.models.precision import FloatType

_MEANINGS = MappingProxyType(
    {
        **INPUT,
        "A": "heads of the attention",
        "C": "channels",
        "E": "channels of each expansion",
        "G": "groups",
        "K": "side of the kernel, or window",
        "L": "tokens of an image",
        "M": "channels of the result",
        "S": "squeezed channels",
        "d": "dilation",
        "k": "growth rate: channels that are added",
        "r": "reduction ratio: channels / squeezed channels",
        "s": "stride",
        "t": "expansion: inner / outer channels",
    }
)
_GIVEN = SimpleNamespace(
    N=1, H=56, W=56, A=4, C=64, E=64, G=4, K=3, L=196, M=128, S=16, d=3, k=32, r=16, s=2, t=4
)
"""An example: expressions hold for sizes that leave what these leave by the moduli they need."""

Given: TypeAlias = Any
"""Sizes as attributes, by the letters of their symbols."""


def _map(given: Given) -> tuple[Any, ...]:
    return given.N, given.C, given.H, given.W


@dataclass(frozen=True)
class Block:
    """A block, and what its formulas leave open.

    Attributes:
        title: what it is, in a few words.
        layer: the function that describes it.
        symbols: letters of its symbols, in the order in which expressions write them.
        build: applies the function to an input, given sizes.
        input: shape of the input, given sizes.
        multiples: for a symbol the one that divides it.
        example: sizes other than those that most blocks are given.
    """

    title: str
    layer: Callable[..., Tensor]
    symbols: str
    build: Callable[[Tensor, Given], Tensor]
    input: Callable[[Given], tuple[Any, ...]] = _map
    multiples: Mapping[str, str] = field(default_factory=dict)
    example: Mapping[str, int] = field(default_factory=dict)

    @property
    def formula(self) -> str:
        """What it computes, as its function says."""
        return (getdoc(self.layer) or self.title).splitlines()[0]

    @property
    def meanings(self) -> dict[str, str]:
        """What each symbol stands for."""
        return {letter: _MEANINGS[letter] for letter in self.symbols}

    def forms(self, name: str, dtype: FloatType) -> ClosedForms:
        """Every figure in the symbols."""
        given = vars(_GIVEN) | dict(self.example)

        def build(sizes: Sizes) -> Graph:
            values = SimpleNamespace(**sizes)
            return SymbolicGraph.trace(lambda x: self.build(x, values), self.input(values))

        symbols = [
            Symbol(letter, _MEANINGS[letter], given[letter], self.multiples.get(letter))
            for letter in self.symbols
        ]
        return closed_forms(name, symbols, build, dtype)


def block_forms(name: str, dtype: FloatType = "float32") -> ClosedForms:
    """Every figure of a block in its symbols.

    Raises:
        UnknownBlock: with the nearest names.
    """
    if name not in BLOCKS:
        raise UnknownBlock(name, BLOCKS)
    return _derived(name, dtype)


@lru_cache(256)
def _derived(name: str, dtype: FloatType) -> ClosedForms:
    return BLOCKS[name].forms(name, dtype)


_STRIDED = {"H": "s", "W": "s"}
_PLAIN = Residual()

BLOCKS: Mapping[str, Block] = MappingProxyType(
    {
        "conv": Block(
            "convolution with bias",
            conv,
            "NCMKsHW",
            lambda x, g: conv(x, g.M, g.K, stride=g.s, bias=True),
            multiples=_STRIDED,
        ),
        "grouped_conv": Block(
            "grouped convolution with bias",
            conv,
            "NCMKGsHW",
            lambda x, g: conv(x, g.M, g.K, stride=g.s, groups=g.G, bias=True),
            multiples={"C": "G", "M": "G", **_STRIDED},
        ),
        "depthwise_conv": Block(
            "depthwise convolution with bias",
            conv,
            "NCKsHW",
            lambda x, g: conv(x, g.C, g.K, stride=g.s, groups=g.C, bias=True),
            multiples=_STRIDED,
        ),
        "separable": Block(
            "depthwise separable convolution",
            separable,
            "NCMKHW",
            lambda x, g: separable(x, g.M, g.K),
        ),
        "basic": Block(
            "residual block of ResNet-18 and 34",
            basic,
            "NCHW",
            lambda x, g: basic(x, g.C, stride=1, style=_PLAIN),
        ),
        "bottleneck": Block(
            "residual block of ResNet-50, C channels inside and 4C outside",
            bottleneck,
            "NCHW",
            lambda x, g: bottleneck(x, g.C, 4 * g.C, stride=1, style=_PLAIN),
            input=lambda g: (g.N, 4 * g.C, g.H, g.W),
        ),
        "resnext_bottleneck": Block(
            "grouped residual block of ResNeXt, C channels inside and 2C outside",
            bottleneck,
            "NCGHW",
            lambda x, g: bottleneck(x, g.C, 2 * g.C, stride=1, style=Residual(groups=g.G)),
            input=lambda g: (g.N, 2 * g.C, g.H, g.W),
            multiples={"C": "G"},
        ),
        "preact_basic": Block(
            "residual block of ResNet-18 v2",
            preact_basic,
            "NCHW",
            lambda x, g: preact_basic(x, g.C, stride=1, style=_PLAIN),
        ),
        "preact_bottleneck": Block(
            "residual block of ResNet-50 v2, C channels inside and 4C outside",
            preact_bottleneck,
            "NCHW",
            lambda x, g: preact_bottleneck(x, g.C, 4 * g.C, stride=1, style=_PLAIN),
            input=lambda g: (g.N, 4 * g.C, g.H, g.W),
        ),
        "squeeze_excite": Block(
            "squeeze-and-excitation",
            squeeze_excite,
            "NCrHW",
            lambda x, g: squeeze_excite(x, g.C // g.r),
            multiples={"C": "r"},
        ),
        "cbam": Block(
            "convolutional block attention",
            cbam,
            "NCrHW",
            lambda x, g: cbam(x, g.C // g.r),
            multiples={"C": "r"},
        ),
        "mbconv": Block(
            "inverted residual of MobileNetV2",
            mbconv,
            "NCtKHW",
            lambda x, g: mbconv(x, g.t * g.C, g.C, g.K, stride=1, act_kind="relu6"),
        ),
        "mbconv_squeeze": Block(
            "inverted residual of EfficientNet, squeezed to S channels",
            mbconv,
            "NCtKSHW",
            lambda x, g: mbconv(
                x,
                g.t * g.C,
                g.C,
                g.K,
                stride=1,
                act_kind="silu",
                squeeze=Squeeze(g.S, "silu"),
            ),
        ),
        "fused_mbconv": Block(
            "fused inverted residual of EfficientNetV2",
            fused_mbconv,
            "NCtKHW",
            lambda x, g: fused_mbconv(x, g.t * g.C, g.C, g.K, stride=1, act_kind="silu"),
        ),
        "dense_layer": Block(
            "layer of a DenseNet that C channels enter",
            dense_layer,
            "NCkHW",
            lambda x, g: dense_layer([x], DenseLayer(g.k)),
        ),
        "transition": Block(
            "transition between blocks of a DenseNet",
            transition,
            "NCMHW",
            lambda x, g: transition(x, g.M),
        ),
        "convnext_block": Block(
            "block of ConvNeXt",
            convnext_block,
            "NCKtHW",
            lambda x, g: convnext_block(x, ConvNeXtStyle(g.K, g.t)),
            example={"K": 7},
        ),
        "fire": Block(
            "fire module of SqueezeNet",
            fire,
            "NCSEHW",
            lambda x, g: fire(x, Fire(g.S, g.E, g.E)),
        ),
        "large_kernel_attention": Block(
            "large-kernel attention of VAN",
            large_kernel_attention,
            "NCKdHW",
            lambda x, g: large_kernel_attention(x, kernel=g.K, dilation=g.d),
            multiples={"K": "d"},
            example={"K": 21},
        ),
        "grouped_shuffle_unit": Block(
            "unit of ShuffleNet",
            grouped_shuffle_unit,
            "NCGHW",
            lambda x, g: grouped_shuffle_unit(
                x, g.C, stride=1, groups=g.G, first_groups=g.G, attention=Attention()
            ),
            multiples={"C": "G"},
        ),
        "split_shuffle_unit": Block(
            "unit of ShuffleNetV2",
            split_shuffle_unit,
            "NCHW",
            lambda x, g: split_shuffle_unit(
                x, g.C, stride=1, split="even", residual=False, attention=Attention()
            ),
        ),
        "transformer_block": Block(
            "block of a vision transformer",
            transformer_block,
            "NLCAt",
            lambda x, g: transformer_block(x, g.A, hidden=g.t * g.C),
            input=lambda g: (g.N, g.L, g.C),
            multiples={"C": "A"},
        ),
        "latent_pool": Block(
            "pool by attention of a trained vector",
            latent_pool,
            "NLCAt",
            lambda x, g: latent_pool(x, g.A, hidden=g.t * g.C),
            input=lambda g: (g.N, g.L, g.C),
            multiples={"C": "A"},
        ),
        "swin_block": Block(
            "block of Swin with windows of K x K and heads of 32 channels",
            swin_block,
            "NCKtHW",
            lambda x, g: swin_block(x, g.C // 32, window=g.K, shifted=False, hidden=g.t * g.C),
            input=lambda g: (g.N, g.H, g.W, g.C),
            multiples={"H": "K", "W": "K"},
            example={"K": 7},
        ),
    }
)
"""By name, plain ones first."""
