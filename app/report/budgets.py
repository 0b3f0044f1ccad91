"""What ``archmeter fit``, ``sample`` and their kin print for people."""

from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from archmeter.analyzers.answers.units import amount, si
from archmeter.app.report.scaling import fed
from archmeter.app.report.tables import BARS, console, table

_USUAL = ("params", "macs", "activations")
_QUANTILES = (("least", 0), ("5 %", 5), ("25 %", 25), ("median", 50), ("75 %", 75), ("95 %", 95),
              ("most", 100))  # fmt: skip


def print_fit(body: dict[str, Any]) -> None:
    """The best networks, the nearest misses, and what each bound does."""
    out = console()
    names = [space["name"] for space in body["spaces"]]
    out.print(Text(", ".join(names), style="bold") + fed(body))
    searched = "all of them" if body["exhaustive"] else f"{body['examined']:,} of them, searched"
    out.print(
        f"{body['combinations']:,} combinations, {searched}; {body['kept']:,} within the bounds",
        markup=False,
    )
    objective = body["objective"]
    if body["feasible"]:
        out.print(f"\n{objective['sense']} {objective['total']}:", markup=False)
        _networks(out, body["best"], names)
    else:
        out.print("\ninfeasible; the closest:", markup=False)
    if body["misses"]:
        if body["feasible"]:
            out.print("better, but not within the bounds:", markup=False)
        _networks(out, body["misses"], names)
    _limits(out, body)
    for space in body["spaces"]:
        _trims(out, space["trims"])
    _refusals(out, body["refusals"])
    if body["feasible"] and body["best"][0]["edges"]:
        ends = ", ".join(f"{knob} ({end})" for knob, end in body["best"][0]["edges"].items())
        out.print(f"the best is at an end of {ends}", markup=False)


def print_sample(body: dict[str, Any]) -> None:
    """How the samples spread in each total, and why others were rejected."""
    out = console()
    out.print(Text(body["base"], style="bold") + fed(body))
    stopped = f" (stopped: {body['stopped']})" if body["stopped"] else ""
    out.print(
        f"{body['accepted']:,} networks of {body['drawn']:,} draws{stopped}; "
        f"{body['duplicates']:,} drawn before",
        markup=False,
    )
    if body["distributions"]:
        rows = table(["total"], [name for name, _ in _QUANTILES], ["spread"])
        for one in body["distributions"]:
            total, quantiles = one["total"], one["quantiles"]
            bars = _bars([bar["samples"] for bar in one["histogram"]])
            scale = " (log)" if one["scale"] == "logarithmic" else ""
            rows.add_row(
                total,
                *(amount(total, quantiles[percent]["value"]) for _, percent in _QUANTILES),
                bars + scale,
            )
        out.print(rows)
    if body["samples"]:
        totals = list(body["samples"][0]["totals"])
        knobs = list(body["samples"][0]["values"])
        rows = table([], [*knobs, *totals])
        for one in body["samples"]:
            rows.add_row(
                *(_short(one["values"][knob]) for knob in knobs),
                *(amount(total, one["totals"][total]) for total in totals),
            )
        out.print(rows)
    _trims(out, body["trims"])
    _refusals(out, body["rejected"])


def print_iso_cost(body: dict[str, Any]) -> None:
    """One line for each pair, and for each depth without one."""
    out = console()
    total = body["total"]
    out.print(Text(body["base"], style="bold") + fed(body))
    out.print(
        f"{total} {amount(total, body['wanted'])} ± {body['tolerance']:.2%}; "
        f"{len(body['pairs'])} of {body['combinations']:,} pairs",
        markup=False,
    )
    names = list(body["totals"])
    heads = [text for name in names for text in (name, "×")]
    rows = table([], [body["depth_knob"], body["width_knob"], "differs", *heads], ["widths"])
    for pair in body["pairs"]:
        rows.add_row(
            _short(pair["depth"]),
            _short(pair["width"]),
            f"{pair['deviation']:+.2%}",
            *(
                text
                for name in names
                for text in (amount(name, pair["totals"][name]), _ratio(pair["ratios"][name]))
            ),
            " ".join(map(str, pair["sizes"]["widths"])),
        )
    out.print(rows)
    for line in body["lines"]:
        if line["reason"]:
            depth = f"{body['depth_knob']} {_short(line['depth'])}"
            out.print(f"{depth}: {line['outcome']}, {line['reason']}", markup=False)
    _trims(out, body["trims"])
    _refusals(out, body["refusals"])


def print_cardinality(body: dict[str, Any]) -> None:
    """One line for each cardinality."""
    out = console()
    out.print(Text(body["name"], style="bold"))
    base = body["base"]
    where = f" of {body['part']}" if body["part"] else ""
    out.print(
        f"{body['cardinality']}×{base['group_width']}d: {base['params']:,} params and "
        f"{si(base['macs'])} MACs{where}; {body['keep']} kept",
        markup=False,
    )
    rows = table(["paths"], ["C", "d", "C·d", "ideal d", "params", "MACs", "×"], ["outcome"])
    for trade in body["trades"]:
        cost = trade["cost"]
        rows.add_row(
            f"{trade['cardinality']}×{trade['group_width']}d" if cost else "-",
            str(trade["cardinality"]),
            *map(_short, (trade["group_width"], trade["inner_width"], trade["ideal"])),
            *((f"{cost['params']:,}", si(cost["macs"])) if cost else ("-", "-")),
            _ratio(cost["ratio"] if cost else None),
            trade["outcome"] + (f": {trade['reason']}" if trade["reason"] else ""),
        )
    out.print(rows)


def _networks(out: Console, networks: Sequence[dict[str, Any]], names: Sequence[str]) -> None:
    knobs = list(dict.fromkeys(knob for one in networks for knob in one["values"]))
    bounded = [check["total"] for check in networks[0]["checks"]]
    counted = networks[0]["totals"]
    totals = [total for total in dict.fromkeys((*_USUAL, *bounded)) if total in counted]
    base = ["of"] if len(names) > 1 else []
    rows = table(base, [*knobs, *totals, "blocks"], ["widths", "breaks"])
    for one in networks:
        broken = [check for check in one["checks"] if not check["kept"]]
        rows.add_row(
            *[names[one["space"]]][: len(base)],
            *(_short(one["values"].get(knob)) for knob in knobs),
            *(amount(total, one["totals"][total]) for total in totals),
            str(sum(one["sizes"]["depths"])),
            " ".join(map(str, one["sizes"]["widths"])),
            ", ".join(f"{_limit(check)} by {check['excess']:.2%}" for check in broken),
        )
    out.print(rows)


def _limits(out: Console, body: dict[str, Any]) -> None:
    """What each bound does; the best network's room, or the closest one's excess."""
    total = body["objective"]["total"]
    checks: list[dict[str, Any]] = next(
        (one["checks"] for one in (*body["best"], *body["misses"])), []
    )
    rows = table(["bound"], ["it has", "kept by", "examined"], ["to let a better one in"])
    for limit, check in zip(body["limits"], checks, strict=False):
        gain = f", for {total} {amount(total, limit['gain'])}" if limit["gain"] is not None else ""
        rows.add_row(
            _limit(limit),
            amount(limit["total"], check["value"]),
            f"{limit['kept']:,} of {limit['counted']:,}",
            f"{amount(limit['total'], limit['lowest'])} to "
            f"{amount(limit['total'], limit['highest'])}",
            f"binds: {limit['relax']:.2%}{gain}" if limit["binding"] else "",
        )
    out.print(rows)


def _trims(out: Console, trims: Iterable[dict[str, Any]]) -> None:
    for trim in trims:
        out.print(
            f"{trim['knob']}: {trim['values']:,} values {trim['departure']}, {trim['reason']}",
            markup=False,
        )


def _refusals(out: Console, refusals: Iterable[dict[str, Any]]) -> None:
    for refused in refusals:
        out.print(f"{refused['specs']:,} × {refused['code']}: {refused['reason']}", markup=False)


def _limit(limit: dict[str, Any]) -> str:
    sign = "≤" if limit["sense"] == "at_most" else "≥"
    images = f" at batch {limit['batch']}" if limit["batch"] > 1 else ""
    return f"{limit['total']}{images} {sign} {amount(limit['total'], limit['amount'])}"


def _bars(counts: Sequence[int]) -> str:
    """Bars as high as the counts; a blank for none."""
    most = max(counts)
    return "".join(BARS[-(-count * len(BARS) // most) - 1] if count else " " for count in counts)


def _short(value: object) -> str:
    match value:
        case None:
            return "-"
        case float():
            return f"{value:.6g}"
        case list():
            return ",".join(map(str, value))
    return str(value)


def _ratio(ratio: float | None) -> str:
    return "-" if ratio is None else f"{ratio:.3f}"
