"""The Python client: `Client` and, to be awaited, `AsyncClient` (see README.md).

    from archmeter.app.client import Client

    with Client() as client:
        client.analyze("resnet50", width_multiplier=2).totals.params

It imports neither the service nor what that is made of.
"""

from archmeter.analyzers.answers.libraries import MissingLibrary
from archmeter.app.client.clients import AsyncClient, Client
from archmeter.app.client.drawing import Chart
from archmeter.app.client.errors import ClientError, NoAnswer, Problem
from archmeter.app.client.values import Answer, Rows

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
