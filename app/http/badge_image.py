"""Badges as SVG: two words side by side, drawn to the widths that common fonts give them."""

from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from archmeter.analyzers.answers import Answer

_FIRST, _LAST = 0x20, 0x7E
_EM = 2_048
# Of the characters from U+0020 to U+007E in Liberation Sans, in 2048ths of the font's size: those
# of Arial and Helvetica as well, for the three are made to the same metrics.
# fmt: off
_ADVANCES = (
    *(569, 569, 727, 1139, 1139, 1821, 1366, 391, 682, 682, 797, 1196, 569, 682, 569, 569),
    *(1139, 1139, 1139, 1139, 1139, 1139, 1139, 1139, 1139, 1139, 569, 569, 1196, 1196, 1196, 1139),
    *(2079, 1366, 1366, 1479, 1479, 1366, 1251, 1593),
    *(1479, 569, 1024, 1366, 1139, 1706, 1479, 1593),
    *(1366, 1593, 1479, 1366, 1251, 1479, 1366, 1933, 1366, 1366, 1251, 569, 569, 569, 961, 1139),
    *(682, 1139, 1139, 1024, 1139, 1139, 569, 1139, 1139, 455, 455, 1024, 455, 1706, 1139, 1139),
    *(1139, 1139, 682, 1024, 569, 1139, 1024, 1479, 1024, 1024, 1024, 684, 532, 684, 1196),
)
# fmt: on

_SIZE = 11
_HEIGHT = 20
_PADDING = 6


@dataclass(frozen=True, slots=True)
class ShieldsBadge(Answer):
    """What shields.io draws a badge from."""

    label: str
    """The text on the left."""

    message: str
    """The text on the right."""

    color: str
    """Colour behind the message."""

    labelColor: str  # noqa: N815 - as shields.io has it
    """Colour behind the label."""

    schemaVersion: Literal[1] = 1  # noqa: N815 - as shields.io has it
    """Version of this description."""


def drawn(badge: ShieldsBadge) -> str:
    """The image, as SVG."""
    left, right = _width(badge.label), _width(badge.message)
    split = left + 2 * _PADDING
    lengths = {
        "left": left,
        "right": right,
        "split": split,
        "rest": right + 2 * _PADDING,
        "whole": split + right + 2 * _PADDING,
        "message_at": split + _PADDING,
    }
    return _SVG.format(
        **{name: f"{length:.1f}".removesuffix(".0") for name, length in lengths.items()},
        badge=badge,
        height=_HEIGHT,
        size=_SIZE,
        padding=_PADDING,
        label_ink=_ink(badge.labelColor),
        ink=_ink(badge.color),
    )


def _width(text: str) -> float:
    """Of a text in pixels."""
    return sum(_ADVANCES[ord(character) - _FIRST] for character in text) * _SIZE / _EM


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
    'aria-label="{badge.label}: {badge.message}"><title>{badge.label}: {badge.message}</title>'
    '<clipPath id="r"><rect width="{whole}" height="{height}" rx="3"/></clipPath>'
    '<g clip-path="url(#r)"><rect width="{split}" height="{height}" fill="{badge.labelColor}"/>'
    '<rect x="{split}" width="{rest}" height="{height}" fill="{badge.color}"/></g>'
    '<g font-family="Arial,Helvetica,Liberation Sans,sans-serif" font-size="{size}">'
    '<text x="{padding}" y="14" fill="{label_ink}" textLength="{left}">{badge.label}</text>'
    '<text x="{message_at}" y="14" fill="{ink}" textLength="{right}">{badge.message}</text>'
    "</g></svg>\n"
)
