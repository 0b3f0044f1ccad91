"""The audit: torch and fvcore recount what was counted here, and a wrong count is found out."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from math import prod
from typing import Any

import pytest

from archmeter.analyzers import audit as audits
from archmeter.analyzers import facts
from archmeter.analyzers.audit import AuditTooLarge, audit
from archmeter.analyzers.compute import macs
from archmeter.analyzers.conventions import fvcore_extra
from archmeter.analyzers.profile import Profile
from archmeter.analyzers.reading import Reading
from archmeter.models.errors import ArchmeterError, ShapeError
from archmeter.models.graph import Graph
from archmeter.models.ops import BatchNorm2d, Conv2d, Linear, Op
from archmeter.models.registry import presets, resolve
from archmeter.models.spec import ArchitectureSpec, InputSpec, Preset

FIGURES = {
    "output_elements",
    "params",
    "buffers",
    "flops_by_kind.mac",
    "training_saved_bytes",
    "inference_peak_bytes",
    "macs",
    "fvcore_total",
}


def small(spec: ArchitectureSpec) -> Graph:
    """The network on an image of a quarter of its side, or of the half where that does not fit."""
    for part in (4, 2):
        # Multiples of the usual total stride.
        sides = tuple(-(-side // (32 * part)) * 32 for side in spec.resolution)
        with contextlib.suppress(ShapeError):
            return spec.model_copy(update={"resolution": sides}).graph()
    return spec.graph()


@pytest.fixture
def plant(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Reading[int], type[Op]], None]]:
    """Makes the rule of a reading for an operator count one too many."""

    def one_too_many(reading: Reading[int], operator: type[Op]) -> None:
        rule = reading.rules[operator]
        assert rule
        monkeypatch.setitem(reading.rules.found, operator, lambda *question: rule(*question) + 1)
        facts.forget()

    yield one_too_many
    monkeypatch.undo()
    facts.forget()


def as_case(preset: Preset) -> Any:
    """A preset to be run; a third of a gigabyte of weights or 300 operators take their time."""
    totals = Profile(preset.spec.graph()).totals
    slow = 4 * totals.params > 3 * 10**8 or totals.operators > 300
    return pytest.param(preset, marks=[pytest.mark.slow] if slow else [], id=preset.name)


@pytest.mark.parametrize("preset", [as_case(preset) for preset in presets().values()])
def test_fvcore_counts_what_we_say_it_counts(preset: Preset) -> None:
    for check in audits._with_fvcore(small(preset.spec)):
        assert check.agrees, check


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16", "float64"])
@pytest.mark.parametrize("name", ["resnet50", "cbam_resnet18", "wrn16_4_cifar10"])
def test_every_figure_is_confirmed(name: str, dtype: Any) -> None:
    report = audit(resolve({"preset": name}), InputSpec(batch=3, dtype=dtype))
    assert report.agrees, report
    assert {check.figure for check in report.checks} == FIGURES
    assert all(not check.where for check in report.checks)


def test_one_image_is_audited_even_where_torch_would_not_train_on_it() -> None:
    """The maps end at 1x1, and batch norm refuses to train on one value per channel."""
    report = audit(resolve({"preset": "resnet18", "resolution": 32}))
    assert report.agrees
    batches = {check.figure: check.input_shape[0] for check in report.checks}
    assert batches == {**dict.fromkeys(FIGURES, 1), "training_saved_bytes": 2}


@pytest.mark.parametrize(
    ("operator", "reading", "path", "wrong"),
    [
        (Linear, macs, "head.linear", {"macs", "fvcore_total", "flops_by_kind.mac"}),
        (Conv2d, macs, "stage2.basic1.conv1", {"macs", "fvcore_total", "flops_by_kind.mac"}),
        (BatchNorm2d, fvcore_extra, "stem.norm", {"fvcore_total"}),
    ],
)
def test_a_wrong_count_is_reported_with_its_layer(
    plant: Callable[[Reading[int], type[Op]], None],
    operator: type[Op],
    reading: Reading[int],
    path: str,
    wrong: set[str],
) -> None:
    plant(reading, operator)
    report = audit(resolve({"preset": "resnet20_cifar10"}))
    assert not report.agrees
    assert {check.figure for check in report.checks if not check.agrees} == wrong
    for check in report.checks:
        if check.figure in wrong:
            named = {difference.path: difference for difference in check.where}
            assert path in named, check
            assert named[path].ours > named[path].theirs > 0


def test_a_report_is_plain_json() -> None:
    report = audit(resolve({"preset": "resnet20_cifar10"})).to_dict()
    assert report["agrees"] is True
    assert {"figure", "tool", "input_shape", "ours", "theirs", "agrees", "where", "scratch"} == set(
        report["checks"][0]
    )


def test_a_network_too_large_to_run_is_refused() -> None:
    spec = resolve({"preset": "resnet50", "width_multiplier": 16})
    with pytest.raises(AuditTooLarge, match=r"bytes of weights are too many to run") as error:
        audit(spec)
    assert isinstance(error.value, ArchmeterError)
    assert error.value.code == "audit_too_large"


def test_a_network_too_slow_to_run_is_run_on_a_smaller_image(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(audits, "MAX_RUN_MACS", 10**9)
    report = audit(resolve({"preset": "resnet18"}), InputSpec(batch=2))
    assert report.agrees
    shapes = {check.figure: check.input_shape for check in report.checks}
    run = {"macs", "fvcore_total", "inference_peak_bytes"}
    assert {shapes[figure] for figure in run} == {(1, 3, 112, 112)}
    assert {prod(shapes[figure][2:]) for figure in FIGURES - run} == {224 * 224}
