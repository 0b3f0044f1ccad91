"""``archmeter code``: a network as a Python file."""

import sys

from archmeter.app.cli.request import (
    Assignments,
    Batch,
    InputSize,
    PresetName,
    SpecFile,
    read_request,
)


def code(
    preset: PresetName = None,
    *,
    spec: SpecFile = None,
    assignments: Assignments = None,
    resolution: InputSize = None,
    batch: Batch = None,
) -> None:
    """Write a network as a Python file that needs nothing but torch."""
    from archmeter.app.question import Question
    from archmeter.app.torch_code import torch_code

    question = Question.parse(read_request(preset, spec, assignments, resolution, batch, None))
    sys.stdout.write(torch_code(question))
