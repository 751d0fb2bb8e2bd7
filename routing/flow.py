"""The destinations of a plan as values, with what stands in for a branch that is left out.

`compile` builds the tables from these and `check` looks for loops and dead ends in them, so both see the same
flow.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from routing import plan
from routing.decision import OVERFLOW, Branch
from routing.tables import Destination, ToAnnouncement, ToGroup, ToNumber, ToOutside, ToPerson, ToReject

CLOSED = "closed"

DEFAULT_CLOSED = ToAnnouncement("closed", early=False)

# RFC 3261 21.4.18, 21.4.24, 21.5.4: nobody can be reached now; all are busy; there is no way now.
_DEFAULT_STATUS = {"no_answer": 480, "busy": 486, "nobody_there": 480, "full": 503, "error": 503}


@dataclass(frozen=True, slots=True)
class Way:
    """One way on from a number: `branch` is arrived, closed or one of OVERFLOW.

    `path` is where the plan says so; the branch's own place also when it is left out there (`given` is
    false).
    """

    number: str
    branch: str
    path: str
    destination: Destination
    given: bool

    def __str__(self) -> str:
        return f"{self.number} {self.branch}" + ("" if self.given else " (left out)")


def flow_of(document: plan.Plan) -> dict[str, tuple[Way, ...]]:
    """The ways on from every number of the plan."""
    main_number = document.municipality.main_number
    return {key: tuple(_ways(key, number, main_number)) for key, number in document.numbers.items()}


def _ways(key: str, number: plan.Number, main_number: str) -> Iterator[Way]:
    path = f"numbers.{key}"
    yield Way(
        key, Branch.ARRIVED.value, f"{path}.destination", destination_of(number.destination), given=True
    )
    for branch in OVERFLOW:
        destination: plan.Destination | None = getattr(number, branch.value)
        if destination is None:
            yield default_way(key, branch.value, f"{path}.{branch}", main_number)
        else:
            yield Way(key, branch.value, f"{path}.{branch}", destination_of(destination), given=True)
    closed = DEFAULT_CLOSED if number.closed is None else destination_of(number.closed)
    yield Way(key, CLOSED, f"{path}.{CLOSED}", closed, given=number.closed is not None)


def default_way(number: str, branch: str, path: str, main_number: str) -> Way:
    """Where a branch goes that is left out: Kontaktcenter's number, so that the caller always gets on.

    On that number itself there is nowhere further, and the call is refused.
    """
    onwards = ToReject(_DEFAULT_STATUS[branch]) if number == main_number else ToNumber(main_number)
    return Way(number, branch, path, onwards, given=False)


def destination_of(written: plan.Destination) -> Destination:
    """The destination as a value."""
    if written.number is not None:
        return ToNumber(written.number)
    if written.group is not None:
        return ToGroup(written.group)
    if written.person is not None:
        return ToPerson(written.person)
    if written.outside is not None:
        return ToOutside(written.outside)
    if written.announcement is not None:
        return ToAnnouncement(written.announcement, written.early)
    assert written.reject is not None, "the model has exactly one of them"
    return ToReject(written.reject)


def end_of(number: str, flow: Mapping[str, Sequence[Way]]) -> Destination | None:
    """Where a call to an open number ends, through other numbers; None for a circle or an unknown number."""
    passed = set()
    while number in flow and number not in passed:
        passed.add(number)
        destination = flow[number][0].destination
        if not isinstance(destination, ToNumber):
            return destination
        number = destination.number
    return None


def find_loops(flow: Mapping[str, Sequence[Way]]) -> list[tuple[Way, ...]]:
    """Every way that leads a call back to where it was: the ways round, the closing one last."""
    loops: list[tuple[Way, ...]] = []
    done: set[str] = set()
    for start in flow:
        if start not in done:
            loops += _loops_from(start, flow, done)
    return loops


def _loops_from(start: str, flow: Mapping[str, Sequence[Way]], done: set[str]) -> Iterator[tuple[Way, ...]]:
    """Depth first, without recursion: a plan may chain more numbers than Python nests calls."""
    path, taken, pending = [start], list[Way](), [_steps(flow[start])]
    while pending:
        step = next(pending[-1], None)
        if step is None:
            pending.pop()
            done.add(path.pop())
            del taken[-1:]
            continue
        way, target = step
        if target in path:
            yield (*taken[path.index(target) :], way)
        elif target in flow and target not in done:
            path.append(target)
            taken.append(way)
            pending.append(_steps(flow[target]))


def _steps(ways: Sequence[Way]) -> Iterator[tuple[Way, str]]:
    """Where ways lead on to; of those left out, which all lead to the same number, the first."""
    said = False
    for way in ways:
        if isinstance(way.destination, ToNumber) and (way.given or not said):
            said = said or not way.given
            yield way, way.destination.number
