"""How questions are asked: what a request is, how a network is named in one, and who answers it.

What nearly every file of a question needs can be imported from here.
"""

from archmeter.app.ask.about import AboutInput, AboutNetwork, show_input
from archmeter.app.ask.network import (
    ArchitectureRequest,
    BatchRequest,
    DTypeRequest,
    Network,
    NetworkRequest,
    inside_architecture,
)
from archmeter.app.ask.progress import UNSEEN, Progress
from archmeter.app.ask.question import Question
from archmeter.app.ask.request import Known, Option, Request, Spread
from archmeter.app.ask.spelling import Spelled
from archmeter.app.printer import Printer

__all__ = [
    "UNSEEN",
    "AboutInput",
    "AboutNetwork",
    "ArchitectureRequest",
    "BatchRequest",
    "DTypeRequest",
    "Known",
    "Network",
    "NetworkRequest",
    "Option",
    "Printer",
    "Progress",
    "Question",
    "Request",
    "Spelled",
    "Spread",
    "inside_architecture",
    "show_input",
]
