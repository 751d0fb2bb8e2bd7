"""The destinations of a plan as values, with what stands in for a branch that is left out.

`compile` builds the tables from these and `check` looks for loops and dead ends in them, so both see the same
flow.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from routing import plan
from routing.decision import OVERFLOW, Branch
from routing.plan_flow import Destination as Written
from routing.plan_flow import Flow as WrittenFlow
from routing.plan_flow import When
from routing.plan_menu import CENTRE_KEY, KEYS
from routing.plan_queue import Queue
from routing.tables import (
    Destination,
    ToAnnouncement,
    ToGroup,
    ToMenu,
    ToNumber,
    ToOutside,
    ToPerson,
    ToPhone,
    ToReject,
    ToVoicemail,
)

CLOSED = "closed"
NO_KEY = Branch.NO_KEY.value

DEFAULT_CLOSED = ToAnnouncement("closed", early=False)

# RFC 3261 21.4.18, 21.4.24, 21.5.4: nobody can be reached now; all are busy; there is no way now.
_DEFAULT_STATUS = {"no_answer": 480, "busy": 486, "nobody_there": 480, "full": 503, "error": 503}


@dataclass(frozen=True, slots=True)
class Way:
    """One way on from a number, a menu or a queue (`node`).

    `branch` is of a number arrived, closed or one of OVERFLOW, of a menu `key 1` or no_key, of a queue a key.
    A branch with cases has a way for each of them, in order. `path` is where the plan says so; the branch's
    own place also when it is left out there (`given` is false).
    """

    node: str
    branch: str
    path: str
    destination: Destination
    given: bool
    when: When | None = None

    def __str__(self) -> str:
        node = self.node.replace(":", " ", 1)
        return f"{node} {self.branch}" + ("" if self.given else " (left out)")


Flow: TypeAlias = Mapping[str, Sequence[Way]]
"""The ways on from every number, every menu and every queue of a plan, by its node."""


def menu_node(name: str) -> str:
    """What a menu is called among numbers, none of which is called so."""
    return f"menu:{name}"


def queue_node(group: str) -> str:
    """What the queue of a group is called there."""
    return f"queue:{group}"


def flow_of(document: plan.Plan) -> dict[str, tuple[Way, ...]]:
    """The ways on from every number, menu and queue of the plan."""
    main_number = document.municipality.main_number
    flow = {key: tuple(_ways(key, number, main_number)) for key, number in document.numbers.items()}
    for name in document.menus:
        flow[menu_node(name)] = tuple(_ways_of_menu(name, document, main_number))
    for name, group in document.groups.items():
        if group.queue is not None:
            flow[queue_node(name)] = tuple(_ways_of_queue(name, group.queue))
    return flow


def _ways(key: str, number: plan.Number, main_number: str) -> Iterator[Way]:
    path = f"numbers.{key}"
    yield from _given(key, Branch.ARRIVED.value, f"{path}.destination", number.destination)
    for branch in OVERFLOW:
        written: WrittenFlow | None = getattr(number, branch.value)
        if written is None:
            yield default_way(key, branch.value, f"{path}.{branch}", main_number)
        else:
            yield from _given(key, branch.value, f"{path}.{branch}", written)
    if number.closed is None:
        yield Way(key, CLOSED, f"{path}.{CLOSED}", DEFAULT_CLOSED, given=False)
    else:
        yield from _given(key, CLOSED, f"{path}.{CLOSED}", number.closed)


def _ways_of_menu(name: str, document: plan.Plan, main_number: str) -> Iterator[Way]:
    menu, node, path = document.menus[name], menu_node(name), f"menus.{name}"
    for key in KEYS:
        if key in menu.keys:
            yield from _given(node, f"key {key}", f"{path}.keys.{key}", menu.keys[key])
        elif key == CENTRE_KEY:
            yield Way(node, f"key {key}", f"{path}.keys.{key}", ToNumber(main_number), given=False)
    if menu.no_key is None:
        yield Way(node, NO_KEY, f"{path}.{NO_KEY}", ToNumber(main_number), given=False)
    else:
        yield from _given(node, NO_KEY, f"{path}.{NO_KEY}", menu.no_key)


def _ways_of_queue(name: str, queue: Queue) -> Iterator[Way]:
    for key, written in queue.keys.items():
        yield from _given(queue_node(name), f"key {key}", f"groups.{name}.queue.keys.{key}", written)


def _given(node: str, branch: str, path: str, written: WrittenFlow) -> Iterator[Way]:
    if isinstance(written, Written):
        yield Way(node, branch, path, destination_of(written), given=True)
        return
    for index, case in enumerate(written):
        yield Way(node, branch, f"{path}[{index}]", destination_of(case), given=True, when=case.when)


def default_way(number: str, branch: str, path: str, main_number: str) -> Way:
    """Where a branch goes that is left out: Kontaktcenter's number, so that the caller always gets on.

    On that number itself there is nowhere further, and the call is refused.
    """
    onwards = ToReject(_DEFAULT_STATUS[branch]) if number == main_number else ToNumber(main_number)
    return Way(number, branch, path, onwards, given=False)


def destination_of(written: Written) -> Destination:
    """The destination as a value."""
    if written.number is not None:
        return ToNumber(written.number)
    if written.announcement is not None:
        return ToAnnouncement(written.announcement, written.early, written.next_opening)
    if written.reject is not None:
        return ToReject(written.reject)
    named = [
        make(name)
        for make, name in (
            (ToGroup, written.group),
            (ToPerson, written.person),
            (ToPhone, written.phone),
            (ToOutside, written.outside),
            (ToVoicemail, written.voicemail),
            (ToMenu, written.menu),
        )
        if name is not None
    ]
    return named[0]  # the model has exactly one of them


def by_branch(ways: Iterable[Way]) -> dict[str, list[Way]]:
    """The ways of one node, by branch: several where it has cases."""
    found: dict[str, list[Way]] = {}
    for way in ways:
        found.setdefault(way.branch, []).append(way)
    return found


def arrivals(node: str, flow: Flow) -> list[Way]:
    """Where a call goes that has arrived at a number, in every case."""
    return [way for way in flow.get(node, ()) if way.branch == Branch.ARRIVED.value]


def inside(ways: Iterable[Way], flow: Flow) -> list[Way]:
    """These ways and all that menus on them offer, each once."""
    found, pending, heard = list[Way](), list(ways), set[str]()
    while pending:
        way = pending.pop(0)
        found.append(way)
        if isinstance(way.destination, ToMenu) and (node := menu_node(way.destination.menu)) not in heard:
            heard.add(node)
            pending += flow.get(node, ())
    return found


def ends_of(number: str, flow: Flow, *, through_menus: bool = True) -> set[Destination]:
    """Where calls to an open number may end, through other numbers, and through menus or at them; less what
    is unknown, and circles."""
    ends, pending, passed = set[Destination](), [number], set[str]()
    while pending:
        at = pending.pop()
        if at in passed:
            continue
        passed.add(at)
        ways = arrivals(at, flow)
        for way in inside(ways, flow) if through_menus else ways:
            if isinstance(way.destination, ToNumber):
                pending.append(way.destination.number)
            elif not (through_menus and isinstance(way.destination, ToMenu)):
                ends.add(way.destination)
    return ends


def find_loops(flow: Flow) -> list[tuple[Way, ...]]:
    """Every way that leads a call back to where it was: the ways round, the closing one last."""
    loops: list[tuple[Way, ...]] = []
    done: set[str] = set()
    for start in flow:
        if start not in done:
            loops += _loops_from(start, flow, done)
    return loops


def _loops_from(start: str, flow: Flow, done: set[str]) -> Iterator[tuple[Way, ...]]:
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
        match way.destination:
            case ToNumber(node):
                pass
            case ToMenu(name):
                node = menu_node(name)
            case ToGroup(name):
                node = queue_node(name)
            case _:
                continue
        if way.given or not said:
            said = said or not way.given
            yield way, node
