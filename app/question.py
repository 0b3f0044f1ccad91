"""A question — a network and what it is fed — and the one way in which it is answered.

The answer is made once, as bytes; everything that shows an analysis shows those bytes. That is why
the command line prints exactly what the service sends.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Self

from pydantic import Field, ValidationError

from archmeter.analyzers import COUNTING_RULES, Profile, analyze
from archmeter.app import strict_json
from archmeter.app.conditional import entity_tag
from archmeter.app.errors import InvalidRequest
from archmeter.app.figures import figures
from archmeter.app.records import Record, StoredBody, Summary
from archmeter.app.validation import field_errors, validate
from archmeter.models import registry
from archmeter.models.errors import ArchmeterError
from archmeter.models.spec import ArchitectureSpec, InputSpec

ID_DIGITS = 24
"""96 bits: among a thousand million analyses, two share an id with probability 10^-11."""


class AnalysisRequest(InputSpec):
    """A network and what is fed to it."""

    architecture: dict[str, Any] = Field(
        description="A family with its knobs, or a preset with overrides; "
        "what is left out keeps its default."
    )


@dataclass(frozen=True)
class Question:
    """A network and what is fed to it."""

    spec: ArchitectureSpec
    input: InputSpec

    @classmethod
    def parse(cls, document: object) -> Self:
        """Read a request, whether it names a preset or a family.

        Raises:
            InvalidRequest: if fields do not validate.
            ArchmeterError: if there is no such network.
        """
        request = validate(AnalysisRequest, document)
        given = InputSpec(batch=request.batch, dtype=request.dtype)
        with inside_architecture(request.architecture):
            return cls(registry.resolve(request.architecture), given)

    @cached_property
    def key(self) -> str:
        """The id: equal for equal questions however they were spelled, under the same rules."""
        canonical = {
            "architecture": self.spec.canonical(),
            "input": self.input.model_dump(mode="json"),
            "counting_rules": COUNTING_RULES,
        }
        return sha256(strict_json.dumps(canonical)).hexdigest()[:ID_DIGITS]

    def profile(self) -> Profile:
        """Count everything.

        Raises:
            ShapeError: if sizes do not fit together.
            GraphTooLarge: if there is too much of it.
        """
        with inside_architecture():
            return analyze(self.spec, self.input)

    def answer(self) -> Record:
        """Analyze, and write the response body."""
        profile = self.profile()
        document = self._document(profile)
        body = strict_json.dumps(document)
        return Record(
            summary=Summary(
                id=self.key,
                family=self.spec.family,
                name=document["name"],
                batch=self.input.batch,
                dtype=self.input.dtype,
                counting_rules=COUNTING_RULES,
                architecture=document["architecture"],
                figures=figures(profile),
                created_at=datetime.now(UTC),
            ),
            stored=StoredBody(entity_tag(body), body),
        )

    def _document(self, profile: Profile) -> dict[str, Any]:
        """The body as `app.schemas.Analysis` describes it. Links are relative: hosts change."""
        this = f"/v1/analyses/{self.key}"
        return {
            "id": self.key,
            "name": registry.describe(self.spec),
            "architecture": self.spec.canonical(),
            "input": {**self.input.model_dump(mode="json"), "shape": profile.input_shape},
            "output_shape": profile.output_shape,
            "counting_rules": COUNTING_RULES,
            "totals": profile.totals.as_dict(),
            "memory": profile.memory.as_dict(),
            "stages": [stage.as_dict() for stage in profile.stages],
            "links": {
                "self": this,
                "layers": f"{this}/layers",
                "memory": f"{this}/memory",
                "training": f"{this}/training",
                "conventions": f"{this}/conventions",
                "formulas": f"{this}/formulas",
                "roofline": f"{this}/roofline?device=h100",
                "receptive_field": f"{this}/receptive-field",
                "audit": f"{this}/audit",
                "family": f"/v1/families/{self.spec.family}",
            },
        }


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
