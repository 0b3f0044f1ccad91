"""What elements see of the image, against what reaches them when the lowered network runs.

Not-a-number spreads to whatever depends on it, so an image with one row (or column) of it shows
every element that sees that row. In double precision, where no kernel takes a detour over tiles.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import numpy as np
import pytest
import torch

from archmeter.analyzers import analyze
from archmeter.analyzers.coverage import SeenRow, coverage
from archmeter.analyzers.sight import Sight, sights
from archmeter.analyzers.stretch import MAX_ELEMENTS, UNSEEN, SightTooLarge, Stretch
from archmeter.models.errors import ShapeError
from archmeter.models.graph import Graph, Tensor
from archmeter.models.ops import Activation, Conv2d, Mul, Parameter
from archmeter.models.registry import families, resolve
from archmeter.models.spec import ArchitectureSpec, Family
from archmeter.models.torch_module import to_torch
from tests.test_operators import SAMPLES, Sample

INPUT = (1, 8, 7, 9)

BRANCHING: dict[str, dict[str, Any]] = {
    "inception_v3": {"resolution": 107},
    "densenet121": {"resolution": [64, 48]},
    "nasnetamobile": {"resolution": 64},
    "amoebanet_a_mobile": {"resolution": 64},
    "van_b0": {"resolution": 64},
    "shufflenet_v2_x0_5": {"resolution": 64},
    "sknet50": {"resolution": 64},
    "swin_tiny_patch4_window7_224": {"resolution": [64, 60]},
    "convnextv2_atto": {"resolution": 64},
    "resnet20_cifar10": {},
}
"""Networks with branches, dilation, gates, crops, groups and windows; a quarter as wide."""


def images_with_one_line_missing(graph: Graph, dim: int) -> torch.Tensor:
    _, channels, height, width = graph.input.shape
    sides = (height, width)
    images = torch.rand(sides[dim - 2], channels, *sides, dtype=torch.float64)
    for i, image in enumerate(images):
        image.select(dim - 1, i).fill_(torch.nan)
    return images


def measured(made: torch.Tensor, like: Stretch) -> Stretch:
    """First and negated last image that leaves no number; dimensions that `like` joins, joined."""
    joined = [dim for dim, size in enumerate(like.shape[:-1]) if size == 1 and dim]
    missing = made.isnan()
    for dim in joined:
        missing = missing.any(dim, keepdim=True)
    marks = missing.numpy()
    last = len(marks) - 1 - marks[::-1].argmax(0)
    seen = marks.any(0)
    return np.stack(
        (np.where(seen, marks.argmax(0), UNSEEN), np.where(seen, -last, UNSEEN)), axis=-1
    )[None]


def differing(graph: Graph) -> tuple[list[str], int]:
    """Modules whose elements see something else than predicted, and how many were looked at."""
    module = averaging(to_torch(graph))
    predicted = sights(graph)
    by_path = {tensor.path: tensor for tensor in graph.tensors if not tensor.reuses}
    wrong: list[str] = []
    looked_at: set[str] = set()

    def check(tensor: Tensor, made: Any, axis: str) -> None:
        like = getattr(predicted[tensor.index], axis)
        looked_at.add(tensor.path)
        if not np.array_equal(measured(made, like), np.where(like >= UNSEEN, UNSEEN, like)):
            wrong.append(f"{tensor.path}: {axis}")

    for axis, dim in (("rows", 2), ("columns", 3)):
        handles = [
            part.register_forward_hook(
                lambda _, __, made, tensor=by_path[name], axis=axis: check(tensor, made, axis)
            )
            for name, part in module.named_modules()
            if name in by_path
        ]
        with torch.no_grad():
            outputs = module(images_with_one_line_missing(graph, dim))
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        for tensor, made in zip(graph.outputs, outputs, strict=True):
            check(tensor, made, axis)
        for handle in handles:
            handle.remove()
    return wrong, len(looked_at)


def sees_the_image(sample: Sample) -> bool:
    """Whether the result is made of the image at all: tables and masks are weights."""
    return bool((sights(Graph.trace(sample, INPUT))[-1].rows < UNSEEN).any())


@pytest.mark.parametrize("sample", [*filter(sees_the_image, SAMPLES)], ids=str)
def test_every_operator_sees_what_reaches_its_result(sample: Sample) -> None:
    """Behind a window, so that neighbours are told apart by more than one pixel."""

    def network(x: Tensor) -> Tensor:
        return sample(x.graph.append(Conv2d(8, (3, 1), (1, 1), (1, 0)), x))

    wrong, _ = differing(Graph.trace(network, INPUT))
    assert not wrong


@pytest.mark.parametrize("preset", BRANCHING)
def test_every_element_sees_what_reaches_it(preset: str) -> None:
    spec = resolve({"preset": preset, "width_multiplier": 0.25, **BRANCHING[preset]})
    wrong, looked_at = differing(spec.graph())
    assert not wrong
    assert looked_at > 50


@pytest.mark.slow
@pytest.mark.parametrize("family", families().values(), ids=families())
def test_every_element_sees_what_reaches_it_in_every_family(family: Family) -> None:
    wrong, looked_at = differing(small(family.presets[0].spec))
    assert not wrong
    assert looked_at


def small(spec: ArchitectureSpec) -> Graph:
    """The network as narrow as it can be made, on the smallest image that fits."""
    for side in (64, 96, 128, 160):
        for width in (0.125, 0.25, 0.5):
            sizes = {"resolution": (side, side), "width_multiplier": width}
            with suppress(ShapeError):
                return spec.model_copy(update=sizes).graph()
    return spec.graph()


@pytest.mark.parametrize(
    ("preset", "stage"),
    [
        ("inception_v3", "stage1"),
        ("densenet121", "stage2"),
        ("van_b0", "stage1"),
        ("resnext50_32x4d", "stage2"),
    ],
)
def test_the_gradient_of_the_middle_element_covers_what_it_sees(preset: str, stage: str) -> None:
    """With positive weights nothing cancels; a maximum passes on but one, so means stand in."""
    spec = resolve({"preset": preset, "resolution": [139, 171], "width_multiplier": 0.25})
    module = averaging(without_maxima(to_torch(spec.graph())))
    found: list[torch.Tensor] = []
    module.get_submodule(stage).register_forward_hook(lambda _, __, made: found.append(made))
    image = torch.rand(1, 3, 139, 171, dtype=torch.float64, requires_grad=True)
    module(image)
    made = found[0][0]
    middle = made[:, made.shape[1] // 2, made.shape[2] // 2]
    (middle * torch.rand_like(middle)).sum().backward()
    assert image.grad is not None
    _, _, rows, columns = (image.grad != 0).nonzero(as_tuple=True)
    (row,) = (row for row in coverage(analyze(spec)).stages if row.stage == stage)
    assert (int(rows.min()), int(rows.max())) == (row.top, row.bottom)
    assert (int(columns.min()), int(columns.max())) == (row.left, row.right)


def averaging(module: torch.nn.Module) -> torch.nn.Module:
    """With positive weights whose sums are below one, so values stay between 0 and 1."""
    for parameter in module.parameters():
        torch.nn.init.uniform_(parameter, 0.5, 1)
        if parameter.ndim > 1:
            parameter.data /= parameter[0].numel()
    return module.double().eval()


def without_maxima(module: torch.nn.Module) -> torch.nn.Module:
    """With means in place of maxima, of the same windows."""
    for part in list(module.modules()):
        for name, child in part.named_children():
            if isinstance(child, torch.nn.MaxPool2d):
                window = (child.kernel_size, child.stride, child.padding, child.ceil_mode)
                setattr(part, name, torch.nn.AvgPool2d(*window))
    return module


def rows_of(request: dict[str, Any]) -> dict[str, SeenRow]:
    return {row.path: row for row in coverage(analyze(resolve(request))).rows}


def test_covered_fractions_by_hand() -> None:
    """A 7x7 convolution with stride 2: 4 rows and columns at a corner, 6 next to it, then 7."""
    rows = rows_of({"preset": "resnet50"})
    stem = rows["stem.conv"]
    assert (stem.top, stem.bottom, stem.left, stem.right) == (109, 115, 109, 115)
    assert stem.covered == 49 / 224**2
    assert stem.covered_least == 16 / 224**2
    mean = (4 + 6 + 7 * 108 + 6 + 5) / 112  # the last two see to the edge on one side less
    by_hand = [min(223, 2 * i + 3) - max(0, 2 * i - 3) + 1 for i in range(112)]
    assert sum(by_hand) / 112 == pytest.approx(mean, abs=0.02)
    assert stem.covered_mean == pytest.approx((sum(by_hand) / 112) ** 2 / 224**2)
    assert rows["head.linear"].covered_least == 1


def test_no_element_sees_more_than_its_receptive_field_where_windows_slide() -> None:
    for preset in ("inception_v3", "densenet121", "mobilenetv2_100", "vgg16", "convnext_tiny"):
        rows = rows_of({"preset": preset})
        for row in rows.values():
            height, width = row.receptive_field
            assert row.bottom - row.top + 1 <= height, row.path
            assert row.right - row.left + 1 <= width, row.path
            assert row.covered_least <= row.covered_mean <= 1
        assert any(
            row.bottom - row.top + 1 == row.receptive_field[0] < 224 for row in rows.values()
        )


def test_a_gate_sees_the_whole_image_and_so_does_what_it_acts_on() -> None:
    plain, gated = (
        rows_of({"preset": "resnet50", "attention": attention})
        for attention in ("none", "squeeze_excite")
    )
    assert plain["stage1.bottleneck1.add"].covered < 0.01
    assert gated["stage1.bottleneck1.add"].covered_least == 1


def test_the_first_layers_that_see_everything_are_named() -> None:
    seen = coverage(analyze(resolve({"preset": "mobilenetv2_100"})))
    by_path = {row.path: row for row in seen.rows}
    first = list(by_path).index(str(seen.middle_whole_at))
    assert seen.rows[first].covered == 1
    assert all(row.covered < 1 for row in seen.rows[:first])
    assert by_path[str(seen.all_whole_at)].covered_least == 1
    tiny = coverage(analyze(resolve({"preset": "resnet18", "num_classes": 0, "resolution": 512})))
    assert tiny.all_whole_at == "head.pool"


def test_stages_are_the_last_rows_of_their_stages() -> None:
    seen = coverage(analyze(resolve({"preset": "googlenet_aux"})))
    assert [row.stage for row in seen.stages] == list(dict.fromkeys(r.stage for r in seen.rows))
    for stage in seen.stages:
        assert stage == [row for row in seen.rows if row.stage == stage.stage][-1]


def test_weights_see_nothing_and_have_no_row() -> None:
    def network(x: Tensor) -> Tensor:
        return x.graph.append(Mul(), x, x.graph.append(Parameter((3, 1, 1))))

    found = sights(Graph.trace(network, (1, 3, 5, 5)))
    assert (found[1].rows == UNSEEN).all()
    assert np.array_equal(found[2].rows, found[0].rows)
    assert not any("parameter" in path for path in rows_of({"preset": "convnext_atto"}))


def test_strides_and_fields_pass_by_weights() -> None:
    """A trained scale sees no pixel: it must not make the steps of a map finer."""
    stages = coverage(analyze(resolve({"preset": "van_b0"}))).stages
    assert [row.stride[0] for row in stages] == [4, 4, 8, 16, 32, 224]
    swin = coverage(analyze(resolve({"preset": "swin_tiny_patch4_window7_224"}))).stages
    assert [row.stride[0] for row in swin][:5] == [4, 4, 8, 16, 32]


def test_images_too_large_to_follow_are_refused_by_the_layer() -> None:
    spec = resolve({"preset": "swin_tiny_patch4_window7_224", "resolution": 4096})
    with pytest.raises(SightTooLarge, match=rf"^stage1\..*the limit is {MAX_ELEMENTS:,}"):
        coverage(analyze(spec))


def test_operators_on_positions_by_themselves_hand_on_what_they_see() -> None:
    found = sights(Graph.trace(lambda x: x.graph.append(Activation("relu"), x), INPUT))
    assert found[1] is found[0]
    assert isinstance(found[0], Sight)
