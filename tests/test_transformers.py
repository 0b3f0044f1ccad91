"""Knobs of transformers: which of them contradict each other, and what they cost."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from pydantic import ValidationError

from archmeter.analyzers import Totals, analyze
from archmeter.models.errors import ShapeError
from archmeter.models.registry import resolve
from archmeter.models.spec import InputSpec
from archmeter.models.torch_functions import quarter_turn, relative_offsets, rotary_angles

VIT = {"family": "vit", "width": 192, "heads": 3, "depth": 2, "resolution": 64}
SWIN = {"family": "swin", "depth": [2, 2], "resolution": 64}


def totals(request_: dict[str, Any], batch: int = 1) -> Totals:
    return analyze(resolve(request_), InputSpec(batch=batch)).totals


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({**VIT, "class_token": False}, "there has to be one"),
        ({**VIT, "pool_all": True}, "pool_all needs a pool of the patches"),
        ({**VIT, "pool": "mean", "pool_all": True}, "a class token or registers beside"),
        ({**VIT, "positions": "none", "position_of_tokens": False}, "leave it true"),
        ({**VIT, "qkv_bias": False, "key_bias": "fixed"}, "key_bias is of biases that are there"),
        ({**VIT, "perceptron_place": "beside", "branches": 2}, "takes one branch"),
        ({**VIT, "perceptron_place": "beside", "perceptron": "swiglu"}, "no gate"),
        ({**VIT, "perceptron_place": "beside", "norm_place": "after"}, "a norm before it"),
        ({**SWIN, "heads": [3, 6], "head_width": 16}, "both say how many heads"),
        ({**SWIN, "qkv_bias": False, "key_bias": "masked"}, "qkv_bias says there are none"),
    ],
    ids=str,
)
def test_knobs_that_contradict_each_other_are_refused(request_: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        resolve(request_)


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({**SWIN, "heads": [5]}, "96 channels do not divide into 5 heads"),
        ({**VIT, "positions": "rotary", "heads": 32}, "6 channels of a head"),
        ({**VIT, "patch": [80, 16]}, "80x16"),
    ],
    ids=str,
)
def test_sizes_that_do_not_fit_are_named(request_: dict[str, Any], words: str) -> None:
    with pytest.raises(ShapeError, match=words):
        resolve(request_).graph()


@pytest.mark.parametrize(
    ("spelled", "short"),
    [
        ({**VIT, "patch": [16, 16], "patch_stride": 16}, VIT),
        ({**VIT, "patch": [16, 8], "patch_stride": [16, 8]}, {**VIT, "patch": [16, 8]}),
        ({**VIT, "class_token": True}, VIT),
        ({**VIT, "pool": "max", "class_token": False}, {**VIT, "pool": "max"}),
        ({**SWIN, "window": [7, 7]}, SWIN),
    ],
    ids=str,
)
def test_one_network_has_one_form(spelled: dict[str, Any], short: dict[str, Any]) -> None:
    assert resolve(spelled).identity() == resolve(short).identity()


def test_heads_of_scaled_stages_still_divide_their_channels() -> None:
    for multiplier in (0.3, 0.75, 1.1, 2.0):
        scaled = {**SWIN, "base_width": 80, "heads": [5, 6], "width_multiplier": multiplier}
        assert resolve(scaled).graph()


def test_positions_made_by_a_network_cost_the_same_whatever_the_batch() -> None:
    made, looked_up = ({**SWIN, "position_bias": kind} for kind in ("network", "table"))
    extra = {batch: totals(made, batch).macs - totals(looked_up, batch).macs for batch in (1, 8)}
    # Of every offset in windows of 7x7, two numbers to 512 to a number for each head, four times.
    assert extra[1] == extra[8] == 13 * 13 * 512 * (4 * 2 + 2 * 3 + 2 * 6)


def test_rotary_positions_take_three_operations_of_each_element_that_turns() -> None:
    learned, turned = (totals({**VIT, "positions": kind}) for kind in ("none", "rotary"))
    queries_and_keys = 2 * VIT["depth"] * 16 * VIT["width"]
    assert turned.flops - learned.flops == 3 * queries_and_keys
    assert turned.macs == learned.macs
    assert turned.params == learned.params
    assert turned.buffers - learned.buffers == 2 * 16 * VIT["width"] // VIT["heads"]


def test_a_product_of_turned_vectors_depends_on_how_far_apart_they_are() -> None:
    torch.manual_seed(0)
    q, k = torch.randn(2, 16)
    cosine, sine = (rotary_angles((5, 6), 16, name) for name in ("cos", "sin"))

    def at(x: torch.Tensor, row: int, column: int) -> torch.Tensor:
        place = 6 * row + column
        return x * cosine[place] + quarter_turn(x) * sine[place]

    product = at(q, 1, 4) @ at(k, 3, 2)
    torch.testing.assert_close(at(q, 0, 5) @ at(k, 2, 3), product)
    assert not torch.allclose(at(q, 0, 5) @ at(k, 2, 4), product)


def test_offsets_of_a_window_lie_on_a_logarithmic_scale_between_its_ends() -> None:
    offsets = relative_offsets((3, 2)).view(5, 3, 2)
    largest = torch.tensor(9.0).log2() / 3
    assert torch.equal(offsets[:, 0, 0], -offsets[:, 0, 0].flip(0))
    torch.testing.assert_close(offsets[-1, -1], largest.expand(2))
    assert torch.equal(offsets[2, 1], torch.zeros(2))
    assert torch.equal(relative_offsets((1, 1)), torch.zeros(1, 2))
