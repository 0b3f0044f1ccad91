"""Badges: one total of a network as a small image, such as ``params | 25.6 M``."""

from typing import Annotated, Literal, NamedTuple

from markupsafe import Markup
from pydantic import ConfigDict, Field

from archmeter.analyzers.answers.units import si
from archmeter.app.figures import FIGURES
from archmeter.app.network_query import NetworkQuery
from archmeter.app.schemas import Body

_FIRST, _LAST = 0x20, 0x7E
_EM = 2_048
# Of the characters from U+0020 to U+007E in Liberation Sans, in 2048ths of the font's size: those
# of Arial and Helvetica as well, for the three are made to the same metrics.
_ADVANCES = (
    *(569, 569, 727, 1139, 1139, 1821, 1366, 391, 682, 682, 797, 1196, 569, 682, 569, 569),
    *(1139, 1139, 1139, 1139, 1139, 1139, 1139, 1139, 1139, 1139, 569, 569, 1196, 1196, 1196, 1139),
    *(
        2079,
        1366,
        1366,
        1479,
        1479,
        1366,
        1251,
        1593,
        1479,
        569,
        1024,
        1366,
        1139,
        1706,
        1479,
        1593,
    ),
    *(1366, 1593, 1479, 1366, 1251, 1479, 1366, 1933, 1366, 1366, 1251, 569, 569, 569, 961, 1139),
    *(682, 1139, 1139, 1024, 1139, 1139, 569, 1139, 1139, 455, 455, 1024, 455, 1706, 1139, 1139),
    *(1139, 1139, 682, 1024, 569, 1139, 1024, 1479, 1024, 1024, 1024, 684, 532, 684, 1196),
)

_SIZE = 11
_HEIGHT = 20
_PADDING = 6

Colour = Annotated[
    str,
    Field(
        pattern=r"^([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$",
        json_schema_extra={"examples": ["0072b2"]},
    ),
]


class BadgeQuery(NetworkQuery):
    """A network, and how its badge is to look."""

    # Any text to the right of it could be a colour's: what is drawn is drawn of these alone.
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True, frozen=True)

    label: Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[\x20-\x7e]+$")] | None = (
        None
    )
    """In the place of the total's name: printable ASCII."""

    color: Colour = "00598c"
    """Behind the figure: three or six hexadecimal digits."""

    label_color: Colour = "444c56"
    """Behind the label."""


class Badge(NamedTuple):
    """A total that there is a badge of.

    Attributes:
        label: what it is called.
        unit: of the figure, if it is more than a number of what the label says.
    """

    label: str
    unit: str


_CALLED = {"macs": "MACs", "flops": "FLOPs"}

BADGES = {
    name: Badge(
        _CALLED.get(name, name.removesuffix("_bytes").replace("_", " ")),
        "B" if name.endswith("_bytes") else "",
    )
    for name in FIGURES
}


class ShieldsBadge(Body):
    """What shields.io draws a badge from."""

    schemaVersion: Literal[1] = 1  # noqa: N815 - as shields.io has it
    """The version of this description."""

    label: str
    """To the left."""

    message: str
    """To the right."""

    color: str
    """Behind the message."""

    labelColor: str  # noqa: N815 - as shields.io has it
    """Behind the label."""


def described_badge(total: str, figure: int, look: BadgeQuery) -> ShieldsBadge:
    """A total and its figure in words."""
    badge = BADGES[total]
    return ShieldsBadge(
        label=look.label or badge.label,
        message=si(figure, badge.unit, digits=3),
        color=f"#{look.color}",
        labelColor=f"#{look.label_color}",
    )


def drawn_badge(badge: ShieldsBadge) -> str:
    """The image, as SVG."""
    left, right = _width(badge.label), _width(badge.message)
    split = left + 2 * _PADDING
    return _SVG.format(
        whole=_rounded(split + right + 2 * _PADDING),
        split=_rounded(split),
        rest=_rounded(right + 2 * _PADDING),
        height=_HEIGHT,
        size=_SIZE,
        label_at=_PADDING,
        label_length=_rounded(left),
        message_at=_rounded(split + _PADDING),
        message_length=_rounded(right),
        label=badge.label,
        message=badge.message,
        label_color=badge.labelColor,
        color=badge.color,
        label_ink=_ink(badge.labelColor),
        ink=_ink(badge.color),
    )


def _width(text: str) -> float:
    """Of a text in pixels."""
    return sum(_ADVANCES[ord(character) - _FIRST] for character in text) * _SIZE / _EM


def _rounded(length: float) -> str:
    return f"{length:.1f}".removesuffix(".0")


def _ink(ground: str) -> str:
    """Black or white, whichever contrasts more (WCAG 2.2, relative luminance)."""
    digits = ground.removeprefix("#")
    doubled = digits if len(digits) > 3 else "".join(2 * digit for digit in digits)  # noqa: PLR2004 - #abc is #aabbcc
    red, green, blue = (_linear(int(doubled[i : i + 2], 16) / 255) for i in (0, 2, 4))
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return "#fff" if 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 else "#000"


def _linear(channel: float) -> float:
    """A channel of sRGB as light."""
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - sRGB's own constants


_SVG = Markup(
    '<svg xmlns="http://www.w3.org/2000/svg" width="{whole}" height="{height}" role="img" '
    'aria-label="{label}: {message}"><title>{label}: {message}</title>'
    '<clipPath id="r"><rect width="{whole}" height="{height}" rx="3"/></clipPath>'
    '<g clip-path="url(#r)"><rect width="{split}" height="{height}" fill="{label_color}"/>'
    '<rect x="{split}" width="{rest}" height="{height}" fill="{color}"/></g>'
    '<g font-family="Arial,Helvetica,Liberation Sans,sans-serif" font-size="{size}">'
    '<text x="{label_at}" y="14" fill="{label_ink}" textLength="{label_length}">{label}</text>'
    '<text x="{message_at}" y="14" fill="{ink}" textLength="{message_length}">{message}</text>'
    "</g></svg>\n"
)
