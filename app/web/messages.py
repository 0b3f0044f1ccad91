"""What is wrong with a page's parameters, in words: by the field that each is about, or in all."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from archmeter.app.ask.errors import InvalidRequest
from archmeter.app.http.problems import STATUS
from archmeter.models.errors import ArchmeterError

Renamed = Mapping[str, str]
"""Names of a form's fields by the request's, where they differ. A field inside another, such as
``phi.stop``, is looked up whole, then by what is around it."""

_AS_IN_REQUESTS: Renamed = MappingProxyType({})


def faults(error: ArchmeterError) -> list[tuple[str, str]]:
    """Each field at fault, by an empty name if it is none, and a sentence about it."""
    if isinstance(error, InvalidRequest):
        return [(one.field or "", _sentence(one.message, one.accepted)) for one in error.errors]
    return [(error.field or "", _sentence(str(error), error.accepted))]


def messages(error: ArchmeterError, renamed: Renamed = _AS_IN_REQUESTS) -> dict[str, str]:
    """One sentence for each field of a form."""
    return {form_field(path, renamed): said for path, said in faults(error)}


def form_field(path: str, renamed: Renamed) -> str:
    """The field of a form that shows what is wrong at a path of the request."""
    while path not in renamed and "." in path:
        path = path.rpartition(".")[0]
    return renamed.get(path, path)


@contextmanager
def noting(errors: dict[str, str], renamed: Renamed = _AS_IN_REQUESTS) -> Iterator[None]:
    """Put what goes wrong inside among the errors of a form, and go on after it."""
    try:
        yield
    except ArchmeterError as error:
        errors.update(messages(error, renamed))


def shown_or_refused(
    show: Callable[[], dict[str, Any]], refusal: str
) -> tuple[HTTPStatus, dict[str, Any]]:
    """What a whole page shows; or why it cannot, with the status that the same error has elsewhere.

    Args:
        show: what the page shows.
        refusal: the title of one that shows nothing.
    """
    try:
        return HTTPStatus.OK, {"errors": [], **show()}
    except ArchmeterError as error:
        said = [f"{field}: {said}" if field else said for field, said in messages(error).items()]
        status = STATUS.get(type(error), HTTPStatus.UNPROCESSABLE_ENTITY)
        return status, {"errors": said, "title": refusal}


def _sentence(message: str, accepted: str | None) -> str:
    # What begins with the name of a field stays as the field is spelled.
    named = "_" in message.partition(" ")[0]
    text = message if named else f"{message[:1].upper()}{message[1:]}"
    # Fields that may be left out accept null elsewhere; in a form they are left empty.
    accepted = accepted and accepted.removesuffix(" or null")
    return text if accepted is None or accepted in text else f"{text}. Accepted: {accepted}."
