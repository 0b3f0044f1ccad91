"""The Python client: `Client` and, to be awaited, `AsyncClient` (see README.md).

    from archmeter.app.client import Client

    with Client() as client:
        client.analyze("resnet50", width_multiplier=2).totals.params

Answers are the objects that the engine itself returns.
"""

from archmeter.analyzers.answers import Answer, Rows
from archmeter.analyzers.answers.libraries import MissingLibrary
from archmeter.app.client.clients import AsyncClient, Client
from archmeter.app.client.drawing import Chart
from archmeter.app.client.errors import ClientError, NoAnswer, Problem

__all__ = [
    "Answer",
    "AsyncClient",
    "Chart",
    "Client",
    "ClientError",
    "MissingLibrary",
    "NoAnswer",
    "Problem",
    "Rows",
]
