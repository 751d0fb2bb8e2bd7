"""What may be wrong with where calls go: references, loops, dead ends, and policy row P1."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from routing.check_outside import check_outside
from routing.flow import CLOSED, Way, end_of, find_loops, flow_of
from routing.plan import Plan
from routing.problem import Problem, error, warning
from routing.tables import Destination, ToAnnouncement, ToGroup, ToNumber, ToOutside, ToPerson, ToReject

Flow = Mapping[str, Sequence[Way]]


def check_flow(plan: Plan, prompts: Collection[str] | None) -> Iterator[Problem]:
    """The problems of destinations. `prompts` are the announcements that exist, None when unknown."""
    flow = flow_of(plan)
    for key, number in plan.numbers.items():
        if number.calendar not in plan.calendars:
            yield _unknown(f"numbers.{key}.calendar", "calendar", number.calendar, plan.calendars)
    for ways in flow.values():
        for way in ways:
            yield from _reference(way, plan, prompts)
        yield from _round_again(ways)
        yield from _dead_end(ways, plan, flow)
    yield from map(_loop, find_loops(flow))
    yield from _main_number(plan, flow)


def _unknown(path: str, what: str, name: str, known: Collection[str]) -> Problem:
    return error(path, f'there is no {what} "{name}"', f"Known: {', '.join(known) or 'none'}")


def _reference(way: Way, plan: Plan, prompts: Collection[str] | None) -> Iterator[Problem]:
    if not way.given and not isinstance(way.destination, ToAnnouncement):
        return  # a main number that does not exist is said once, at municipality.main_number
    match way.destination:
        case ToNumber(number) if number not in plan.numbers:
            yield _unknown(way.path, "number", number, plan.numbers)
        case ToGroup(group) if group not in plan.groups:
            yield _unknown(way.path, "group", group, plan.groups)
        case ToPerson(person) if person not in plan.people:
            yield _unknown(way.path, "person", person, plan.people)
        case ToOutside(number):
            yield from check_outside(way.path, number, plan)
        case ToAnnouncement(prompt) if prompts is not None and prompt not in prompts:
            yield _unknown(way.path, "prompt", prompt, prompts)


def _round_again(ways: Sequence[Way]) -> Iterator[Problem]:
    """Overflow to the very people who did not answer."""
    arrived = ways[0].destination
    for way in ways[1:]:
        same = isinstance(arrived, ToGroup | ToPerson) and way.destination == arrived
        if same and way.branch != CLOSED:
            yield error(
                way.path,
                "overflows to itself: those who could not take the call are rung again",
                "Leave it out to go on to Kontaktcenter, or make ring_seconds longer",
            )


def _dead_end(ways: Sequence[Way], plan: Plan, flow: Flow) -> Iterator[Problem]:
    arrived = ways[0]
    if isinstance(end_of(arrived.number, flow), ToReject | ToAnnouncement):
        yield error(
            arrived.path,
            "a dead end: nobody can be reached by this number even when it is open",
            "Let it end at a group or a person",
        )
    for way in ways[1:]:
        final = isinstance(way.destination, ToReject) and way.given and way.branch != CLOSED
        if final and way.number != plan.municipality.main_number:
            yield warning(
                way.path,
                f"a dead end: the caller gets no further ({way.branch})",
                "Leave it out to go on to Kontaktcenter",
            )


def _loop(loop: tuple[Way, ...]) -> Problem:
    # The branches that are left out all go to the main number, whose own do not: every loop has one that is
    # given.
    path = next(way.path for way in loop if way.given)
    if len(loop) == 1:
        return error(path, f"{loop[0]} overflows to itself", "Choose another destination")
    circle = " -> ".join(str(way) for way in loop)
    return error(
        path, f"a loop: {circle} -> {loop[0].number}", "Give one of these branches another destination"
    )


def _main_number(plan: Plan, flow: Flow) -> Iterator[Problem]:
    """P1: Kontaktcenter answers every call to the official number."""
    municipality = plan.municipality
    if municipality.contact_centre not in plan.groups:
        yield _unknown("municipality.contact_centre", "group", municipality.contact_centre, plan.groups)
    if municipality.main_number not in plan.numbers:
        yield _unknown("municipality.main_number", "number", municipality.main_number, plan.numbers)
        return
    end: Destination | None = end_of(municipality.main_number, flow)
    if end != ToGroup(municipality.contact_centre):
        yield error(
            f"numbers.{municipality.main_number}.destination",
            "the main number does not end at Kontaktcenter (P1)",
            f'Let it end at the group "{municipality.contact_centre}"',
        )
