"""Colours and lines of all charts, light and dark.

The series' colours are those of Okabe and Ito (2008), which people with any kind of colour
blindness can tell apart; their yellow and black are left out, for neither shows on both grounds.
"""

from typing import Any, Literal

Theme = Literal["light", "dark"]

SERIES = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#8C8C8C")
ACCENT = SERIES[0]
WARNING = SERIES[3]

_INK = {"light": "#1b1f24", "dark": "#e6e9ee"}
_FAINT = {"light": "#5b6470", "dark": "#a3acb8"}
_RULE = {"light": "#d9dde3", "dark": "#3a414b"}
_GROUND = {"light": "#ffffff", "dark": "#14181d"}

FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
"""The first comes with the renderer, so that static charts do not depend on the machine's fonts."""


def config(theme: Theme) -> dict[str, Any]:
    """The Vega-Lite configuration of a theme."""
    lines, faint, rule = _INK[theme], _FAINT[theme], _RULE[theme]
    return {
        "background": _GROUND[theme],
        "font": FONT,
        "padding": 12,
        "view": {"stroke": None},
        "title": {
            "color": lines,
            "subtitleColor": faint,
            "anchor": "start",
            "fontSize": 14,
            "subtitleFontSize": 11,
            "offset": 12,
        },
        "axis": {
            "labelColor": faint,
            "titleColor": lines,
            "gridColor": rule,
            "domainColor": rule,
            "tickColor": rule,
            "labelFontSize": 11,
            "titleFontSize": 11,
            "titleFontWeight": "normal",
        },
        "axisX": {"tickCount": {"expr": "ceil(width / 80)"}},
        "legend": {
            "labelColor": lines,
            "titleColor": faint,
            "labelFontSize": 11,
            "titleFontWeight": "normal",
            "orient": "top",
        },
        "header": {"labelColor": lines, "titleColor": faint},
        "range": {"category": list(SERIES)},
        "text": {"color": lines, "font": FONT},
        "rule": {"color": faint},
        "tick": {"color": lines},
        "bar": {"color": ACCENT},
        "line": {"color": ACCENT, "strokeWidth": 2},
        "area": {"color": ACCENT, "opacity": 0.35, "line": True},
        "point": {"color": ACCENT, "filled": True, "size": 60},
    }
