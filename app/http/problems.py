"""Errors as HTTP: one body for all of them, RFC 9457 ``application/problem+json``.

The status follows from the kind of error. Whatever is not listed is a fault of the question itself:
understood, well-formed, and impossible to answer (422).
"""

import logging
import sqlite3
from http import HTTPStatus
from typing import Any, get_type_hints

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.routing import Match, Mount

from archmeter.app.ask import errors, strict_json
from archmeter.app.ask.errors import FieldError, InvalidRequest
from archmeter.app.ask.validation import echo, field_errors
from archmeter.models.errors import ArchmeterError
from archmeter.models.extras import MissingExtra

MEDIA_TYPE = "application/problem+json"

STATUS: dict[type[ArchmeterError], HTTPStatus] = {
    errors.InvalidJSON: HTTPStatus.BAD_REQUEST,
    errors.UnknownAnalysis: HTTPStatus.NOT_FOUND,
    errors.NotAudited: HTTPStatus.NOT_FOUND,
    errors.UnknownChart: HTTPStatus.NOT_FOUND,
    errors.NotEmbeddable: HTTPStatus.NOT_FOUND,
    errors.NotAcceptable: HTTPStatus.NOT_ACCEPTABLE,
    errors.OutdatedAnalysis: HTTPStatus.CONFLICT,
    errors.BodyTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.UnsupportedMediaType: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    MissingExtra: HTTPStatus.NOT_IMPLEMENTED,
    errors.RenderingFailed: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.StoreUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}

_log = logging.getLogger(__name__)


class Problem(BaseModel):
    """What went wrong, as RFC 9457 has it, with the fields at fault."""

    model_config = ConfigDict(
        use_attribute_docstrings=True,
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:archmeter:problem:invalid_request",
                    "title": "Unprocessable Entity",
                    "status": 422,
                    "code": "invalid_request",
                    "detail": "architecture.cardinality: must be greater than or equal to 1 "
                    "(accepted: an integer from 1 to 1024)",
                    "errors": [
                        {
                            "field": "architecture.cardinality",
                            "code": "greater_than_equal",
                            "message": "must be greater than or equal to 1",
                            "value": 0,
                            "accepted": "an integer from 1 to 1024",
                        }
                    ],
                }
            ]
        },
    )

    type: str
    """A URN that ends in the code."""

    title: str
    """The status in words."""

    status: int
    """The HTTP status."""

    code: str
    """Stable identifier of the kind of problem: what programs should look at."""

    detail: str
    """One clear sentence about this occurrence."""

    errors: list[FieldError]
    """The fields at fault; empty if the problem is not about a field."""


class NotFound(HTTPException):
    """A resource named by the path does not exist, although the same name is a 422 in a body."""

    def __init__(self, error: ArchmeterError) -> None:
        super().__init__(HTTPStatus.NOT_FOUND, str(error))
        self.error = error


def respond(
    status: int,
    code: str,
    detail: str,
    entries: list[FieldError] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """One problem as a response."""
    problem = Problem(
        type=f"urn:archmeter:problem:{code}",
        title=HTTPStatus(status).phrase,
        status=status,
        code=code,
        detail=detail,
        errors=entries or [],
    )
    return Response(
        strict_json.dumps(problem.model_dump(mode="json")),
        status,
        headers={"Cache-Control": "no-store", **(headers or {})},
        media_type=MEDIA_TYPE,
    )


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Declare the problems a route answers with, for its ``responses``.

    Their one schema is put there by ``app.http.openapi``: FastAPI would make a validator for each.
    """
    return {status: {"description": HTTPStatus(status).phrase} for status in statuses}


def install(app: FastAPI) -> None:
    """Turn every exception of `app` into a problem."""
    app.exception_handler(ArchmeterError)(_archmeter_error)
    app.exception_handler(RequestValidationError)(_validation_error)
    app.exception_handler(HTTPException)(_http_exception)
    app.exception_handler(DBAPIError)(_store_failure)
    app.exception_handler(sqlite3.Error)(_store_failure)
    app.exception_handler(Exception)(_unforeseen)


async def _archmeter_error(_: Request, error: ArchmeterError) -> Response:
    status = STATUS.get(type(error), HTTPStatus.UNPROCESSABLE_ENTITY)
    return _from_error(status, error)


async def _validation_error(request: Request, error: RequestValidationError) -> Response:
    """FastAPI's own validation: here only of the query, for bodies are read by `app.body`."""
    entries = [
        entry
        for source, document in (("query", request.query_params), ("path", request.path_params))
        for entry in field_errors(
            [{**e, "loc": e["loc"][1:]} for e in error.errors() if e["loc"][0] == source],
            dict(document),
            _query_model(request) if source == "query" else None,
        )
    ]
    return _from_error(HTTPStatus.UNPROCESSABLE_ENTITY, InvalidRequest(entries))


async def _http_exception(request: Request, error: HTTPException) -> Response:
    if isinstance(error, NotFound):
        return _from_error(HTTPStatus.NOT_FOUND, error.error)
    status = HTTPStatus(error.status_code)
    headers = dict(error.headers or {})
    detail = str(error.detail)
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = _allowed_methods(request)
        headers["Allow"] = ", ".join(allowed)
        detail = f"{request.method} is not possible here; accepted: {', '.join(allowed)}"
    elif status is HTTPStatus.NOT_FOUND:
        detail = f"nothing is at {request.url.path[:120]}; /openapi.json lists every path"
    return respond(status, status.name.lower(), detail, headers=headers)


async def _store_failure(_: Request, error: Exception) -> Response:
    _log.error("the database failed", exc_info=error)
    return respond(
        HTTPStatus.SERVICE_UNAVAILABLE,
        errors.StoreUnavailable.code,
        "the database does not answer; nothing was stored",
        headers={"Retry-After": "5"},
    )


async def _unforeseen(_: Request, __: Exception) -> Response:
    """The last resort. The server logs the traceback; the client learns only that it happened."""
    return respond(
        HTTPStatus.INTERNAL_SERVER_ERROR, "internal_error", "an unforeseen error; it was logged"
    )


def _from_error(status: HTTPStatus, error: ArchmeterError) -> Response:
    if isinstance(error, InvalidRequest):
        entries = list(error.errors)
    elif error.field is None and error.accepted is None:
        entries = []
    else:
        entries = [
            FieldError(
                field=error.field,
                code=error.code,
                message=str(error),
                value=echo(error.value),
                accepted=error.accepted,
            )
        ]
    return respond(status, error.code, str(error), entries)


def _query_model(request: Request) -> type[BaseModel] | None:
    """The model that the endpoint reads its query with."""
    for hint in get_type_hints(request.scope.get("endpoint")).values():
        if isinstance(hint, type) and issubclass(hint, BaseModel):
            return hint
    return None


def _allowed_methods(request: Request) -> list[str]:
    """Every method of every route at this path; Starlette would name only the first route's."""
    scope = {**request.scope}
    scope["root_path"] = scope.get("app_root_path", scope.get("root_path", ""))
    methods = {
        method
        for method in ("DELETE", "GET", "PATCH", "POST", "PUT")
        for route in request.app.routes
        if route.matches({**scope, "method": method})[0] is Match.FULL
        # Files are mounted, which says nothing of methods.
        and (method == "GET" or not isinstance(route, Mount))
    }
    return sorted(methods | ({"HEAD"} if "GET" in methods else set()))
