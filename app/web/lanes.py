"""Pages that count for seconds: in threads, and waiting for each other alone."""

from collections.abc import Awaitable, Callable
from functools import partial, wraps
from typing import ParamSpec, TypeVar

from anyio import CapacityLimiter, to_thread

P = ParamSpec("P")
R = TypeVar("R")


def at_once(
    most: int | CapacityLimiter | None,
) -> Callable[[Callable[P, R]], Callable[P, Awaitable[R]]]:
    """Answer so many requests of a page at a time, so that other pages never wait behind them."""
    limiter = CapacityLimiter(most) if isinstance(most, int) else most

    def waiting(handler: Callable[P, R]) -> Callable[P, Awaitable[R]]:
        @wraps(handler)
        async def wait(*args: P.args, **kwargs: P.kwargs) -> R:
            return await to_thread.run_sync(partial(handler, *args, **kwargs), limiter=limiter)

        return wait

    return waiting
