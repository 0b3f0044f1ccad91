"""Options that describe a network and its input."""

from typing import Annotated, get_args

import typer

from archmeter.models.precision import DType


def _presets(incomplete: str) -> list[str]:
    from archmeter.models import registry

    return [name for name in registry.presets() if name.startswith(incomplete)]


PresetName = Annotated[
    str | None,
    typer.Argument(help="A network people know, such as resnet50.", autocompletion=_presets),
]
PresetNames = Annotated[
    list[str] | None,
    typer.Argument(
        help="Networks people know, such as regnetx_004; several are compared.",
        autocompletion=_presets,
    ),
]
SpecFile = Annotated[
    str | None,
    typer.Option(
        "--spec", help="Read the request, or its architecture, from a JSON file; - for stdin."
    ),
]
Assignments = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Set a knob, or one inside another: stages.2.width=512; repeat for more.",
    ),
]
InputSize = Annotated[
    str | None,
    typer.Option("--resolution", metavar="SIDE|HxW", help="Input size in pixels: 288 or 288x320."),
]
Batch = Annotated[int | None, typer.Option("--batch", help="Images at once.")]
Precision = Annotated[
    str | None,
    typer.Option(
        "--dtype",
        help=f"Types of weights and activations: {', '.join(get_args(DType))}.",
        autocompletion=lambda incomplete: [
            name for name in get_args(DType) if name.startswith(incomplete)
        ],
    ),
]
