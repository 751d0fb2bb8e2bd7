"""What the system's signals mean to a service."""

import asyncio
import signal
from collections.abc import Callable


def stop_by_signals(
    loop: asyncio.AbstractEventLoop, stop: Callable[[], None], terminal_closed: Callable[[], None]
) -> None:
    """SIGTERM and SIGINT stop it, and a second one hurries; so does SIGHUP once, unless nohup(1) wants it to
    stay."""
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        # A terminal that closes sends it twice, by its shell and by the system: the second says no more.
        loop.add_signal_handler(signal.SIGHUP, terminal_closed)
