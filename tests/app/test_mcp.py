"""Coding assistants ask the same questions: by the Model Context Protocol, with its own client."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import pytest
from mcp import Client, StdioServerParameters

from archmeter.app.ask.question import questions
from archmeter.app.mcp import server

SECONDS = 60


def talk(conversation: Callable[[Client], Awaitable[Any]], to: Any = None) -> Any:
    """What a conversation with the tools gives."""

    async def held() -> Any:
        with anyio.fail_after(SECONDS):
            async with Client(to or server()) as client:
                return await conversation(client)

    return anyio.run(held)


def test_every_question_is_a_tool_with_its_fields_and_its_words() -> None:
    listed = talk(lambda client: client.list_tools()).tools
    assert {tool.name for tool in listed} == {one.name for one in questions().values()}
    roofline = next(tool for tool in listed if tool.name == "roofline")
    assert {"preset", "architecture", "device", "fused"} <= roofline.input_schema[
        "properties"
    ].keys()
    assert "analysis" not in roofline.input_schema["properties"]
    assert all(tool.description and tool.output_schema for tool in listed)


def test_an_answer_is_that_of_the_service_and_of_the_command() -> None:
    async def ask(client: Client) -> Any:
        return await client.call_tool("analyze", {"preset": "resnet50", "batch": 2})

    found = talk(ask)
    assert not found.is_error
    assert found.structured_content["totals"]["params"] == 25_557_032
    assert found.structured_content["input"]["batch"] == 2
    assert "25,557,032" in found.content[0].text


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("analyze", {"preset": "resnet5"}, "resnet50"),
        ("analyze", {}, "give one of"),
        ("roofline", {"preset": "resnet50", "devise": "h100"}, "device"),
        ("roofline", {"preset": "resnet50", "device": "h1000"}, "h100"),
        ("analyse", {}, "analyze"),
    ],
)
def test_a_mistake_comes_back_in_words(tool: str, arguments: dict[str, Any], said: str) -> None:
    found = talk(lambda client: client.call_tool(tool, arguments))
    assert found.is_error
    assert said in found.content[0].text


def test_the_command_answers_over_standard_input_and_output() -> None:
    program = "from archmeter.app.cli import main; main()"
    command = StdioServerParameters(command=sys.executable, args=["-c", program, "mcp"])

    async def ask(client: Client) -> Any:
        return await client.call_tool("device", {"name": "h100"})

    found = talk(ask, command)
    assert found.structured_content["name"] == "h100"
