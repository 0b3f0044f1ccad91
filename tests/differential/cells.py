"""Searched cells: NASNet and PNASNet as timm builds them."""

from __future__ import annotations

from timm.models.nasnet import NASNetALarge
from timm.models.pnasnet import PNASNet5Large

from tests.differential.counterparts import NO_SECOND_OPINION, Pair, counterpart
from tests.differential.drawing import Draw

NO_SECOND_OPINION["amoebanet"] = (
    "neither library has it, and what the paper's figure of its cells leaves open is known from "
    "TensorFlow alone; published figures are compared in tests/test_verify.py"
)


@counterpart("nasnet", "timm", smallest=96, largest=384)
def timm_nasnets(draw: Draw) -> Pair:
    width, stem = draw.of(16, 24, 32, 44), draw.of(16, 32, 96)
    return Pair(
        {"preset": "nasnetalarge", "width": width, "stem_width": stem},
        lambda: NASNetALarge(draw.classes, draw.channels, stem, num_features=24 * width),
    )


@counterpart("pnasnet", "timm", smallest=96, largest=384)
def timm_pnasnets(draw: Draw) -> Pair:
    return Pair(
        {"preset": "pnasnet5large"},
        lambda: PNASNet5Large(draw.classes, draw.channels, pad_type="same"),
    )
