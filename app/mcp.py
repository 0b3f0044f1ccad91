"""Every question as a tool for coding assistants, by the Model Context Protocol.

A tool is named like the command, takes the fields of the request, and answers in words, as the
command prints them, and in JSON, as the service sends it. Nothing is stored, and no service has to
run.
"""

from __future__ import annotations

import asyncio
from typing import Any

from anyio import to_thread
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp_types import (
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    TextContent,
    Tool,
    ToolAnnotations,
)

from archmeter.analyzers.answers.schema import answer_schema
from archmeter.app.ask.question import Question, questions
from archmeter.app.ask.validation import nearest, validate
from archmeter.app.printer import printed
from archmeter.app.version import version
from archmeter.models.errors import ArchmeterError
from archmeter.models.extras import explained

_INSTRUCTIONS = (
    "Exact parameters, MACs, FLOPs, activations and memory of neural networks, counted from their "
    "architecture alone, in milliseconds. Name a network by `preset` (see `presets`), or describe "
    "it in `architecture`: a preset with overrides, or a family (see `family`) with knobs."
)


def server() -> Server[Any]:
    """The tools, on no transport yet."""
    return Server(
        "archmeter",
        version=version(),
        instructions=_INSTRUCTIONS,
        on_list_tools=_list,
        on_call_tool=_call,
    )


def run() -> None:
    """Answer over standard input and output until the assistant leaves."""
    asyncio.run(_serve())


async def _serve() -> None:
    found = server()
    async with stdio_server() as (received, sent):
        await found.run(received, sent, found.create_initialization_options())


async def _list(_: object, __: object) -> ListToolsResult:
    return ListToolsResult(tools=[_tool(question) for question in questions().values()])


def _tool(question: Question[Any, Any]) -> Tool:
    return Tool(
        name=question.name,
        description=question.description,
        input_schema=_fields(question),
        output_schema=answer_schema(question.answer),
        annotations=ToolAnnotations(read_only_hint=True, open_world_hint=False),
    )


def _fields(question: Question[Any, Any]) -> dict[str, Any]:
    """The schema of a request, without the id of an analysis: there is no database here."""
    schema = question.request.model_json_schema()
    properties = {k: v for k, v in schema.get("properties", {}).items() if k != "analysis"}
    return {**schema, "properties": properties}


async def _call(_: object, called: CallToolRequestParams) -> CallToolResult:
    named = {question.name: question for question in questions().values()}
    try:
        if called.name not in named:
            close = nearest(called.name, named) or ", ".join(named)
            raise ArchmeterError(f"there is no tool {called.name[:80]!r}; nearest: {close}")  # noqa: TRY301
        return await to_thread.run_sync(_answer, named[called.name], called.arguments or {})
    except ArchmeterError as error:
        return CallToolResult(content=[TextContent(text=str(error))], is_error=True)


def _answer(question: Question[Any, Any], arguments: dict[str, Any]) -> CallToolResult:
    with explained():
        request = validate(question.request, arguments)
        network = request.network() if question.is_about_a_network else None
        answer = question.answered(request, network)
    words = TextContent(text=printed(answer, question.show))
    return CallToolResult(content=[words], structured_content=answer.to_dict())
