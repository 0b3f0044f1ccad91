"""Rooflines and devices for people: where the time goes at least."""

from collections.abc import Mapping
from typing import Any

from rich.text import Text

from archmeter.analyzers.answers.units import duration, si, size
from archmeter.analyzers.devices import Device, devices
from archmeter.app.report.tables import console, table

_NOTE = (
    "A bound, no forecast: every kernel at the peak rate or the peak bandwidth, one after another. "
    "SI units: 1 T = 10^12, 1 GB = 10^9 bytes."
)
_RATES = "Dense peaks in FLOPs a second, as printed; matrix units | vector units. SI units."


def print_roofline(body: Mapping[str, Any], layers: int) -> None:
    """The bounds, what spends them, and the longest kernels.

    Args:
        body: as `app.roofline.RooflineReport` describes it.
        layers: how many kernels to list.
    """
    out = console()
    device, given = body["device"], body["input"]
    out.print(Text(f"{body['name']} on {device['title']}", style="bold"))
    out.print(
        f"{size(tuple(given['shape']))} {given['dtype']}; "
        f"{si(round(device['matrix_flops_per_s']), 'FLOP/s')} for matrices, "
        f"{si(round(device['bytes_per_s']), 'B/s')}; "
        f"{device['ridge']:.1f} FLOPs per byte at the ridge",
        markup=False,
    )
    _print_spent(body)
    if layers:
        _print_layers(body, layers)
    for label, text in _bounds(body):
        out.print(f"{label:<12} {text}", markup=False)
    out.print(Text(_NOTE, style="dim"))


def print_devices() -> None:
    """One line for each device."""
    shown = table(
        ["device", "title"],
        ["memory", "bandwidth", "float64", "float32", "TF32", "float16", "bfloat16"],
    )
    for device in devices().values():
        shown.add_row(
            device.name,
            device.title,
            si(device.memory_bytes, "B"),
            si(device.bytes_per_s, "B/s"),
            *(_rates(device, unit) for unit in ("float64", "float32", "tf32")),
            *(_rates(device, unit) for unit in ("float16", "bfloat16")),
        )
    out = console()
    out.print(shown)
    out.print(Text(_RATES, style="dim"))


def _print_spent(body: Mapping[str, Any]) -> None:
    shown = table(
        ["stage", "kind", "bound by"],
        ["kernels", "FLOPs", "bytes", "of FLOPs", "of time", "time"],
    )
    for spent in body["spent"]:
        shown.add_row(
            spent["stage"],
            spent["kind"],
            spent["limit"],
            str(spent["kernels"]),
            si(spent["flops"]),
            si(spent["bytes"], "B"),
            f"{spent['flops_share']:.1%}",
            f"{spent['share']:.1%}",
            duration(spent["seconds"]),
        )
    console().print(shown)


def _print_layers(body: Mapping[str, Any], layers: int) -> None:
    shown = table(
        ["longest kernels", "knobs", "bound by"],
        ["fused", "FLOPs per byte", "of time", "time"],
    )
    longest = sorted(body["rows"], key=lambda row: -row["seconds"])
    for row in longest[:layers]:
        shown.add_row(
            row["path"],
            f"{row['operator']} {row['detail']}".strip(),
            row["limit"],
            str(len(row["fused"])),
            f"{row['intensity']:.2f}",
            f"{row['share']:.1%}",
            duration(row["seconds"]),
        )
    console().print(shown)


def _bounds(body: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is printed below the tables, each with its label."""
    return [
        ("fused", _bound(body["fused_bound"])),
        ("separate", _bound(body["separate_bound"])),
        ("floor", f"{duration(body['floor_seconds'])}, were every result kept on the chip"),
        ("memory", f"{si(body['needed_bytes'], 'B')}{_fits(body)}"),
    ]


def _bound(bound: Mapping[str, Any]) -> str:
    return (
        f"at least {duration(bound['seconds'])}, at most {bound['images_per_second']:,.0f} "
        f"images/s; {si(bound['bytes'], 'B')} in {bound['kernels']} kernels; "
        f"{bound['compute_share']:.0%} of the time computing, {bound['bandwidth_share']:.0%} moving"
    )


def _fits(body: Mapping[str, Any]) -> str:
    if body["fits"] is None:
        return ""
    held = si(body["device"]["memory_bytes"], "B")
    return f", which fits into {held}" if body["fits"] else f", which does not fit into {held}"


def _rates(device: Device, unit: str) -> str:
    """Of matrix and vector units; a dash where nothing is printed."""
    found = (device.matrix_flops_per_s.get(unit), device.vector_flops_per_s.get(unit))
    if found == (None, None):
        return "-"
    return " | ".join("-" if rate is None else si(rate) for rate in found)
