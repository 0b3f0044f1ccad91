"""What the command prints about memory and training."""

from typing import Any

from rich.text import Text

from archmeter.analyzers.answers.units import si, size
from archmeter.app.question import Question
from archmeter.app.report.tables import console, table
from archmeter.models import registry

_PURPOSES = {
    "weights_bytes": "weights",
    "master_weights_bytes": "master weights in float32",
    "gradients_bytes": "gradients of weights",
    "optimizer_bytes": "optimizer state",
    "buffers_bytes": "buffers",
    "input_bytes": "input",
    "kept_bytes": "kept for backward",
    "total_bytes": "sum",
    "peak_bytes": "most at one moment",
}
_PRODUCTS = {
    "forward": "forward",
    "grad_input": "gradients of activations",
    "grad_weight": "gradients of weights",
    "recomputed": "computed again",
    "total": "sum",
}
_NOT_COUNTED = "What kernels, allocators and drivers take besides is not counted."
SHOWN = 12
"""Live tensors listed."""


def print_step(question: Question, fields: dict[str, Any]) -> None:
    """Bytes by purpose, then MACs."""
    out = _headed(question)
    purposes = table(["purpose"], ["bytes", ""])
    for key, words in _PURPOSES.items():
        count = fields["memory"][key]
        purposes.add_row(words, f"{count:,}", si(count, "B"))
    out.print(purposes)
    fullest = fields["fullest"]
    out.print(f"Most is alive at {fullest['path']}, {fullest['phase']}. {_NOT_COUNTED}")
    products = table(["MACs of a step"], ["MACs", ""])
    for key, words in _PRODUCTS.items():
        count = fields["macs"][key]
        products.add_row(words, f"{count:,}", si(count))
    out.print(products)


def print_plans(question: Question, fields: dict[str, Any]) -> None:
    """Checkpointing plans, the cheapest first."""
    out = _headed(question)
    plans = table(["computed again"], ["parts", "kept", "peak", "MACs again"], ["best"])
    for plan in fields["items"]:
        chosen = plan["checkpoint"]
        plans.add_row(
            _parts(chosen),
            str(plan["parts"]),
            si(plan["kept_bytes"], "B"),
            si(plan["peak_bytes"], "B"),
            si(plan["recomputed_macs"]),
            "yes" if plan["best"] else "",
        )
    out.print(plans)
    out.print(
        "Kept: by autograd. Peak: the most at one moment, with weights, gradients, optimizer state "
        "and input. Best: no other plan is both smaller at its peak and cheaper."
    )


def print_kept(question: Question, fields: dict[str, Any]) -> None:
    """Everything that autograd keeps, in the order in which it begins to."""
    out = _headed(question)
    rows = table(["made by", "kept by", "dtype"], ["bytes"], ["why"])
    for kept in fields["items"]:
        rows.add_row(
            kept["path"], kept["kept_by"], kept["dtype"], f"{kept['size_bytes']:,}", kept["reason"]
        )
    out.print(rows)
    total = fields["kept_bytes"]
    out.print(f"{total:,} bytes ({si(total, 'B')}) in all, besides weights and input")


def print_layers(question: Question, fields: dict[str, Any]) -> None:
    """MACs of each layer in a step, and of all."""
    out = _headed(question)
    rows = table(["MACs of a step"], list(_PRODUCTS.values()))
    for layer in fields["items"]:
        rows.add_row(layer["path"], *(f"{layer[product]:,}" for product in _PRODUCTS))
    rows.add_section()
    rows.add_row("total", *(f"{fields['total'][product]:,}" for product in _PRODUCTS))
    out.print(rows)


def print_timeline(question: Question, fields: dict[str, Any]) -> None:
    """Live bytes, forward and then backward."""
    out = _headed(question)
    rows = table(["operator", "phase"], ["alive, in bytes", ""])
    for point in fields["items"]:
        live = point["live_bytes"]
        rows.add_row(point["path"], point["phase"], f"{live:,}", si(live, "B"))
    out.print(rows)
    out.print(f"Besides what is there all the time: weights, their state and input. {_NOT_COUNTED}")


def print_memory(question: Question, fields: dict[str, Any]) -> None:
    """The peak of a forward pass, and who is alive then."""
    out = _headed(question)
    peak = fields["inference_peak_bytes"]
    out.print(
        f"Inference peak {peak:,} bytes ({si(peak, 'B')}) at {fields['inference_peak_path']}, "
        "besides weights and input"
    )
    live = table(["alive then", "shape"], ["bytes"], ["until"])
    if fields["workspace_bytes"]:
        live.add_row("what this operator takes besides", "", f"{fields['workspace_bytes']:,}", "")
    for tensor in fields["live"][:SHOWN]:
        live.add_row(
            tensor["path"],
            size(tensor["shape"]),
            f"{tensor['size_bytes']:,}",
            tensor["until"] or "the end",
        )
    out.print(live)


def _headed(question: Question) -> Any:  # noqa: ANN401 - rich's console
    out = console()
    given = question.input
    height, width = question.spec.resolution
    out.print(Text(registry.describe(question.spec), style="bold"))
    out.print(f"{given.batch} x {height}x{width}, {given.dtype}")
    return out


def _parts(chosen: str | tuple[str, ...]) -> str:
    if isinstance(chosen, str):
        return chosen
    first, *others = chosen
    return f"{first} and {len(others)} more" if others else first
