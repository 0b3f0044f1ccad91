"""What charts are of, in a few words."""

from archmeter.analyzers.answers.units import size
from archmeter.app.ask.network import Network


def subject(network: Network) -> str:
    """A network and what it is fed: ``resnet50, 8×3×224×224 float32``."""
    return f"{network.name}, {size(network.shape)} {network.input.dtype}"
