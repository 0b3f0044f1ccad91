"""Tell by how many per cent each cost grows when a knob grows by one per cent, for every knob.

Networks are steps, not slopes: between two neighbouring values of a knob nothing may change. So the
slope is that of a line through the network at several values, from 1/√2 to √2 times its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from archmeter.analyzers.answers import Number, Rows
from archmeter.analyzers.scaling.sensitivity import Elasticity, Sensitivities
from archmeter.app.ask import (
    UNSEEN,
    Network,
    Option,
    Printer,
    Progress,
    Question,
    inside_architecture,
)
from archmeter.app.ask.about import FedHead
from archmeter.app.ask.errors import FieldError, InvalidRequest
from archmeter.app.ask.scaling import LANE, TotalsRequest
from archmeter.app.ask.show_scaled import fed
from archmeter.app.ask.validation import nearest

KnobName = Annotated[str, Field(min_length=1, max_length=100)]
KnobNames = Annotated[tuple[KnobName, ...], Field(min_length=1, max_length=100)]


class SensitivityRequest(TotalsRequest):
    """A network, and the knobs whose weight in its costs is asked for."""

    knobs: Annotated[
        KnobNames | None,
        Option("--knob", form="KNOB", help="Only this knob, with all that is inside it."),
    ] = None
    """Only these knobs, each with all that is inside it, such as `widths` or `depth.2`; every knob
    that is a positive number if left out."""


@dataclass(frozen=True, kw_only=True)
class SensitivityReport(FedHead):
    """By how many per cent each total grows when a knob grows by one per cent."""

    totals: dict[str, Number]
    """What the network costs, by name."""

    knobs: Rows[Elasticity]
    """How the totals follow each knob."""


def sensitivity(
    network: Network, request: SensitivityRequest, progress: Progress = UNSEEN
) -> SensitivityReport:
    """Count the network at several values of each knob.

    Raises:
        InvalidRequest: if there is no knob that was asked for.
    """
    ruler = request.ruler(network)
    batch = network.input.batch
    with inside_architecture():
        elasticities = Sensitivities(network.spec, ruler, batch=batch)
        totals = ruler.read(network.spec.graph(batch))
    knobs = _chosen(elasticities.knobs, request.knobs)
    return SensitivityReport.about(
        network,
        totals={name: totals[name] for name in ruler.names},
        knobs=Rows(elasticities.of(knob) for knob in progress.track(knobs, "knobs")),
    )


def _chosen(knobs: Sequence[str], wanted: Sequence[str] | None) -> Sequence[str]:
    """The knobs asked for, each with all that is inside it, in their own order."""
    if wanted is None:
        return knobs
    faults = [
        FieldError(
            field=f"knobs.{i}",
            code="unknown_knob",
            message=f"there is no knob {name!r} that is a positive number",
            value=name,
            accepted=nearest(name, knobs) or ", ".join(knobs),
        )
        for i, name in enumerate(wanted)
        if not any(_is_inside(knob, name) for knob in knobs)
    ]
    if faults:
        raise InvalidRequest(faults)
    return [knob for knob in knobs if any(_is_inside(knob, name) for name in wanted)]


def _is_inside(knob: str, name: str) -> bool:
    return knob == name or knob.startswith(f"{name}.")


def show(answer: SensitivityReport, out: Printer) -> None:
    """One line for each knob, those that matter most for the first total first."""
    out.heading(answer.name, fed(answer.input))
    names = list(answer.totals)
    slopes = " | ".join(f"{name} {{totals[{name}]:+.3f}}" for name in names)
    out.rows(
        f"knob {{knob}} || value {{value:.6g}} | {slopes} || from values {{:values}}",
        sorted(answer.knobs, key=lambda found: -abs(found.totals[names[0]] or 0)),
        values=_values,
    )
    out.note("per cent that a total grows when a knob grows by one per cent")


def _values(found: Elasticity) -> str:
    outcome = "" if found.outcome == "central" else f" ({found.outcome.replace('_', ' ')})"
    return f"{found.values[0]:.4g} to {found.values[-1]:.4g}{outcome}"


QUESTION = Question(
    path="scaling/sensitivity",
    ask=sensitivity,
    show=show,
    rows=lambda answer: answer.knobs,
    lane=LANE,
    asked={
        "Which depths of ResNet-18 cost most": "resnet18 --knob depth",
        "Which widths and depths of EfficientNet-B0 cost most": (
            "efficientnet_b0 --knob widths --knob depth"
        ),
    },
)
