"""What the command prints about memory and training."""

from typing import Any

from rich.text import Text

from app.question import Question
from app.report import console, table
from app.units import si, size
from models import registry

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


def print_plans(fields: dict[str, Any]) -> None:
    """Checkpointing plans, the cheapest first."""
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
    out = console()
    out.print(plans)
    out.print("Best: no other plan is both smaller at its peak and cheaper.")


def print_memory(question: Question, fields: dict[str, Any]) -> None:
    """The peak of a forward pass, and who is alive then."""
    out = _headed(question)
    peak = fields["inference_peak_bytes"]
    out.print(
        f"Inference peak {peak:,} bytes ({si(peak, 'B')}) at {fields['inference_peak_path']}, "
        "besides weights and input"
    )
    live = table(["alive then", "shape"], ["bytes"], ["until"])
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
