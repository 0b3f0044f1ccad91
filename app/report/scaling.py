"""What ``archmeter scale`` and its kin print for people."""

from collections.abc import Iterable, Mapping, Sequence
from math import log
from typing import Any

from rich.console import Console
from rich.text import Text

from archmeter.analyzers.answers.units import si
from archmeter.analyzers.scaling.totals import ROOFLINE
from archmeter.app.report.tables import BARS, console, table

_LETTERS = {"depth": "d", "width": "w", "resolution": "r", "group_width": "g"}
_ROUNDED = "rounded: d depth, w width, r resolution, g group width"


def sparkline(values: Iterable[float | None]) -> str:
    """Bars on a logarithmic scale; a blank where there is no value."""
    drawn = list(values)
    logs = [log(value) for value in drawn if value]
    low, high = min(logs, default=0.0), max(logs, default=0.0)
    step = (high - low) / (len(BARS) - 1) or 1.0
    return "".join(BARS[round((log(value) - low) / step)] if value else " " for value in drawn)


def fed(how: Mapping[str, Any]) -> Text:
    """What networks were fed, where it is not one image of float32."""
    batch, dtype = how["batch"], how["dtype"]
    words = [f"batch {batch}"] * (batch != 1) + [dtype] * (dtype != "float32")
    return Text("".join(f", {word}" for word in words))


def print_curves(body: dict[str, Any]) -> None:
    """A table for each curve, and a line that shows its shape."""
    out = console()
    _heading(out, body)
    for curve in body["curves"]:
        points = curve["points"]
        out.print(
            f"\n{curve['name']}: α {curve['alpha']:.4g}, β {curve['beta']:.4g}, "
            f"γ {curve['gamma']:.4g}; α·β²·γ² = {curve['product']:.4g}",
            markup=False,
        )
        _networks(out, points, ["φ"], [[f"{point['phi']:.4g}"] for point in points])
        _shapes(out, points)
    if body["overlay"]:
        _print_overlay(out, body["overlay"])


def print_search(body: dict[str, Any]) -> None:
    """The Pareto set, or everything feasible where there are no objectives."""
    out = console()
    _heading(out, body)
    feasible = body["feasible"]
    shown = [one for one in feasible if one["pareto"]] or feasible
    out.print(
        f"{body['combinations']} combinations, {body['built']} built, {len(feasible)} within "
        f"{100 * body['tolerance']:.4g}% of {body['target']:g}; "
        f"{len(body['infeasible'])} infeasible",
        markup=False,
    )
    if not shown:
        return
    if body["objectives"]:
        out.print(f"nothing beats these in {', '.join(body['objectives'])}:", markup=False)
    heads = [[f"{one[name]:.4g}" for name in ("alpha", "beta", "gamma")] for one in shown]
    _networks(out, shown, ["α", "β", "γ"], heads)


def print_fast(body: dict[str, Any]) -> None:
    """One line for each strategy and scale."""
    out = console()
    _heading(out, body)
    rows = table(
        ["strategy"],
        ["s", "blocks", "widths", "side", "MACs", "× ideal", "activations", "× ideal", "params"],
        ["not as wanted"],
    )
    for strategy in body["strategies"]:
        for point in strategy["points"]:
            sizes = point["sizes"]
            rows.add_row(
                strategy["name"],
                f"{point['scale']:g}",
                *_sizes(sizes),
                *_growth(point["macs"]),
                *_growth(point["activations"]),
                _growth(point["params"])[0],
                _not_as_wanted(point),
            )
    out.print(rows)
    out.print(Text(f"growth over the base, and that ÷ the ideal; {_ROUNDED}", style="dim"))


def print_sensitivity(body: dict[str, Any]) -> None:
    """One line for each knob, those that matter most for the first total first."""
    out = console()
    _heading(out, body)
    names = list(body["totals"])
    rows = table(["knob"], ["value", *names], ["from values"])
    for knob in sorted(body["knobs"], key=lambda knob: -abs(knob["totals"][names[0]] or 0)):
        values = knob["values"]
        rows.add_row(
            knob["knob"],
            f"{knob['value']:.6g}",
            *(
                "-" if (slope := knob["totals"][name]) is None else f"{slope:+.3f}"
                for name in names
            ),
            f"{values[0]:.4g} to {values[-1]:.4g}" + _outcome(knob["outcome"]),
        )
    out.print(rows)
    out.print(Text("per cent that a total grows when a knob grows by one per cent", style="dim"))


def print_cliffs(body: dict[str, Any]) -> None:
    """One line for each cliff, and the aligned sizes."""
    out = console()
    _heading(out, body)
    if not body["cliffs"]:
        out.print(f"no cliff from {body['low']} to {body['high']}", markup=False)
    names = list(body["cliffs"][0]["jumps"]) if body["cliffs"] else []
    rows = table([], ["side", *names, "smooth"], ["maps"])
    for cliff in body["cliffs"]:
        deepest = cliff["gains"][-1]
        rows.add_row(
            str(cliff["side"]),
            *(f"{cliff['jumps'][name]:+.2%}" for name in names),
            f"{cliff['smooth']:+.2%}",
            f"{deepest['stage']}: {deepest['before']} positions become {deepest['after']}",
        )
    if body["cliffs"]:
        out.print(rows)
    aligned = "divided by every stride" if body["aligned"] else "not divided by every stride"
    out.print(
        f"{body['side']} is {aligned}; nearest that are: "
        f"{body['aligned_below'] or 'none'} below, {body['aligned_above'] or 'none'} above",
        markup=False,
    )


def print_schedule(body: dict[str, Any]) -> None:
    """One line for each stage, and the run beside one of constant size."""
    out = console()
    out.print(Text(body["name"], style="bold"))
    rows = table([], ["epochs", "side", "forward", "backward", "MACs of the stage", "share"], [""])
    for stage in body["stages"]:
        height, width = stage["resolution"]
        rows.add_row(
            str(stage["epochs"]),
            str(height) if height == width else f"{height}×{width}",
            si(stage["forward_macs"]),
            si(stage["backward_macs"]),
            f"{stage['macs']:.4g}",
            f"{stage['share']:.1%}",
            "" if stage["aligned"] else "no multiple of every stride",
        )
    out.print(rows)
    saving = body["saving"]
    than = f"{saving:.1%} less" if saving >= 0 else f"{-saving:.1%} more"
    out.print(
        f"{body['macs']:.4g} MACs, {than} than with all images of the last size "
        f"({body['constant_macs']:.4g})",
        markup=False,
    )


def _heading(out: Console, body: dict[str, Any]) -> None:
    out.print(Text(body["name"], style="bold") + fed(body["input"]))


def _networks(
    out: Console, points: Sequence[dict[str, Any]], names: list[str], heads: list[list[str]]
) -> None:
    """A table of scaled networks, each after what tells it from the others."""
    totals = _total_names(points)
    rows = table(
        names,
        ["d", "w", "r", "blocks", "widths", "side", *totals, "ideal", "counted"],
        ["not as wanted"],
    )
    for head, point in zip(heads, points, strict=True):
        wanted = point["wanted"]
        counted = point["counted"]
        rows.add_row(
            *head,
            *(f"{wanted[name]:.3g}" for name in ("depth", "width", "resolution")),
            *_sizes(point["sizes"]),
            *_totals(point["totals"], totals),
            f"{point['ideal']:.3g}×",
            "-" if counted is None else f"{counted:.3g}×",
            _not_as_wanted(point),
        )
    out.print(rows)


def _print_overlay(out: Console, overlay: Sequence[dict[str, Any]]) -> None:
    out.print("\nas published, and by the law at the same ideal cost:", markup=False)
    rows = table(
        ["coefficients of"],
        ["φ", "d", "α^φ", "w", "β^φ", "r", "γ^φ", "MACs", "by the law"],
    )
    for one in overlay:
        pairs = (
            f"{one[kind][name]:.3g}"
            for name in ("depth", "width", "resolution")
            for kind in ("published", "law")
        )
        counts = (
            "-" if one[kind]["counted"] is None else f"{one[kind]['counted']:.3g}×"
            for kind in ("network", "law_network")
        )
        rows.add_row(one["name"], f"{one['phi']:.3f}", *pairs, *counts)
    out.print(rows)


def _shapes(out: Console, points: Sequence[dict[str, Any]]) -> None:
    for name in _total_names(points):
        values = [point["totals"] and point["totals"][name] for point in points]
        known = [value for value in values if value]
        if known:
            ends = f"{_amount(name, min(known))} to {_amount(name, max(known))}"
            out.print(f"{name:<22} {sparkline(values)}  {ends}", markup=False)
    out.print(Text(_ROUNDED, style="dim"))


def _total_names(points: Sequence[dict[str, Any]]) -> list[str]:
    return next((list(point["totals"]) for point in points if point["totals"]), [])


def _totals(totals: dict[str, float] | None, names: Sequence[str]) -> list[str]:
    return [_amount(name, totals[name]) if totals else "-" for name in names]


def _amount(name: str, value: float) -> str:
    if name == ROOFLINE:
        return f"{value * 1e3:.4g} ms"
    return si(int(value), "B" if name.endswith("bytes") else "")


def _sizes(sizes: dict[str, Any] | None) -> list[str]:
    """Blocks in all, widths of the first and last stage, sides."""
    if sizes is None:
        return ["-", "-", "-"]
    widths = sizes["widths"]
    height, width = sizes["resolution"]
    return [
        str(sum(sizes["depths"])),
        f"{widths[0]}…{widths[-1]}" if widths else "-",
        str(height) if height == width else f"{height}×{width}",
    ]


def _growth(growth: dict[str, float | None]) -> list[str]:
    counted, deviation = growth["counted"], growth["deviation"]
    if counted is None or deviation is None:
        return ["-", "-"]
    return [f"{counted:.3f}", f"{1 + deviation:.3f}"]


def _not_as_wanted(point: dict[str, Any]) -> str:
    """Letters of what was rounded; the reason of whatever is worse."""
    adjustments = point["adjustments"]
    letters = dict.fromkeys(
        _LETTERS[one["knob"]] for one in adjustments if one["departure"] == "rounded"
    )
    worse = [
        f"{one['departure']}: {one['reason']}"
        for one in adjustments
        if one["departure"] != "rounded"
    ]
    return "; ".join(["".join(letters)] * bool(letters) + worse)


def _outcome(outcome: str) -> str:
    return "" if outcome == "central" else f" ({outcome.replace('_', ' ')})"
