"""Content negotiation: which of the representations offered does the client like best?"""

from collections.abc import Sequence
from email.message import Message


def preferred(accept: str, offered: Sequence[str]) -> str | None:
    """The media type to answer with (RFC 9110 §12.5.1); None if none is acceptable.

    The most specific range that covers a type gives its quality; the first offered wins a tie.
    """
    ranges = [_parse(part) for part in accept.split(",") if part.strip()]
    best, best_quality = None, 0.0
    for media_type in offered:
        covering = [found for pattern, found in ranges if _covers(pattern, media_type)]
        quality = max(covering, default=(0, 0.0))[1] if ranges else 1.0
        if quality > best_quality:
            best, best_quality = media_type, quality
    return best


def _parse(text: str) -> tuple[str, tuple[int, float]]:
    """A media range with its specificity and its quality."""
    message = Message()
    message["content-type"] = text.strip()
    pattern = text.partition(";")[0].strip().lower()
    try:
        quality = float(str(message.get_param("q", "1")))
    except ValueError:
        quality = 1.0
    return pattern, (2 - pattern.count("*"), quality)


def _covers(pattern: str, media_type: str) -> bool:
    return pattern in {"*/*", media_type, f"{media_type.partition('/')[0]}/*"}
