"""What is wrong with a page's parameters, in words, by the field that each is about."""

from collections.abc import Mapping

from archmeter.app.ask.errors import FieldError, InvalidRequest
from archmeter.models.errors import ArchmeterError


def messages(error: ArchmeterError, renamed: Mapping[str, str] | None = None) -> dict[str, str]:
    """One sentence for each field at fault; those of no field are under an empty name.

    Args:
        error: whatever the question was refused with.
        renamed: names of the form's fields by the request's, where they differ. A field inside
            another, such as ``phi.stop``, is looked up whole, then by what is around it.
    """
    if isinstance(error, InvalidRequest):
        return {_field(entry.field, renamed or {}): sentence(entry) for entry in error.errors}
    return {_field(error.field, renamed or {}): _with_accepted(str(error), error.accepted)}


def sentence(entry: FieldError) -> str:
    """What is wrong, and what would be accepted."""
    return _with_accepted(entry.message, entry.accepted)


def _with_accepted(message: str, accepted: str | None) -> str:
    # What begins with the name of a field stays as the field is spelled.
    named = "_" in message.partition(" ")[0]
    text = message if named else f"{message[:1].upper()}{message[1:]}"
    # Fields that may be left out accept null elsewhere; in a form they are left empty.
    accepted = accepted and accepted.removesuffix(" or null")
    return text if accepted is None or accepted in text else f"{text}. Accepted: {accepted}."


def _field(path: str | None, renamed: Mapping[str, str]) -> str:
    path = path or ""
    while path and path not in renamed and "." in path:
        path = path.rpartition(".")[0]
    return renamed.get(path, path)
