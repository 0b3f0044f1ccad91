"""Laws that hold for every network, tried on random specs of every family."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from archmeter.analyzers import Layer, Profile, analyze
from archmeter.models.errors import ArchmeterError, GraphTooLarge, ShapeError
from archmeter.models.graph import MAX_EXACT, Graph
from archmeter.models.naming import describe
from archmeter.models.ops import Input
from archmeter.models.registry import families, presets, resolve
from archmeter.models.scaling import make_divisible, scale_depths, scale_width
from archmeter.models.spec import ArchitectureSpec, Family, InputSpec, Preset
from tests.strategies import JSON, broken_requests, extreme_requests, requests, specs


def share(examples: int) -> int:
    """Examples for one family, so that there are so many in all."""
    return -(-examples // len(families()))


EXAMPLES = share(2000)

COLUMNS = ("params", "buffers", "macs", "flops", "activations")

every_family = pytest.mark.parametrize("family", families().values(), ids=families())
every_preset = pytest.mark.parametrize("preset", presets().values(), ids=str)


def profiled(spec: ArchitectureSpec, batch: int = 1, dtype: Any = "float32") -> Profile:
    """The figures, unless the sizes of this spec do not fit together."""
    try:
        return analyze(spec, InputSpec(batch=batch, dtype=dtype))
    except (ShapeError, GraphTooLarge):
        assume(condition=False)
        raise


def figures(profile: Profile) -> dict[str, Any]:
    return {
        **profile.totals.to_dict(),
        **profile.memory.to_dict(),
        "rows": profile.rows.to_list(),
        "stages": profile.stages.to_list(),
    }


def check_sums(profile: Profile) -> None:
    """Rows, stages and blocks add up to what is above them."""
    totals = {column: getattr(profile.totals, column) for column in COLUMNS}
    totals["saved_bytes"] = profile.memory.training_saved_bytes
    loose: dict[str, list[Layer]] = defaultdict(
        list
    )  # operators that stand in a stage beside its blocks
    for row in profile.rows:
        loose[row.path.rpartition(".")[0]].append(row)
    for column, total in totals.items():
        assert sum(getattr(row, column) for row in profile.rows) == total, column
        assert sum(getattr(stage, column) for stage in profile.stages) == total, column
        for stage in profile.stages:
            inside = [*stage.blocks, *loose[stage.path]]
            parts = sum(getattr(part, column) for part in inside)
            assert not stage.blocks or parts == getattr(stage, column), (stage.path, column)
    assert profile.totals.params == sum(
        (profile.totals.trainable_params, profile.totals.frozen_params)
    )
    assert sum(stage.operators for stage in profile.stages) == len(profile.rows)
    assert profile.totals.operators == len(profile.rows)
    assert profile.totals.flops == sum(profile.totals.flops_by_kind.values())
    assert profile.totals.flops_by_kind["mac"] == 2 * profile.totals.macs
    assert profile.totals.flops <= MAX_EXACT
    paths = [row.path for row in profile.rows]
    assert len(set(paths)) == len(paths)


def sees_images(graph: Graph) -> list[bool]:
    """For each operator whether its result depends on the input, and not on weights alone."""
    seen: list[bool] = []
    for tensor in graph.tensors:
        seen.append(isinstance(tensor.op, Input) or any(seen[x.index] for x in tensor.inputs))
    return seen


def check_doubled(one: Profile, two: Profile) -> None:
    """Twice the batch is twice the work on images, and what it makes of them; the weights stay.

    So does what is made of weights alone, such as the biases of positions in Swin V2.
    """
    for column in ("macs", "flops", "activations"):
        for single, double, seen in zip(
            one.rows, two.rows, sees_images(one.graph)[1:], strict=True
        ):
            times = 2 if seen else 1
            assert getattr(double, column) == times * getattr(single, column), single.path
    assert (two.totals.params, two.totals.buffers) == (one.totals.params, one.totals.buffers)
    assert two.memory.weights_bytes == one.memory.weights_bytes
    assert two.memory.input_bytes == 2 * one.memory.input_bytes
    assert two.memory.training_saved_bytes <= 2 * one.memory.training_saved_bytes
    assert two.memory.inference_peak_bytes <= 2 * one.memory.inference_peak_bytes


@every_family
def test_random_specs_are_counted_consistently_or_refused_with_a_reason(family: Family) -> None:
    outcomes: Counter[str] = Counter()

    @settings(max_examples=EXAMPLES)
    @given(specs(family))
    def try_one(spec: ArchitectureSpec) -> None:
        try:
            one, two = analyze(spec), analyze(spec, InputSpec(batch=2))
        except (ShapeError, GraphTooLarge) as error:
            outcomes[type(error).__name__] += 1
            check_refusal(error)
            return
        outcomes["built"] += 1
        check_sums(one)
        check_doubled(one, two)

    try_one()
    assert outcomes["built"] > outcomes.total() / 3, outcomes


@every_preset
def test_the_rows_of_a_preset_sum_to_its_totals(preset: Preset) -> None:
    profile = analyze(preset.spec)
    check_sums(profile)
    check_doubled(profile, analyze(preset.spec, InputSpec(batch=2)))


@every_family
@settings(max_examples=share(1500))
@given(data=st.data())
def test_broken_requests_are_refused_in_words(family: Family, data: st.DataObject) -> None:
    request = data.draw(broken_requests(family))
    with pytest.raises((ValidationError, ArchmeterError)) as error:
        resolve(request)
    check_refusal(error.value)


@every_family
@settings(max_examples=share(400))
@given(data=st.data())
def test_the_extremes_of_the_schema_are_counted_or_refused(
    family: Family, data: st.DataObject
) -> None:
    """Bounds of single fields allow absurd networks, and each of them has an answer."""
    request = data.draw(extreme_requests(family))
    try:
        check_sums(analyze(resolve(request)))
    except (ValidationError, ArchmeterError) as error:
        check_refusal(error)


@settings(max_examples=500)
@given(
    st.dictionaries(
        st.sampled_from(
            [
                "preset",
                "family",
                *{name for f in families().values() for name in f.spec.model_fields},
            ]
        )
        | st.text(max_size=8),
        JSON | st.sampled_from([*families(), *presets()]),
        max_size=5,
    )
)
def test_any_json_is_a_spec_or_is_refused_in_words(request_: dict[str, Any]) -> None:
    try:
        assert isinstance(resolve(request_), ArchitectureSpec)
    except (ValidationError, ArchmeterError) as error:
        check_refusal(error)


def check_refusal(error: ValidationError | ArchmeterError) -> None:
    """One line for each thing that is wrong."""
    messages = (
        [one["msg"] for one in error.errors()]
        if isinstance(error, ValidationError)
        else [str(error)]
    )
    assert messages
    for message in messages:
        assert message.strip()
        assert len(message.splitlines()) == 1


@every_family
@settings(max_examples=share(600))
@given(data=st.data())
def test_a_spec_has_one_canonical_form(family: Family, data: st.DataObject) -> None:
    spec = data.draw(specs(family))
    canonical = spec.canonical()
    again = resolve(canonical)
    assert again == spec
    assert again.canonical() == canonical
    assert [*canonical] == sorted(canonical)
    assert resolve(dict(reversed(canonical.items()))) == spec


@every_family
@settings(max_examples=share(600))
@given(data=st.data())
def test_leaving_out_a_default_changes_nothing(family: Family, data: st.DataObject) -> None:
    request = data.draw(requests(family).filter(lambda r: "depth_multiplier" not in r))
    request.pop("width_multiplier", None)
    try:
        spec = resolve(request)
    except ValidationError:
        assume(condition=False)
    assert resolve({**request, "depth_multiplier": 1, "width_multiplier": 1.0}) == spec


@every_family
@settings(max_examples=share(300))
@given(data=st.data())
def test_half_the_item_size_is_half_the_bytes(family: Family, data: st.DataObject) -> None:
    spec = data.draw(specs(family))
    single, half = profiled(spec), profiled(spec, dtype="float16")
    assert half.totals == single.totals
    for figure in ("weights_bytes", "input_bytes"):
        assert 2 * getattr(half.memory, figure) == getattr(single.memory, figure)
    assert half.memory.inference_peak_bytes < single.memory.inference_peak_bytes
    kept = single.memory.training_saved_bytes  # 0 where norms are folded: nothing trains
    assert half.memory.training_saved_bytes < kept or kept == 0
    assert profiled(spec, dtype="bfloat16").memory == half.memory


@every_family
@settings(max_examples=share(200))
@given(data=st.data())
def test_the_same_question_has_the_same_answer(family: Family, data: st.DataObject) -> None:
    spec = data.draw(specs(family))
    assert figures(profiled(spec)) == figures(profiled(spec))


def test_threads_do_not_disturb_each_other() -> None:
    chosen = [preset.spec for preset in presets().values() if preset.spec.graph().root.end < 600]
    alone = [figures(analyze(spec)) for spec in chosen]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda spec: figures(analyze(spec)), chosen * 3))
    assert together == alone * 3


@every_preset
def test_a_preset_is_described_by_its_name(preset: Preset) -> None:
    """Or by that of an earlier preset, if it is another name for the same network."""
    same = [p.name for p in presets().values() if p.spec == preset.spec]
    assert describe(preset.spec) == same[0]
    assert describe(preset.spec, preset.name) == preset.name
    seven = {"num_classes": 7}
    changed = preset.spec.model_copy(update=seven)
    alike = [p.name for p in presets().values() if p.spec.model_copy(update=seven) == changed]
    assert describe(changed) == f"{alike[0]} num_classes=7"


@st.composite
def twins(
    draw: st.DrawFn, name: str, other: str, fix: Callable[[dict[str, Any]], Any]
) -> tuple[ArchitectureSpec, ArchitectureSpec]:
    """Specs of two families that agree on every knob both have, once ``fix`` set the others."""
    request = fix(draw(specs(families()[name])).model_dump())
    shared = {k: v for k, v in request.items() if k in families()[other].spec.model_fields}
    return (
        families()[name].spec.model_validate(request),
        families()[other].spec.model_validate({**shared, "family": other, "block": "bottleneck"}),
    )


def check_same_layers(one: ArchitectureSpec, other: ArchitectureSpec) -> None:
    assert figures(profiled(one)) == figures(profiled(other))


@settings(max_examples=50)
@given(
    twins(
        "resnext",
        "resnet",
        lambda r: {
            **r,
            "cardinality": 1,
            "group_width": min(r["base_width"], 1024),
            "width_multiplier": 1,
        },
    )
)
def test_one_path_as_wide_as_the_stage_is_a_resnet(
    pair: tuple[ArchitectureSpec, ArchitectureSpec],
) -> None:
    check_same_layers(*pair)


@settings(max_examples=50)
@given(twins("wide_resnet", "resnet", lambda r: {**r, "widening": 1, "block": "bottleneck"}))
def test_a_wide_resnet_that_is_not_widened_is_a_resnet(
    pair: tuple[ArchitectureSpec, ArchitectureSpec],
) -> None:
    check_same_layers(*pair)


@settings(max_examples=25)
@given(specs(families()["resnext"]))
def test_the_three_forms_of_a_resnext_have_the_same_weights_and_macs(
    spec: ArchitectureSpec,
) -> None:
    """But for biases, of which there is one for each convolution that norms follow."""
    alike = {"norm": "batch", "norm_bias": False, "folded": False}
    totals = [profiled(spec.model_copy(update={"form": form, **alike})).totals for form in "abc"]
    assert len({(t.params, t.macs) for t in totals}) == 1


@every_family
def test_each_block_more_is_more_weights(family: Family) -> None:
    """Of one size in most families; dense layers and fire modules grow with their number."""
    base = family.spec()
    depth = getattr(base, "depth", None)
    if not isinstance(depth, tuple):
        pytest.skip("a family whose stages are not given by a list of depths")
    sizes = [
        analyze(base.model_copy(update={"depth": (*depth[:-1], depth[-1] + extra)})).totals.params
        for extra in (0, 1, 2)
    ]
    assert sizes[0] < sizes[1] < sizes[2]


@given(st.floats(0.5, 1e5), st.sampled_from([1, 2, 4, 8, 16, 32]))
def test_rounded_widths_divide_and_lose_little(width: float, divisor: int) -> None:
    rounded = make_divisible(width, divisor)
    assert rounded % divisor == 0
    assert rounded >= max(divisor, 0.9 * width)
    assert rounded <= max(divisor, width + divisor)


@given(st.integers(1, 10**5), st.integers(1, 5000))
def test_a_multiplier_of_one_changes_nothing(width: int, depth: int) -> None:
    assert scale_width(width, 1.0) == width
    assert scale_depths((depth,), 1.0) == (depth,)


def test_the_input_is_not_a_layer() -> None:
    profile = analyze(presets()["resnet50"].spec)
    assert isinstance(profile.graph.input.op, Input)
    assert "input" not in {row.path for row in profile.rows}


@pytest.mark.parametrize(
    ("request_", "limit"),
    [
        ({"family": "resnet", "depth": [2048] * 8}, "50,000 operators"),
        # Each dense layer reads all before it: the inputs grow with the square of the depth.
        ({"family": "densenet", "depth": [2048]}, "250,000 inputs"),
        ({"preset": "resnet152", "width_multiplier": 32, "resolution": 8192}, "exact"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_absurd_networks_are_refused_before_they_cost_much(
    request_: dict[str, Any], limit: str
) -> None:
    with pytest.raises(GraphTooLarge, match=limit):
        analyze(resolve(request_), InputSpec(batch=65_536))
