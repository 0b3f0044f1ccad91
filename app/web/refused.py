"""A page that cannot show what it was asked for: its status, and what it says instead."""

from http import HTTPStatus

from archmeter.app.http.problems import STATUS
from archmeter.app.web.messages import messages
from archmeter.models.errors import ArchmeterError


def refused(error: ArchmeterError) -> tuple[HTTPStatus, list[str]]:
    """The status that the same error has elsewhere, and a sentence for each field at fault."""
    sentences = [f"{field}: {said}" if field else said for field, said in messages(error).items()]
    return STATUS.get(type(error), HTTPStatus.UNPROCESSABLE_ENTITY), sentences
