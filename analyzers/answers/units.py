"""Numbers as text for people. SI throughout: 1 k = 10^3, 1 M = 10^6, 1 G = 10^9."""

_STEP = 1000
_PREFIXES = ("", "k", "M", "G", "T", "P", "E")


def si(number: int, unit: str = "", *, digits: int = 4) -> str:
    """Four significant digits: ``25.56 M``, ``102.2 MB``; exact below a thousand."""
    value, prefixes = float(number), iter(_PREFIXES)
    prefix = next(prefixes)
    # Rounding comes before the choice of prefix: 999,960 is 1.000 M, not 1000 k.
    while float(f"{value:.{digits}g}") >= _STEP:
        value /= _STEP
        prefix = next(prefixes)
    text = str(number) if not prefix else f"{value:#.{digits}g}".rstrip(".")
    return f"{text} {prefix}{unit}".rstrip()


def size(shape: tuple[int, ...]) -> str:
    """``1×64×112×112``."""
    return "×".join(map(str, shape))


def duration(seconds: float) -> str:
    """Four significant digits: ``457.5 µs``, ``1.161 ms``, ``2.000 s``."""
    for unit, scale in (("s", 1), ("ms", 10**3), ("µs", 10**6)):
        if float(f"{seconds * scale:.4g}") >= 1:
            return f"{seconds * scale:#.4g}".rstrip(".") + f" {unit}"
    return f"{seconds * 10**9:#.4g}".rstrip(".") + " ns"


def amount(figure: str, value: float | None) -> str:
    """A figure by its name: bytes and seconds where it is in them, a dash where there is none."""
    if value is None:
        return "-"
    if figure.endswith("seconds"):
        return duration(value)
    return si(round(value), "B" if figure.endswith("bytes") else "")
