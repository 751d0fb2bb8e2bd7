"""Destinations, cases and menus of a plan made into the tables that `decide` reads."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import assert_never

from routing.decision import Menu, Reason, Wait
from routing.flow import NO_KEY, Flow, Way, by_branch, menu_node, queue_node
from routing.numbers import show
from routing.plan import Plan
from routing.plan_flow import CallerList, When
from routing.plan_queue import AtClosing, Queue
from routing.tables import (
    CalendarTable,
    CallersRow,
    Case,
    Condition,
    Destination,
    MenuRow,
    OneOf,
    QueueRow,
    Route,
    ToAnnouncement,
    ToGroup,
    ToMenu,
    ToNumber,
    ToOutside,
    ToPerson,
    ToPhone,
    ToReject,
    ToVoicemail,
    VoicemailRow,
)


@dataclass(frozen=True, slots=True)
class Conditions:
    """What conditions name: calendars, and lists of callers."""

    calendars: Mapping[str, CalendarTable]
    lists: Mapping[str, CallersRow]

    @classmethod
    def of(cls, calendars: Mapping[str, CalendarTable], lists: Mapping[str, CallerList]) -> "Conditions":
        """Those of a plan."""
        rows = {
            name: CallersRow(name, frozenset(callers.numbers), callers.series)
            for name, callers in lists.items()
        }
        return cls(calendars, rows)

    def condition(self, when: When) -> Condition:
        """A condition with what it names."""
        return Condition(
            caller=when.caller,
            callers=self.lists[when.list] if when.list else None,
            open=self.calendars[when.open] if when.open else None,
            closed=self.calendars[when.closed] if when.closed else None,
        )


def routes_of(ways: Iterable[Way], conditions: Conditions) -> dict[str, Route]:
    """By branch, where a call goes."""
    return {branch: _route(cases, conditions) for branch, cases in by_branch(ways).items()}


def menus_of(plan: Plan, flow: Flow, conditions: Conditions) -> dict[str, MenuRow]:
    """The menus of a plan."""
    rows = {}
    for name, menu in plan.menus.items():
        routes = routes_of(flow[menu_node(name)], conditions)
        no_key = routes.pop(NO_KEY)
        keys = {branch.removeprefix("key "): route for branch, route in routes.items()}
        extensions = menu.extensions
        digits, series = (extensions.digits, extensions.series) if extensions else (0, "")
        offered = Menu(name, menu.prompt, "".join(keys), menu.wait_seconds, menu.tries, digits)
        rows[name] = MenuRow(offered, MappingProxyType(keys), no_key, f"menus.{name}", series)
    return rows


def queues_of(plan: Plan, flow: Flow, conditions: Conditions) -> dict[str, QueueRow]:
    """The queues of a plan, by group."""
    return {
        name: _queue(name, group.queue, routes_of(flow[queue_node(name)], conditions))
        for name, group in plan.groups.items()
        if group.queue is not None
    }


def _queue(group: str, queue: Queue, routes: Mapping[str, Route]) -> QueueRow:
    keys = {branch.removeprefix("key "): route for branch, route in routes.items()}
    wait = Wait(
        max_wait_seconds=queue.max_wait_seconds,
        retry_seconds=queue.retry_seconds,
        missed_limit=queue.missed_limit,
        wrap_up_seconds=queue.wrap_up_seconds,
        music=queue.music,
        welcome=queue.welcome,
        comfort=queue.comfort,
        comfort_seconds=queue.comfort_seconds,
        tells_position=queue.position,
        tells_estimate=queue.estimate,
        keys="".join(keys),
        callback=queue.callback,
    )
    return QueueRow(
        wait=wait,
        keys=MappingProxyType(keys),
        max_waiting=queue.max_waiting,
        staffed_only=queue.staffed_only,
        tells_closing=queue.closing,
        closing_seconds=queue.closing_seconds if queue.at_closing is AtClosing.SERVE else 0.0,
        where=f"groups.{group}.queue",
    )


def voicemails_of(plan: Plan) -> dict[str, VoicemailRow]:
    """The boxes of a plan."""
    return {
        key: VoicemailRow(
            key=key,
            name=box.function or plan.people[box.person or ""].name,
            person=box.person or "",
            prompt=box.greeting,
        )
        for key, box in plan.voicemails.items()
    }


def route_of(way: Way) -> Route:
    """A single destination."""
    branch = way.branch.replace("_", " ")
    default = "" if way.given else " (not given in the plan, so the default)"
    text = f"{branch}: {_words(way.destination)}{default}"
    return Route(way.destination, Reason("destination", way.path, text))


def _route(ways: Sequence[Way], conditions: Conditions) -> Route:
    first = ways[0]
    if len(ways) == 1:
        return route_of(first)
    cases = tuple(
        Case(conditions.condition(way.when) if way.when else None, route_of(way), way.path) for way in ways
    )
    path = first.path.rpartition("[")[0]
    return Route(OneOf(cases), Reason("destination", path, f"{first.branch}: by case"))


def _words(destination: Destination) -> str:
    match destination:
        case ToNumber(number):
            return f"on to {show(number)}"
        case ToGroup(name):
            return f"to group {name}"
        case ToPerson(name):
            return f"to person {name}"
        case ToPhone(name):
            return f"to phone {name}"
        case ToOutside(number):
            return f"to the outside number {show(number)}"
        case ToAnnouncement(prompt, early):
            return f"announcement {prompt}" + (" before an answer" if early else "")
        case ToVoicemail(name):
            return f"to voicemail {name}"
        case ToMenu(name):
            return f"to menu {name}"
        case ToReject(status):
            return f"refused with {status}"
        case _ as never:
            assert_never(never)
