"""Erlang's formulas for c servers that share one queue (M/M/c): the oracle for the queue, of its own making.

`load` is the offered traffic in erlang: arrivals a second times the mean service in seconds.
"""

from math import exp


def erlang_b(servers: int, load: float) -> float:
    """The probability that all servers are busy when whoever comes then is turned away (M/M/c/c), by its
    recursion: B(0) = 1, B(c) = a B(c-1) / (c + a B(c-1))."""
    blocked = 1.0
    for count in range(1, servers + 1):
        blocked = load * blocked / (count + load * blocked)
    return blocked


def erlang_c(servers: int, load: float) -> float:
    """The probability that a caller waits, when all who wait stay: C = B / (1 - (a / c) (1 - B))."""
    blocked = erlang_b(servers, load)
    return blocked / (1.0 - load / servers * (1.0 - blocked))


def mean_wait(servers: int, load: float, service: float) -> float:
    """Seconds, of all callers."""
    return erlang_c(servers, load) * service / (servers - load)


def served_within(servers: int, load: float, service: float, seconds: float) -> float:
    """The share of all callers that wait at most so long: the service level."""
    return 1.0 - erlang_c(servers, load) * exp(-(servers - load) * seconds / service)
