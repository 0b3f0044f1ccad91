"""Design spaces as people type them: what knobs may be, and amounts that bound totals.

On the command line, in forms and in URLs alike: ``12:28``, ``24:96:8``, ``0.5~2/9``, ``8,16,24``;
``600M``, ``16GB``.
"""

import re

from archmeter.app.knob_text import value_of
from archmeter.models.errors import ArchmeterError

RANGES = (
    "values between commas, LOW:HIGH or LOW:HIGH:STEP, or LOW:HIGH/COUNT; with ~ in place of the "
    "first colon on a logarithmic scale"
)
"""How `domain_of` is spelled, in words."""

NUMBER = r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?"
PREFIXES = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15}

_RANGE = re.compile(
    rf"(?P<low>{NUMBER})(?P<law>[:~])(?P<high>{NUMBER})"
    rf"(?::(?P<step>{NUMBER})|/(?P<count>\d{{1,9}}))?",
    re.ASCII,
)
_AMOUNT = re.compile(rf"(?P<amount>{NUMBER}) ?(?P<prefix>[kMGTP]?)B?", re.ASCII)


class NoAmount(ArchmeterError):
    """A text that is no amount of anything."""

    code = "no_amount"


def domain_of(text: str) -> object:
    """A range, or a list of values."""
    found = _RANGE.fullmatch(text)
    if found is None:
        whole = value_of(text)
        # A list of lists is JSON; other lists need no brackets.
        return whole if isinstance(whole, list) else [value_of(one) for one in text.split(",")]
    given = {
        name: value_of(found[name]) for name in ("low", "high", "step", "count") if found[name]
    }
    return {**given, "law": "log_uniform"} if found["law"] == "~" else given


def amount_of(text: str) -> float:
    """A number with an SI prefix, as ``600M`` or ``16 GB``.

    Raises:
        NoAmount: if it is none.
    """
    found = _AMOUNT.fullmatch(text.strip())
    if found is None:
        raise NoAmount(
            f"{text[:80]!r} is no amount", value=text, accepted="a number, as 600M or 16 GB"
        )
    return float(found["amount"]) * PREFIXES[found["prefix"]]
