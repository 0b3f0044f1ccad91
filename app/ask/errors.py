"""What can go wrong between a person and an answer, beyond the question itself.

    ArchmeterError              (models.errors: the question)
    ├── InvalidRequest          fields that do not validate, each with its path
    ├── InvalidJSON             not one well-formed JSON document
    ├── BodyTooLarge            more bytes than are read
    ├── UnsupportedMediaType    a body that is not JSON
    ├── NotAcceptable           a representation that is not offered
    ├── UnknownFormat           a format by name that is not offered
    ├── UnknownAnalysis         ids that were never analyzed here
    ├── NoDatabase              an id, where there is no database to look it up in
    ├── NotAudited              an analysis that no other tool has recounted yet
    ├── OutdatedAnalysis        counted under rules this version no longer has
    ├── UnknownChart            a chart that there is not
    ├── NotEmbeddable           a URL that is not of something here to be shown elsewhere
    ├── RenderingFailed         a chart that could not be drawn as an image
    └── StoreUnavailable        the database cannot be opened or written

All know nothing of HTTP: ``app.http.problems`` maps them to responses, ``app.cli`` to one line.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Self

from pydantic import BaseModel, ConfigDict, JsonValue

from archmeter.models.errors import ArchmeterError


class FieldError(BaseModel):
    """One field at fault: where, why, what was given and what would be accepted."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    field: str | None
    """Dotted path inside the request, such as `architecture.depth`; null for all of it."""

    code: str
    """Stable identifier of the kind of fault."""

    message: str
    """One clear sentence."""

    value: JsonValue
    """What was given, shortened if it is long."""

    accepted: str | None
    """What would be accepted instead, in words."""


class InvalidRequest(ArchmeterError):
    """One or more fields do not validate; ``errors`` holds one entry for each."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__("; ".join(_sentence(error) for error in errors))
        self.errors = tuple(errors)

    @classmethod
    def at(
        cls, field: str, code: str, message: str, value: JsonValue, accepted: str | None
    ) -> Self:
        """A request with one field at fault."""
        fault = FieldError(field=field, code=code, message=message, value=value, accepted=accepted)
        return cls([fault])


class InvalidJSON(ArchmeterError):
    """The text is not one well-formed JSON document as RFC 8259 has it."""


class BodyTooLarge(ArchmeterError):
    """The body holds more bytes than are read."""


class UnsupportedMediaType(ArchmeterError):
    """The body is declared as something other than JSON."""


class NotAcceptable(ArchmeterError):
    """None of the representations asked for is offered."""


class UnknownFormat(ArchmeterError):
    """A format that the answer is not offered in."""


class UnknownAnalysis(ArchmeterError):
    """Ids that were never analyzed here."""

    def __init__(self, ids: Sequence[str], *, field: str = "id") -> None:
        self.ids = tuple(ids)
        noun = "analysis" if len(self.ids) == 1 else "analyses"
        super().__init__(
            f"no such {noun}: {', '.join(key[:64] for key in self.ids)}",
            field=field,
            value=list(self.ids),
            accepted="the id of a stored analysis, from POST /v1/analyses or GET /v1/analyses",
        )


class NoDatabase(ArchmeterError):
    """Ids name stored analyses, and there is no database to look them up in."""

    def __init__(self, key: str) -> None:
        super().__init__(
            "an id names an analysis in the database of a service, and there is none here",
            field="analysis",
            value=key,
            accepted="a preset or an architecture",
        )


class NotAudited(ArchmeterError):
    """No other tool has recounted this analysis yet."""

    def __init__(self, key: str) -> None:
        super().__init__(
            f"analysis {key} has not been audited yet; POST /v1/analyses/{key}/audit does it",
            field="id",
            value=key,
            accepted="the id of an analysis that was audited",
        )


class OutdatedAnalysis(ArchmeterError):
    """The stored figures follow counting rules that this version no longer implements.

    Deriving rows from today's rules would put layers beside totals they do not sum to.
    """


class UnknownChart(ArchmeterError):
    """There is no chart of this name."""


class NotEmbeddable(ArchmeterError):
    """A URL that is not of something here that can be shown elsewhere."""


class RenderingFailed(ArchmeterError):
    """A chart could not be drawn as an image."""


class StoreUnavailable(ArchmeterError):
    """The database cannot be opened or written."""


@contextmanager
def under(path: str) -> Iterator[None]:
    """Make the paths of errors start at the request instead of what is inside it."""
    try:
        yield
    except InvalidRequest as error:
        raise InvalidRequest(
            [fault.model_copy(update={"field": f"{path}.{fault.field}"}) for fault in error.errors]
        ) from error
    except ArchmeterError as error:
        error.field = f"{path}.{error.field}" if error.field else path
        raise


def _sentence(error: FieldError) -> str:
    text = f"{error.field}: {error.message}" if error.field else error.message
    return f"{text} (accepted: {error.accepted})" if error.accepted else text
