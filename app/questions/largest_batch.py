"""Find the most images that can be fed at once within so many bytes, at inference or in training.

Everything that the network itself needs is counted: weights, buffers, input and what is alive; in
training gradients, optimizer state and what autograd keeps as well. What kernels, allocators and
drivers take besides is not.
"""

from dataclasses import dataclass
from re import fullmatch
from typing import Annotated

from pydantic import Field
from pydantic_core import PydanticCustomError

from archmeter.analyzers.answers.units import si
from archmeter.analyzers.training.largest_batch import LargestBatch, largest_batch
from archmeter.app.ask import (
    AboutNetwork,
    DTypeRequest,
    Network,
    Option,
    Printer,
    Question,
    Spelled,
)
from archmeter.app.ask.spelling import NoAmount, amount_of
from archmeter.app.ask.training import TrainingQuery
from archmeter.models.graph import MAX_EXACT

_FORM = "a size such as 16GB or 24GiB"


def _bytes(text: str) -> str | int:
    """Whole bytes of a size such as 16GB, 24GiB or 512mb."""
    if fullmatch(r"\s*-?\d+\s*", text):
        return text
    try:
        amount = amount_of(text.upper().replace("I", "i"))  # sizes are typed in any case
    except NoAmount:
        amount = 0
    if not 1 <= amount <= MAX_EXACT:
        raise PydanticCustomError(
            NoAmount.code, "{text} is no size", {"text": repr(text[:80]), "fits": _FORM}
        )
    return int(amount)


class LargestBatchRequest(TrainingQuery, DTypeRequest):
    """A network, the bytes there are, and whether and how it is trained."""

    bytes: Annotated[
        int,
        Field(ge=1, le=MAX_EXACT),
        Spelled(_bytes, "SIZE"),
        Option("--bytes", form="SIZE", help="What there is: 16GB, 24GiB, 512MB."),
    ]
    """Bytes that there are: 16000000000 or `16GB`; `16GiB` are 16·2^30."""

    training: bool = False
    """Whether the network trains; `optimizer`, `master_weights`, `freeze` and `checkpoint` say
    how."""


@dataclass(frozen=True)
class LargestBatchReport(LargestBatch, AboutNetwork):
    """The most images at once, everything counted that the network itself needs."""

    dtype: str
    """Types of weights and activations."""

    training: bool
    """Whether it trains."""

    available_bytes: int
    """What there is."""


def most_images(network: Network, request: LargestBatchRequest) -> LargestBatchReport:
    """Search for the batch."""
    dtype = network.input.dtype
    options = request.options() if request.training else None
    answer = largest_batch(network.spec, request.bytes, dtype=dtype, training=options)
    return LargestBatchReport.about(
        network, answer, training=request.training, available_bytes=request.bytes
    )


def show(answer: LargestBatchReport, out: Printer) -> None:
    """One line."""
    images = f"batch {answer.batch}" if answer.batch else "not one image fits"
    purpose = "training" if answer.training else "inference"
    needed, available = si(answer.needed_bytes, "B"), si(answer.available_bytes, "B")
    out.line(f"{images}: {purpose} needs {needed} of {available}")


QUESTION = Question(
    path="largest-batch",
    ask=most_images,
    show=show,
    lane="largest-batch",
    asked={
        "What fits into 16 GB with Adam": "resnet50 --bytes 16GB --training --optimizer adam",
        "What fits into 24 GiB at inference in half precision": {
            "preset": "resnet50",
            "dtype": "float16",
            "bytes": "24GiB",
        },
    },
)
