"""Closed forms: what they say, that they equal the direct count, and where they refuse."""

from __future__ import annotations

import operator
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from math import prod
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from archmeter.analyzers import Profile, analyze
from archmeter.analyzers.figures import READERS
from archmeter.analyzers.formulas import (
    BLOCKS,
    ClosedForms,
    NotSymbolic,
    OutsideDomain,
    UnknownBlock,
    UnknownSymbol,
    block_forms,
    network_forms,
)
from archmeter.analyzers.formulas.counting import WITHOUT_FORMULA
from archmeter.analyzers.formulas.listing import latex_source, python_source
from archmeter.analyzers.formulas.networks import integer_knobs
from archmeter.analyzers.formulas.polynomial import Polynomial
from archmeter.analyzers.formulas.tracing import derive
from archmeter.analyzers.scaling.totals import TOTALS as SCALING_TOTALS
from archmeter.models.errors import SpecConflict
from archmeter.models.graph import Graph
from archmeter.models.registry import families, presets, resolve
from archmeter.models.spec import ArchitectureSpec, Family, InputSpec, Preset

POINTS = 200

every_block = pytest.mark.parametrize("block", BLOCKS)
every_family = pytest.mark.parametrize("family", families().values(), ids=families())


def cheapest(family: Family) -> ArchitectureSpec:
    """The preset of fewest operators, at sizes where its resolution can be left open."""
    spec = min((p.spec for p in family.presets), key=lambda spec: len(spec.graph().tensors))
    if {"H", "W"} <= set(network_forms(spec).symbols):
        return spec
    height, width = spec.resolution
    return spec.model_copy(update={"resolution": (2 * height, 2 * width)})


def inside(forms: ClosedForms, seed: str, count: int) -> Iterator[dict[str, int]]:
    """Random points of a domain, from the smallest values up to a few steps further."""
    draw = random.Random(seed)  # noqa: S311 - the same points every time
    while count:
        steps = {r.symbol: r.minimum + r.modulus * draw.randrange(3) for r in forms.domain}
        point = {
            r.symbol: steps[r.symbol] * (steps[r.multiple_of] if r.multiple_of else 1)
            for r in forms.domain
        }
        if forms.covers(point):
            count -= 1
            yield point


def counted(profile: Profile) -> dict[str, int]:
    """What is counted directly, by the names that formulas have."""
    totals = profile.totals.to_dict()
    kinds = totals.pop("flops_by_kind")
    memory = profile.memory.to_dict()
    return {**totals, **memory, **{f"flops.{kind}": count for kind, count in kinds.items()}}


def check_figures(forms: ClosedForms, point: Mapping[str, int], profile: Profile) -> None:
    found, expected = forms.at(point), counted(profile)
    compared = found.keys() & expected.keys()
    assert {name: found[name] for name in compared} == {
        name: expected[name] for name in compared
    }, point
    # What is left are parts, which sum to their whole.
    parts = found.keys() - compared
    assert all(name.startswith("params.") for name in parts), parts
    assert sum(found[name] for name in parts) == found["params"]


def profiled_block(name: str, point: Mapping[str, int]) -> Profile:
    block, sizes = BLOCKS[name], SimpleNamespace(**point)
    return Profile(Graph.trace(lambda x: block.build(x, sizes), block.input(sizes)))


def resized(spec: ArchitectureSpec, point: Mapping[str, int]) -> tuple[ArchitectureSpec, InputSpec]:
    """The network with the values of a point, validated like any other."""
    knobs = {name: value for name, value in point.items() if name not in "NHW"}
    height, width = spec.resolution
    resolution = [point.get("H", height), point.get("W", width)]
    given_ = {**spec.canonical(), "resolution": resolution, **knobs}
    return resolve(given_), InputSpec(batch=point.get("N", 1))


def test_a_basic_block_has_18_parameters_and_36_flops_per_squared_channel() -> None:
    forms = block_forms("basic")
    assert forms["params.mac"].text == "18·C^2"
    assert forms["params.norm"].text == "4·C"
    assert forms["params"].text == "18·C^2 + 4·C"
    assert forms["flops.mac"].text == "36·N·C^2·H·W"
    assert forms["flops.norm"].text == "4·N·C·H·W"
    assert forms["flops"].text == "N·H·W·(36·C^2 + 7·C)"
    assert [allowed.text for allowed in forms.domain] == ["N >= 1", "C >= 1", "H >= 1", "W >= 1"]


def test_a_bottleneck_has_17_parameters_per_squared_inner_channel() -> None:
    forms = block_forms("bottleneck")
    assert forms["params.mac"].text == "17·C^2"
    assert forms["flops.mac"].text == "34·N·C^2·H·W"
    assert forms["params.bias"].text == "0"


def test_a_grouped_convolution_is_the_dense_one_divided_by_its_groups() -> None:
    grouped, dense = block_forms("grouped_conv"), block_forms("conv")
    assert grouped["params.mac"].text == "C·M·K^2/G"
    groups = grouped.symbols.index("G")
    times_groups = Polynomial.unknown(groups, len(grouped.symbols))
    alone = [name for name in grouped.symbols if name != "G"]
    assert alone == [*dense.symbols]
    for figure in ("params.mac", "macs", "flops.mac"):
        whole = grouped[figure].polynomial * times_groups
        assert {
            tuple(p for i, p in enumerate(powers) if i != groups): c
            for powers, c in whole.terms.items()
        } == dense[figure].polynomial.terms
    assert grouped["flops.bias"].text == dense["flops.bias"].text


def test_large_kernel_attention_replaces_the_square_of_its_kernel() -> None:
    """Guo et al. 2022, Eq. 3: C (⌈K/d⌉² + (2d - 1)² ) + C², here with the K that d divides."""
    weights = block_forms("large_kernel_attention")["params.mac"]
    assert weights.text == "4·C·d^2 + C^2 - 4·C·d + C·K^2/d^2 + C"
    assert block_forms("large_kernel_attention").fixed({"K": 21, "d": 3})["params.mac"].text == (
        "C^2 + 74·C"
    )


def test_attention_grows_with_the_square_of_the_tokens_and_heads_move_no_mac() -> None:
    forms = block_forms("transformer_block").fixed({"t": 4})
    assert forms["macs"].text == "N·(2·L^2·C + 12·L·C^2)"
    assert forms["params.mac"].text == "12·C^2"


def test_resnet50_in_its_input_and_its_classes() -> None:
    forms = network_forms(presets()["resnet50"].spec)
    assert forms["macs"].text == "N·(81456·H·W + 2048·num_classes)"
    assert forms["training_saved_bytes"].text == "1700·N·H·W + 8192·N + 212480"
    assert [allowed.text for allowed in forms.domain] == [
        "N >= 1",
        "H >= 32, a multiple of 32",
        "W >= 32, a multiple of 32",
        "num_classes >= 1",
    ]
    assert forms.at({"N": 32, "H": 224, "W": 224, "num_classes": 1000})["macs"] == (
        32 * 4_089_184_256
    )


def test_the_domain_reaches_down_to_maps_of_one_element() -> None:
    """Where a map is 1x1 squeezing it decides otherwise, and counts the same."""
    spec = resolve({"preset": "resnet50", "attention": "squeeze_excite"})
    assert [allowed.minimum for allowed in network_forms(spec).domain] == [1, 32, 32, 1]


def test_sizes_that_leave_another_remainder_are_outside_because_they_count_otherwise() -> None:
    spec = presets()["resnet50"].spec
    forms = network_forms(spec)
    point = {"N": 1, "H": 230, "W": 224, "num_classes": 1000}
    with pytest.raises(OutsideDomain, match="H = 230"):
        forms.at(point)
    values = [Fraction(point[name]) for name in forms.symbols]
    there = analyze(*resized(spec, point)).totals.macs
    assert forms["macs"].polynomial.at(values) != there
    assert network_forms(resized(spec, point)[0]).at(point)["macs"] == there


def test_a_single_width_is_left_out_where_only_there_no_projection_is_needed() -> None:
    forms = network_forms(presets()["mobilenetv2_100"].spec, symbols=["stem_width"])
    assert [allowed.text for allowed in forms.domain] == ["stem_width >= 1, not 16"]
    with pytest.raises(OutsideDomain):
        forms.at({"stem_width": 16})


def test_knobs_of_one_value_can_be_one_symbol() -> None:
    spec = presets()["resnet18"].spec
    with pytest.raises(NotSymbolic, match="not 64"):
        network_forms(spec, symbols=["base_width"])
    forms = network_forms(spec, symbols=["H=W", "base_width=stem_width"])
    assert forms["params.mac"].text == "2724·base_width^2 + 8147·base_width"
    wide = {"H": 64, "base_width": 24}
    spec = spec.model_copy(update={"resolution": (64, 64), "base_width": 24, "stem_width": 24})
    assert forms.at(wide)["params"] == analyze(spec).totals.params


@every_block
def test_a_block_costs_what_its_formulas_say_at_random_points(block: str) -> None:
    forms = block_forms(block)
    for point in inside(forms, block, POINTS):
        check_figures(forms, point, profiled_block(block, point))


@every_family
def test_a_network_costs_what_its_formulas_say_at_random_points(family: Family) -> None:
    spec = cheapest(family)
    forms = network_forms(spec)
    assert {"N", "H", "W"} <= set(forms.symbols)
    for point in inside(forms, family.name, POINTS):
        check_figures(forms, point, analyze(*resized(spec, point)))


@every_family
def test_random_points_outside_the_domain_are_refused(family: Family) -> None:
    forms = network_forms(cheapest(family))
    draw = random.Random(family.name)  # noqa: S311 - the same points every time
    refused = 0
    for point in inside(forms, family.name, POINTS):
        allowed = draw.choice(forms.domain)
        below = allowed.minimum - draw.randrange(1, allowed.minimum + 1)
        between = point[allowed.symbol] + draw.randrange(allowed.modulus)
        outside = {**point, allowed.symbol: draw.choice([below, between])}
        if outside == point:
            continue
        refused += 1
        with pytest.raises(OutsideDomain, match=f"{allowed.symbol} = ") as error:
            forms.at(outside)
        assert error.value.accepted == allowed.text
    assert refused > POINTS / 4


@every_family
def test_every_integer_knob_is_a_symbol_or_is_refused_in_words(family: Family) -> None:
    spec = min((p.spec for p in family.presets), key=lambda spec: len(spec.graph().tensors))
    knobs = integer_knobs(spec)
    assert knobs
    refusals = []
    for knob in knobs:
        try:
            forms = network_forms(spec, symbols=[knob])
        except NotSymbolic as error:
            refusals.append(error)
        else:
            check_figures(forms, forms.given, analyze(spec))
    assert len(refusals) < len(knobs)
    for refusal in refusals:
        assert refusal.field == "symbols"
        assert len(str(refusal).splitlines()) == 1


@pytest.mark.slow
@pytest.mark.parametrize("preset", presets().values(), ids=str)
def test_every_preset_has_formulas_that_hold_for_it_and_nearby(preset: Preset) -> None:
    forms = network_forms(preset.spec)
    check_figures(forms, forms.given, analyze(preset.spec))
    for point in inside(forms, preset.name, 10):
        check_figures(forms, point, analyze(*resized(preset.spec, point)))


def test_every_total_has_a_formula_or_a_reason_why_not() -> None:
    derived = network_forms(presets()["resnet18"].spec).figures
    for total in {*READERS, *SCALING_TOTALS}:
        assert (total in derived) != bool(WITHOUT_FORMULA.get(total)), total
    assert WITHOUT_FORMULA.keys() <= {*READERS, *SCALING_TOTALS}


def test_without_symbols_formulas_are_numbers() -> None:
    spec = presets()["resnet18"].spec
    forms = network_forms(spec, symbols=[])
    assert forms["macs"].text == str(analyze(spec).totals.macs)
    whole = network_forms(spec)
    assert whole.fixed(whole.given).figures == forms.figures


def test_the_resolution_stays_a_number_where_the_formulas_would_leave_it_out() -> None:
    """At 224 pixels the last map is one window, which nothing shifts: larger ones have masks."""
    spec = presets()["swin_tiny_patch4_window7_224"].spec
    assert network_forms(spec).symbols == ("N", "num_classes")
    with pytest.raises(NotSymbolic, match="but this network has"):
        network_forms(spec, symbols=["N", "H", "W"])


@pytest.mark.parametrize(
    ("symbols", "error", "words"),
    [
        (["colour"], UnknownSymbol, "unknown symbol 'colour'"),
        (["num_clases"], UnknownSymbol, "nearest: num_classes"),
        (["base_width=num_classes"], SpecConflict, "64 and 1000"),
        (["reduction", "depth"], UnknownSymbol, "depth"),
        (["H", "W=H"], SpecConflict, "H is asked for more than once"),
    ],
)
def test_symbols_that_do_not_exist_or_contradict_are_refused(
    symbols: list[str], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        network_forms(presets()["resnet18"].spec, symbols=symbols)


def test_what_decides_how_much_is_built_is_no_symbol() -> None:
    with pytest.raises(NotSymbolic, match="its value decides what is built"):
        network_forms(presets()["xception"].spec, symbols=["middle_depth"])


def test_unknown_blocks_and_symbols_of_blocks_are_refused() -> None:
    with pytest.raises(UnknownBlock, match="nearest: basic"):
        block_forms("basik")
    with pytest.raises(UnknownSymbol):
        block_forms("basic").fixed({"G": 2})
    with pytest.raises(OutsideDomain, match="needs a value too"):
        block_forms("grouped_conv").fixed({"C": 64})
    with pytest.raises(OutsideDomain, match="C = 63"):
        block_forms("grouped_conv").fixed({"C": 63, "G": 2})
    with pytest.raises(OutsideDomain, match="G = 0"):
        block_forms("grouped_conv").fixed({"C": 64, "G": 0})
    with pytest.raises(OutsideDomain, match="H needs a value"):
        block_forms("basic").at({"N": 1, "C": 64, "W": 7})


def test_fixing_a_divisor_leaves_its_multiples() -> None:
    forms = block_forms("large_kernel_attention").fixed({"d": 3})
    (kernel,) = [allowed for allowed in forms.domain if allowed.symbol == "K"]
    assert kernel.text == "K >= 3, 3 more than a multiple of 6"
    whole = block_forms("large_kernel_attention")
    for point in inside(forms, "fixed", 20):
        assert forms.at(point) == whole.at({**point, "d": 3})


def test_bytes_follow_the_dtype() -> None:
    single, half = block_forms("basic"), block_forms("basic", "float16")
    assert single["training_saved_bytes"].text == "16·N·C·H·W + 16·C"
    assert half["training_saved_bytes"].text == "8·N·C·H·W + 16·C"  # statistics stay single
    assert half["params"] == single["params"]


@pytest.mark.parametrize(
    "forms",
    [
        *map(block_forms, BLOCKS),
        network_forms(presets()["inception_v3"].spec),
        network_forms(presets()["mobilenetv2_100"].spec, symbols=["N", "H=W", "stem_width"]),
    ],
    ids=lambda forms: forms.name,
)
def test_python_latex_and_json_say_the_same(forms: ClosedForms) -> None:
    names: dict[str, Any] = {}
    exec(python_source(forms), names)  # noqa: S102 - that is what it is for
    function = names[forms.name]
    for point in inside(forms, forms.name, 5):
        expected = forms.at(point)
        assert function(**point) == expected
        for formula in forms.formulas:
            assert expected[formula.figure] == sum(
                Fraction(term.coefficient)
                * prod(Fraction(point[s]) ** power for s, power in term.powers.items())
                for term in formula.terms
            )
    for allowed in forms.domain:
        with pytest.raises(ValueError, match=r"^\w+(/\w+)? >= "):
            function(**{**forms.given, allowed.symbol: 0})
    text = latex_source(forms)
    assert text.count("{") == text.count("}")
    assert text.count("&=") == sum(1 for f in forms.figures.values() if f.text != "0")


def test_latex_is_set_as_in_papers() -> None:
    forms = block_forms("grouped_conv")
    assert forms["params.mac"].latex == r"\frac{C M K^{2}}{G}"
    assert forms["flops"].latex == (
        r"N H W \left(\frac{2 C M K^{2}}{G s^{2}} + \frac{M}{s^{2}}\right)"
    )
    assert [allowed.latex for allowed in forms.domain[1:5]] == [
        r"C / G \ge 1,\ C / G \in \mathbb{N}",
        r"M / G \ge 1,\ M / G \in \mathbb{N}",
        r"K \ge 1,\ K \equiv 1 \pmod{2}",
        r"G \ge 1",
    ]
    assert network_forms(presets()["resnet50"].spec)["params"].latex == (
        r"2049 \, \mathrm{num\_classes} + 23508032"
    )


Program = Callable[[Sequence[Any]], Any]

BINARY = (operator.add, operator.sub, operator.mul)
COMPARISONS = (operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne)


def programs() -> st.SearchStrategy[Program]:
    """Arithmetic as shape rules have it: sums, products, quotients by constants, choices."""

    def leaf(value: int) -> Program:
        return lambda _: value

    def unknown(index: int) -> Program:
        return lambda sizes: sizes[index]

    def extended(inner: st.SearchStrategy[Program]) -> st.SearchStrategy[Program]:
        def binary(function: Callable[[Any, Any], Any], x: Program, y: Program) -> Program:
            return lambda sizes: function(x(sizes), y(sizes))

        def quotient(x: Program, by: int, how: Callable[[Any, int], Any]) -> Program:
            return lambda sizes: how(x(sizes), by)

        def choice(how: Callable[[Any, Any], bool], x: Program, y: Program, z: Program) -> Program:
            return lambda sizes: x(sizes) if how(y(sizes), z(sizes)) else y(sizes) + z(sizes)

        return st.one_of(
            st.builds(binary, st.sampled_from((*BINARY, max, min)), inner, inner),
            st.builds(
                quotient,
                inner,
                st.integers(1, 7),
                st.sampled_from((operator.floordiv, operator.mod)),
            ),
            st.builds(choice, st.sampled_from(COMPARISONS), inner, inner, inner),
        )

    leaves = st.one_of(st.integers(-9, 9).map(leaf), st.integers(0, 2).map(unknown))
    return st.recursive(leaves, extended, max_leaves=8)


@settings(max_examples=300)
@given(programs(), st.lists(st.integers(1, 300), min_size=3, max_size=3), st.randoms())
def test_any_arithmetic_on_sizes_is_that_on_integers(
    program: Program, given_: list[int], draw: random.Random
) -> None:
    try:
        domain, figures = derive(lambda sizes: {"f": program(sizes)}, "xyz", given_, [1, 1, 1])
    except NotSymbolic:
        assume(condition=False)
        raise
    for _ in range(20):
        unknowns = [low + draw.randrange(6) for low in domain.least]
        if any(u in holes for u, holes in zip(unknowns, domain.holes, strict=True)):
            continue
        sizes = [
            m * u + r for m, u, r in zip(domain.moduli, unknowns, domain.residues, strict=True)
        ]
        assert min(sizes) >= 1
        assert figures["f"].at(unknowns) == program(sizes)


@pytest.mark.parametrize(
    "operation",
    [
        int,
        float,
        range,
        lambda size: size / 2,
        lambda size: 0.3 * size,
        lambda size: size**-0.5,
        lambda size: 2**size,
        lambda size: 1 << size,
        lambda size: [0][size],
        lambda size: 7 // (size - size),
    ],
)
def test_what_has_no_exact_result_is_refused(operation: Callable[[Any], Any]) -> None:
    with pytest.raises((NotSymbolic, ZeroDivisionError)):
        derive(lambda sizes: {"f": operation(sizes[0])}, ["x"], [8], [1])


def test_a_sign_that_depends_on_two_sizes_is_refused() -> None:
    with pytest.raises(NotSymbolic, match="sign of"):
        derive(lambda sizes: {"f": max(sizes)}, ["x", "y"], [8, 9], [1, 1])
