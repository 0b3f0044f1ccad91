"""A network, and the one way in which it is named: in bodies, in URLs, on the command line.

It is a preset, a family with its knobs, or an analysis that is stored; and what is fed to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import sha256
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from archmeter.analyzers import COUNTING_RULES, Profile, analyze
from archmeter.analyzers.answers import Answer
from archmeter.app.ask import strict_json
from archmeter.app.ask.errors import InvalidRequest, NoDatabase, UnknownAnalysis
from archmeter.app.ask.request import Request
from archmeter.app.ask.validation import field_errors, nearest, refuse_booleans, validate
from archmeter.models import registry
from archmeter.models.errors import ArchmeterError
from archmeter.models.naming import describe
from archmeter.models.precision import DType
from archmeter.models.spec import ArchitectureSpec, InputSpec

if TYPE_CHECKING:
    from archmeter.app.store.analyses import Analyses

ID_DIGITS = 24
"""96 bits: among a thousand million analyses, two share an id with probability 10^-11."""

ANALYSIS_ID = rf"^[0-9a-f]{{{ID_DIGITS}}}$"

AnalysisId = Annotated[str, Field(pattern=ANALYSIS_ID, examples=["0123456789abcdef01234567"])]

_KEPT_PROFILES = 32
"""A comparison alone has up to 20."""


@dataclass(frozen=True, slots=True)
class AnalysisInput(Answer):
    """What the network was fed."""

    batch: int
    """Images at once."""

    dtype: str
    """Types of weights and activations."""

    shape: tuple[int, ...]
    """Batch, channels, height, width."""


@dataclass(frozen=True)
class Network:
    """A network and what is fed to it.

    Attributes:
        asked: the preset that it was asked for by, if it was.
    """

    spec: ArchitectureSpec
    input: InputSpec
    asked: str | None = None

    @classmethod
    def parse(cls, document: object) -> Self:
        """Read ``{"architecture": …, "batch": …, "dtype": …}``.

        Raises:
            InvalidRequest: if fields do not validate.
            ArchmeterError: if there is no such network.
        """
        return cls._of(validate(_Described, document))

    @classmethod
    def _of(cls, request: _Described) -> Self:
        given = InputSpec(batch=request.batch, dtype=request.dtype)
        with inside_architecture(request.architecture):
            spec = registry.resolve(request.architecture)
        refuse_booleans(request.architecture, type(spec), under="architecture")
        return cls(spec, given, registry.preset_asked(request.architecture))

    @cached_property
    def id(self) -> str:
        """Equal for equal questions however they were spelled, under the same counting rules."""
        canonical = {
            "architecture": self.spec.identity(),
            "input": self.input.model_dump(mode="json"),
            "counting_rules": COUNTING_RULES,
        }
        return sha256(strict_json.dumps(canonical)).hexdigest()[:ID_DIGITS]

    @cached_property
    def name(self) -> str:
        """The preset or the family it is called after, and what differs from it."""
        return describe(self.spec, self.asked)

    @property
    def architecture(self) -> dict[str, Any]:
        """Every knob, beside the preset that was asked for, if one was."""
        named = {} if self.asked is None else {"preset": self.asked}
        return {**named, **self.spec.canonical()}

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes of the input: batch, channels, height, width."""
        return (self.input.batch, self.spec.in_channels, *self.spec.resolution)

    @property
    def fed(self) -> AnalysisInput:
        """What is fed to it, as answers say it."""
        return AnalysisInput(self.input.batch, self.input.dtype, self.shape)

    def profile(self) -> Profile:
        """Everything counted; what asks for the same network next shares it.

        Raises:
            ShapeError: if sizes do not fit together.
            GraphTooLarge: if there is too much of it.
        """
        return _profile(_ById(self))

    def count(self) -> Profile:
        """The same, counted again."""
        with inside_architecture():
            return analyze(self.spec, self.input)


class _ById:
    """A network that hashes as its id, to be found again."""

    __slots__ = ("network",)

    def __init__(self, network: Network) -> None:
        self.network = network

    def __hash__(self) -> int:
        return hash(self.network.id)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ById) and self.network.id == other.network.id


@lru_cache(_KEPT_PROFILES)
def _profile(found: _ById) -> Profile:
    return found.network.count()


class _Described(InputSpec):
    architecture: dict[str, Any] = Field(
        description="A family with its knobs, or a preset with overrides; "
        "what is left out keeps its default."
    )


class ArchitectureRequest(Request):
    """A network by its architecture alone."""

    analysis: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    """The id of a stored analysis."""

    preset: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    """Or a network people know, such as `resnet50`."""

    architecture: dict[str, Any] | None = None
    """Or a family with its knobs, or a preset with overrides, as in
    `{"preset": "resnet50", "width_multiplier": 2}`; what is left out keeps its default."""

    @model_validator(mode="after")
    def _one_network(self) -> Self:
        named = [self.analysis, self.preset, self.architecture]
        if sum(name is not None for name in named) != 1:
            raise PydanticCustomError(
                "value_error",
                "give one of analysis, preset and architecture",
                {"fits": "the id of a stored analysis, a preset's name, or a family with knobs"},
            )
        if self.analysis is not None and self._fed():
            raise PydanticCustomError(
                "value_error",
                "a stored analysis has a batch and a dtype of its own",
                {"fits": "the id alone, or an architecture with batch and dtype"},
            )
        return self

    def network(self, analyses: Analyses | None = None) -> Network:
        """The network that is named.

        Args:
            analyses: those that are stored; without them an id names nothing.

        Raises:
            ArchmeterError: if there is no such analysis, or no such network.
        """
        if self.analysis is not None:
            if analyses is None:
                raise NoDatabase(self.analysis)
            stored: Network = analyses.network(self.analysis)[1]
            return stored
        return Network.parse({"architecture": self.described(), **self._fed()})

    def described(self) -> dict[str, Any]:
        """The architecture as it was written, of what is no stored analysis."""
        return {"preset": self.preset} if self.architecture is None else self.architecture

    def _fed(self) -> dict[str, Any]:
        """What is fed to it, as far as that is asked for and said."""
        given = {name: getattr(self, name, None) for name in InputSpec.model_fields}
        return {name: value for name, value in given.items() if value is not None}


class BatchRequest(ArchitectureRequest):
    """A network, and how many images are fed to it."""

    batch: Annotated[int, Field(ge=1, le=65_536)] | None = None
    """Images at once; 1 unless the analysis says otherwise."""


class DTypeRequest(ArchitectureRequest):
    """A network, and the type of its elements."""

    dtype: DType | None = None
    """Types of weights and activations: one of both alike, as `float32`; torch's autocast, as
    `autocast-bfloat16`; or integers, as `int8`. float32 unless the analysis says otherwise."""


class NetworkRequest(DTypeRequest, BatchRequest):
    """A network, and what is fed to it."""


NETWORK_FIELDS = tuple(NetworkRequest.model_fields)
"""The fields that name a network: what is left of a request is its options."""


def network_called(name: str, analyses: Analyses, *, field: str = "networks") -> Network:
    """The network that a preset's name or a stored analysis's id stands for.

    Raises:
        InvalidRequest: if it is neither.
        ArchmeterError: if the analysis cannot be counted any more.
    """
    if preset := registry.preset_called(name):
        return Network.parse({"architecture": {"preset": preset.name}})
    try:
        return analyses.network(name)[1]
    except UnknownAnalysis as error:
        message = f"{name[:80]!r} is neither a preset nor the id of a stored analysis"
        accepted = nearest(name, registry.presets()) or "names of /v1/presets, ids of /v1/analyses"
        raise InvalidRequest.at(field, "unknown_network", message, name[:120], accepted) from error


def spec_of(architecture: Mapping[str, Any]) -> ArchitectureSpec:
    """The network that an architecture describes.

    Raises:
        InvalidRequest: if knobs do not validate.
        ArchmeterError: if there is no such network.
    """
    with inside_architecture(architecture):
        return registry.resolve(architecture)


@contextmanager
def inside_architecture(architecture: Mapping[str, Any] = MappingProxyType({})) -> Iterator[None]:
    """Make the paths of errors start at the request instead of the architecture inside it."""
    try:
        yield
    except ValidationError as error:
        raise InvalidRequest(
            field_errors(
                error.errors(include_url=False),
                dict(architecture),
                _spec_type(architecture),
                under="architecture",
            )
        ) from error
    except ArchmeterError as error:
        error.field = f"architecture.{error.field}" if error.field else "architecture"
        raise


def _spec_type(architecture: Mapping[str, Any]) -> type[ArchitectureSpec]:
    """The spec a request was validated against: both names are known to exist by then."""
    if architecture.get("preset") is not None:
        return registry.family(registry.preset(architecture["preset"]).family).spec
    return registry.family(architecture["family"]).spec
