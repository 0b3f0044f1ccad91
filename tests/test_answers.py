"""Answers: read-only, described field by field, and the same after a journey as JSON."""

from __future__ import annotations

import importlib
import pkgutil
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import FrozenInstanceError, fields, is_dataclass
from functools import cache
from typing import Any

import pytest

import archmeter.analyzers
from archmeter.analyzers import Totals, analyze
from archmeter.analyzers.answers import Answer, Rows
from archmeter.analyzers.answers.schema import answer_schema, meanings
from archmeter.analyzers.audit import AuditCheck, AuditDifference, AuditReport, KernelScratch
from archmeter.analyzers.conventions import conventions
from archmeter.analyzers.coverage import coverage
from archmeter.analyzers.devices import device, devices
from archmeter.analyzers.feature_maps import feature_maps
from archmeter.analyzers.formulas import block_forms
from archmeter.analyzers.live_tensors import Liveness
from archmeter.analyzers.roofline import roofline
from archmeter.analyzers.scaling.bounds import Bound, limits
from archmeter.analyzers.scaling.budget import Effort, fit
from archmeter.analyzers.scaling.cardinality import trades
from archmeter.analyzers.scaling.cliffs import cliffs
from archmeter.analyzers.scaling.curves import COMPOUND, curve
from archmeter.analyzers.scaling.domains import Range
from archmeter.analyzers.scaling.examine import Judge
from archmeter.analyzers.scaling.fast import NEEDED_TOTALS, fast, fast_point
from archmeter.analyzers.scaling.iso_cost import iso_cost
from archmeter.analyzers.scaling.knobs import Base
from archmeter.analyzers.scaling.points import Lab
from archmeter.analyzers.scaling.published import coefficients, overlay, tables
from archmeter.analyzers.scaling.sampling import sample
from archmeter.analyzers.scaling.schedules import progressive, schedule
from archmeter.analyzers.scaling.search import Objective, grid_search
from archmeter.analyzers.scaling.search_space import Space
from archmeter.analyzers.scaling.sensitivity import Sensitivities
from archmeter.analyzers.scaling.totals import Ruler
from archmeter.analyzers.training.kept_list import kept_list
from archmeter.analyzers.training.largest_batch import largest_batch
from archmeter.analyzers.training.plans import plans
from archmeter.analyzers.training.step import TrainingStep
from archmeter.models.registry import preset

OBVIOUS = {
    *("path", "name", "title", "operator", "operators", "input_shapes", "output_shape"),
    *("params", "trainable_params", "frozen_params", "buffers", "macs", "flops", "activations"),
    *("weights_bytes", "buffers_bytes", "input_bytes", "depth", "width", "resolution"),
    *("ours", "theirs", "rounded", "clipped", "infeasible", "architecture", "family", "source"),
}
"""Names that say what the field is, where its class says of what."""


def _kinds() -> Iterator[type[Any]]:
    """Every answer of the analyzers."""
    for found in pkgutil.walk_packages(archmeter.analyzers.__path__, "archmeter.analyzers."):
        module = importlib.import_module(found.name)
        for one in vars(module).values():
            is_answer = isinstance(one, type) and issubclass(one, Answer) and one is not Answer
            if is_answer and one.__module__ == found.name:
                yield one


KINDS = [*_kinds()]

every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)


def _answered() -> Iterator[Any]:
    """Answers of every kind, or what holds them."""
    spec, x = preset("resnet18").spec, preset("resnext50_32x4d").spec
    profile, peaks = analyze(spec), device("h100").peaks("float32")
    step, live = TrainingStep(profile), Liveness(profile)
    yield from (profile.totals, profile.memory, profile.stages, profile.rows, coverage(profile))
    yield from (step.memory, step.macs, step.layers, kept_list(step), plans(profile))
    yield from (largest_batch(spec, 10**9), live.alive_at(5), conventions(spec))
    yield feature_maps(profile)
    timed = roofline(profile, peaks)
    yield from (timed, timed.spent, peaks, devices())
    check = AuditCheck("macs", "fvcore", (1, 3, 8, 8), 3, 4, Rows([AuditDifference("a", 1, 2)]))
    held = AuditCheck("peak", "torch", (1,), 3, 4, scratch=KernelScratch("a", 2, 1, "columns"))
    yield from (AuditReport(Rows([check, held])), AuditReport(Rows([held])))
    forms = block_forms("grouped_conv")
    yield from (forms.domain, forms.formulas, forms.counted)
    lab = Lab(Base(spec), Ruler(NEEDED_TOTALS))
    yield from (curve(lab, "law", COMPOUND, (0.0, 1.3)), COMPOUND, lab.base.sizes, fast())
    axes = ((1.0, 1.2), (1.0, 1.1), (1.0, 1.15, 1.4))
    yield grid_search(lab, axes, tolerance=0.2, objectives=[Objective("macs")])
    yield from (fast_point(lab, fast(), 2.0), overlay(lab)[:2], coefficients(), tables())
    ruler = Ruler(("macs", "params"))
    yield from (Sensitivities(spec, ruler).of("resolution"), cliffs(spec, 216, 226, ruler))
    yield schedule(spec, progressive(128, 224, stages=2, epochs=3))
    yield trades(x, (1, 32, 64))
    yield from _searched()


def _searched() -> Iterator[Any]:
    wider = {"width_multiplier": Range(low=0.25, high=1, step=0.25)}
    kept = limits([Bound(total="macs", at_most=1e8), Bound(total="params", at_least=1e6)], 1)
    yield from (kept, Objective("macs"))
    yield fit([Space({"preset": "resnet18"}, wider)], Judge(kept), count=3)
    w0 = Range(low=16, high=64, count=6, law="log_uniform")
    wide = Space({"preset": "regnetx_002"}, {"w0": w0, "width_multiplier": (0.5, 1.0)})
    yield sample(wide, Judge(kept[:1]), 5, Effort(40, seed=1), totals=("macs",))
    pair = Space(
        {"preset": "regnetx_002"},
        {"depth": (12, 13), "width_multiplier": Range(low=0.5, high=1.1, step=0.3)},
    )
    judge = Judge((), Objective("macs"))
    yield iso_cost(pair, judge, tolerance=0.3, max_operators=10**6)


def _inside(value: Any) -> Iterator[Answer]:
    """All answers in an answer, itself among them."""
    if isinstance(value, Answer):
        yield value
        for field in fields(value):  # type: ignore[arg-type]
            yield from _inside(getattr(value, field.name))
    elif isinstance(value, Mapping):
        yield from _inside(list(value.values()))
    elif not isinstance(value, str) and hasattr(value, "__iter__"):
        for one in value:
            yield from _inside(one)


@cache
def examples() -> dict[type[Any], list[Answer]]:
    found: dict[type[Any], list[Answer]] = {}
    for answer in _inside(_answered()):
        found.setdefault(type(answer), []).append(answer)
    return found


def test_names_are_unique_because_schemas_are_called_by_them() -> None:
    assert len(KINDS) > 60
    assert [name for name, n in Counter(kind.__name__ for kind in KINDS).items() if n > 1] == []


@every_kind
def test_answers_are_frozen_and_have_slots(kind: type[Any]) -> None:
    assert is_dataclass(kind)
    assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]
    answer: Any = examples()[kind][0]
    assert not hasattr(answer, "__dict__")
    with pytest.raises(FrozenInstanceError):
        setattr(answer, fields(kind)[0].name, None)


@every_kind
def test_answers_and_their_fields_say_what_they_are(kind: type[Any]) -> None:
    assert kind.__doc__ is not None
    assert not kind.__doc__.startswith(f"{kind.__name__}(")
    said = meanings(kind)
    assert {field.name for field in fields(kind)} - said.keys() <= OBVIOUS
    assert all(text.endswith(".") for text in said.values())


@every_kind
def test_answers_are_the_same_after_a_journey_as_json(kind: type[Any]) -> None:
    for answer in examples()[kind][:20]:
        sent = answer.to_json()
        assert kind.from_json(sent) == answer
        assert kind.from_json(sent).to_json() == sent


@every_kind
def test_schemas_have_the_fields_that_are_sent(kind: type[Any]) -> None:
    schema = answer_schema(kind)
    for answer in examples()[kind][:20]:
        sent = answer.to_dict()
        assert sent.keys() <= schema["properties"].keys()
        assert set(schema["required"]) <= sent.keys()


def test_fields_with_defaults_are_in_every_answer() -> None:
    assert set(answer_schema(Objective)["required"]) == {"total", "sense"}
    assert "agrees" in answer_schema(AuditCheck)["required"]
    blocks = {"blocks"}
    assert {*analyze(preset("resnet18").spec).stages[0].to_dict()}.isdisjoint(blocks)
    assert blocks < {*analyze(preset("resnet18").spec).stages[1].to_dict()}


def test_what_is_made_by_the_thousand_is_what_is_made_one_by_one() -> None:
    profile = analyze(preset("resnet18").spec)
    rows = (*profile.rows, *profile.stages, *profile.stages[1].blocks)
    for row in (*rows, *roofline(profile, device("h100").peaks("float32")).rows):
        again = type(row)(**{field.name: getattr(row, field.name) for field in fields(row)})
        assert again == row
        assert hash(again) == hash(row)
        assert repr(again) == repr(row)


def test_counted_totals_stay_integers_in_json() -> None:
    point = Lab(Base(preset("resnet18").spec), Ruler(("macs",))).point(COMPOUND.at(1))
    assert point.totals is not None
    assert f'"totals":{{"macs":{point.totals["macs"]}}}' in point.to_json().decode()


# Rows


def test_slices_of_rows_are_rows() -> None:
    rows = analyze(preset("resnet18").spec).stages
    assert isinstance(rows[1:3], Rows)
    assert rows[1:3] == (rows[1], rows[2])
    assert repr(rows[1:3]) == "Rows(2 x Stage)"
    assert rows.to_list() == [row.to_dict() for row in rows]


def test_rows_are_the_same_table_in_every_library() -> None:
    rows = analyze(preset("resnet18").spec).rows
    pandas, polars, arrow = rows.to_pandas(), rows.to_polars(), rows.to_arrow()
    names = [field.name for field in fields(type(rows[0]))]
    assert list(pandas) == polars.columns == arrow.column_names == names
    assert list(pandas["macs"]) == polars["macs"].to_list() == [row.macs for row in rows]
    assert arrow.to_pylist() == rows.to_list()


def test_objects_in_rows_are_columns() -> None:
    table = examples()[Totals][0]
    assert isinstance(table, Totals)
    columns = Rows([table]).to_polars().columns
    assert "flops_by_kind.mac" in columns


def test_rows_may_be_empty() -> None:
    rows: Rows[Totals] = Rows()
    assert rows.to_list() == []
    assert rows.to_pandas().empty
    assert rows.to_polars().is_empty()
    assert rows.to_arrow().num_rows == 0
    assert repr(rows) == "Rows(0 x nothing)"
