"""A network named in a URL: what pages, charts and badges that embed an answer have in common."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from archmeter.app import strict_json
from archmeter.app.errors import FieldError, InvalidRequest, UnknownAnalysis
from archmeter.app.question import Question
from archmeter.app.services import Analyses
from archmeter.app.validation import nearest
from archmeter.models import registry
from archmeter.models.errors import ArchmeterError
from archmeter.models.spec import DType

PresetName = Annotated[str, Field(min_length=1, max_length=100)]
ArchitectureText = Annotated[str, Field(min_length=2, max_length=4_000)]
Batch = Annotated[int, Field(ge=1, le=65_536)]


class NetworkQuery(BaseModel):
    """A stored analysis, or a network and what it is fed."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True, frozen=True)

    analysis: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    """The id of a stored analysis."""

    preset: PresetName | None = None
    """Or a network people know, such as `resnet50`."""

    architecture: ArchitectureText | None = None
    """Or the architecture of a request as JSON: `{"preset":"resnet50","width_multiplier":2}`."""

    batch: Batch | None = None
    """Images at once; 1 unless the analysis says otherwise."""

    dtype: DType | None = None
    """Of weights and activations alike; float32 unless the analysis says otherwise."""

    @model_validator(mode="after")
    def _one_network(self) -> Self:
        named = [self.analysis, self.preset, self.architecture]
        if sum(name is not None for name in named) != 1:
            raise ValueError("give one of analysis, preset and architecture")
        if self.analysis is not None and (self.batch or self.dtype):
            raise ValueError("a stored analysis has a batch and a dtype of its own")
        return self

    def question(self, analyses: Analyses) -> Question:
        """The network and what it is fed.

        Raises:
            ArchmeterError: if there is no such analysis, or no such network.
        """
        if self.analysis is not None:
            return analyses.question(self.analysis)[1]
        given = {"batch": self.batch, "dtype": self.dtype}
        document = {key: value for key, value in given.items() if value is not None}
        return Question.parse({**document, "architecture": self._architecture()})

    def _architecture(self) -> dict[str, Any]:
        if self.architecture is None:
            return {"preset": self.preset}
        return read_architecture(self.architecture)


def network_called(name: str, analyses: Analyses, *, field: str = "networks") -> Question:
    """The network that a preset's name or a stored analysis's id stands for.

    Raises:
        InvalidRequest: if it is neither.
        ArchmeterError: if the analysis cannot be counted any more.
    """
    if name in registry.presets():
        return Question.parse({"architecture": {"preset": name}})
    try:
        return analyses.question(name)[1]
    except UnknownAnalysis as error:
        message = f"{name[:80]!r} is neither a preset nor the id of a stored analysis"
        accepted = nearest(name, registry.presets()) or "names of /v1/presets, ids of /v1/analyses"
        raise InvalidRequest(
            [
                FieldError(
                    field=field,
                    code="unknown_network",
                    message=message,
                    value=name[:120],
                    accepted=accepted,
                )
            ]
        ) from error


def read_architecture(text: str) -> dict[str, Any]:
    """The architecture of a request from its JSON.

    Raises:
        InvalidRequest: if it is not a JSON object.
    """
    try:
        found = strict_json.loads(text)
    except ArchmeterError as error:
        raise _fault(str(error), text) from error
    if not isinstance(found, dict):
        raise _fault("the architecture is not an object", text)
    return found


def _fault(message: str, text: str) -> InvalidRequest:
    return InvalidRequest(
        [
            FieldError(
                field="architecture",
                code="invalid_json",
                message=message,
                value=text[:120],
                accepted="a JSON object",
            )
        ]
    )
