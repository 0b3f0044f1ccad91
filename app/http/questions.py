"""Routes of questions: each is posted, and read by URL; those about a network also by its id."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import cache, partial
from typing import Any

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request, Response

from archmeter.app.ask.cache import ANSWERS, request_key
from archmeter.app.ask.errors import NotAcceptable, UnknownFormat
from archmeter.app.ask.network import NETWORK_FIELDS
from archmeter.app.ask.question import Question, questions
from archmeter.app.ask.request import from_text
from archmeter.app.ask.validation import validate
from archmeter.app.formats import formats_of, written
from archmeter.app.http import operations
from archmeter.app.http.body import read_json
from archmeter.app.http.conditional import unless_held
from archmeter.app.http.dependencies import AnalysesOfApp, SettingsOfApp
from archmeter.app.http.negotiation import preferred
from archmeter.app.http.problems import NotFound
from archmeter.models.errors import ArchmeterError, UnknownName

Endpoint = Callable[..., Awaitable[Response]]

HIT, MISS = "archmeter; hit", "archmeter; fwd=miss; stored"
"""Values of `Cache-Status` (RFC 9211)."""

_APART = {"analyze"}
"""Questions whose answers are stored: `http.analyses` has their routes."""


def router() -> APIRouter:
    """The routes of every question."""
    found = APIRouter()
    for question in questions().values():
        if question.module in _APART:
            continue
        for method, path in operations.routes_of(question):
            by_id = path.startswith(operations.BY_ID)
            endpoint = posted(question) if method == "POST" else read(question, by_id=by_id)
            described = operations.described(question, method, path)
            found.add_api_route(path, endpoint, methods=[method], **described)
    return found


def posted(question: Question[Any, Any]) -> Endpoint:
    """Asks with a body."""

    async def post(request: Request, analyses: AnalysesOfApp, settings: SettingsOfApp) -> Response:
        document = await read_json(request, limit=settings.max_body_bytes)
        asked = validate(question.request, document)
        return await respond(question, asked, request, analyses, wanted=None)

    return post


def read(question: Question[Any, Any], *, by_id: bool = False) -> Endpoint:
    """Asks by URL: of a stored analysis, or of a network that the query names."""

    async def get(request: Request, analyses: AnalysesOfApp) -> Response:
        parameters = dict(request.query_params)
        # A format is the answer's, and no part of the question.
        beside = ("format",) if len(formats_of(question)) > 1 else ()
        wanted = parameters.pop("format", None) if beside else None
        in_path = dict(request.path_params)
        if by_id:
            in_path = {"analysis": in_path["analysis_id"]}
        apart = NETWORK_FIELDS if by_id else tuple(in_path)
        asked = from_text(question.request, parameters, given=in_path, apart=apart, beside=beside)
        try:
            return await respond(question, asked, request, analyses, wanted=wanted)
        except ArchmeterError as error:
            unknown = isinstance(error, UnknownName) and error.value in in_path.values()
            if not by_id and (unknown or error.field in in_path):
                raise NotFound(error) from error
            raise

    return get


async def respond(
    question: Question[Any, Any],
    asked: Any,  # noqa: ANN401 - of the question's own type
    request: Request,
    analyses: AnalysesOfApp,
    *,
    wanted: str | None,
) -> Response:
    """The answer in the format that the client likes best, given before or now."""
    accept = request.headers.get("accept", "*/*")
    format_ = _accepted(question, accept) if wanted is None else wanted
    if format_ not in formats_of(question):
        offered = ", ".join(formats_of(question))
        message = f"the answer is not offered as {format_[:40]!r}"
        raise UnknownFormat(message, field="format", value=format_, accepted=offered)
    network = None
    if question.is_about_a_network:
        named = partial(asked.network, analyses)
        network = await to_thread.run_sync(named) if asked.analysis else named()
    key = request_key(question, asked, network)
    stored, cache_status = ANSWERS.find(key), HIT
    if stored is None:
        cache_status = MISS
        give = partial(_give, question, asked, network)
        stored = await to_thread.run_sync(ANSWERS.answer, key, give, limiter=lane(question.lane))
    body, etag = stored.body, stored.etag
    if format_ != "json":
        body = await to_thread.run_sync(written, question, question.answer.from_json(body), format_)
        etag = f'{etag[:-1]}-{format_}"'
    headers = {"ETag": etag, "Cache-Status": cache_status}
    if len(formats_of(question)) > 1:
        headers["Vary"] = "Accept"
    response = Response(body, headers=headers, media_type=formats_of(question)[format_])
    return response if request.method == "POST" else unless_held(request, response)


def _give(question: Question[Any, Any], asked: Any, network: Any) -> bytes:  # noqa: ANN401
    return bytes(question.answered(asked, network).to_json())


@cache
def lane(name: str | None) -> CapacityLimiter | None:
    """Where questions that may take seconds wait for each other, and nothing else behind them."""
    return None if name is None else CapacityLimiter(1)


def _accepted(question: Question[Any, Any], accept: str) -> str:
    offered: Mapping[str, str] = {media: name for name, media in formats_of(question).items()}
    if len(offered) == 1:
        return "json"
    media_type = preferred(accept, list(offered))
    if media_type is None:
        raise NotAcceptable(
            f"cannot answer as {accept[:80]!r}",
            field="accept",
            value=accept,
            accepted=", ".join(offered),
        )
    return offered[media_type]
