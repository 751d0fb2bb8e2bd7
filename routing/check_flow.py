"""What may be wrong with where calls go: references, cases, loops, dead ends, and policy rows P1 and P11."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from routing.check_outside import check_outside
from routing.decision import OVERFLOW, Branch, CallerKind
from routing.flow import (
    CLOSED,
    Flow,
    Way,
    arrivals,
    by_branch,
    ends_of,
    find_loops,
    flow_of,
    inside,
)
from routing.plan import Plan
from routing.plan_flow import When
from routing.problem import Problem, error, warning
from routing.tables import (
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


def check_flow(plan: Plan, prompts: Collection[str] | None) -> Iterator[Problem]:
    """The problems of destinations. `prompts` are the announcements that exist, None when unknown."""
    flow = flow_of(plan)
    for key, number in plan.numbers.items():
        if number.calendar not in plan.calendars:
            yield _unknown(f"numbers.{key}.calendar", "calendar", number.calendar, plan.calendars)
    for ways in flow.values():
        for way in ways:
            yield from _reference(way, plan, prompts)
            yield from _condition(way, plan)
        for cases in by_branch(ways).values():
            yield from _falls_through(cases)
        yield from _final(ways, plan)
    owners = {phone: person for person, row in plan.people.items() for phone in row.phones}
    for key in plan.numbers:
        yield from _round_again(key, flow)
        yield from _dead_end(key, flow)
        yield from _dialled_directly(key, plan, flow, owners)
    yield from map(_loop, find_loops(flow))
    yield from _main_number(plan, flow)


def _unknown(path: str, what: str, name: str, known: Collection[str]) -> Problem:
    return error(path, f'there is no {what} "{name}"', f"Known: {', '.join(known) or 'none'}")


def _reference(way: Way, plan: Plan, prompts: Collection[str] | None) -> Iterator[Problem]:
    if not way.given and not isinstance(way.destination, ToAnnouncement):
        return  # a main number that does not exist is said once, at municipality.main_number
    known: Collection[str]
    match way.destination:
        case ToNumber(name):
            what, known = "number", plan.numbers
        case ToGroup(name):
            what, known = "group", plan.groups
        case ToPerson(name):
            what, known = "person", plan.people
        case ToPhone(name):
            what, known = "phone", plan.phones
        case ToVoicemail(name):
            what, known = "voicemail", plan.voicemails
        case ToMenu(name):
            what, known = "menu", plan.menus
        case ToOutside(number):
            yield from check_outside(way.path, number, plan)
            return
        case ToAnnouncement(prompt):
            if prompts is not None and prompt not in prompts:
                yield _unknown(way.path, "prompt", prompt, prompts)
            return
        case _:
            return
    if name not in known:
        yield _unknown(way.path, what, name, known)


def _condition(way: Way, plan: Plan) -> Iterator[Problem]:
    when = way.when
    if when is None:
        return
    for name, calendar in (("open", when.open), ("closed", when.closed)):
        if calendar is not None and calendar not in plan.calendars:
            yield _unknown(f"{way.path}.when.{name}", "calendar", calendar, plan.calendars)
    if when.list is not None and when.list not in plan.lists:
        yield _unknown(f"{way.path}.when.list", "list", when.list, plan.lists)
    number = plan.numbers.get(way.node)
    if when.list is not None and number is not None and number.protected:
        yield warning(
            f"{way.path}.when.list",
            "a list of callers of a protected number tells who calls there (P23)",
            "See that nobody is on it who must not be known to call",
        )


def _falls_through(cases: Sequence[Way]) -> Iterator[Problem]:
    """Calls that meet no condition would have no destination, and nobody would have said so."""
    last = cases[-1]
    if last.when is not None:
        yield error(
            last.path,
            "the last case has a condition, and whoever does not meet it would get nowhere",
            "Add a case without `when` behind it, for everybody else",
        )
    for way in cases[:-1]:
        if way.when is None:
            yield error(
                way.path,
                "a case without a condition always counts, so those behind it never do",
                "Move it to the end, or give it a condition",
            )


def _round_again(key: str, flow: Flow) -> Iterator[Problem]:
    """Overflow to the very people who did not answer, or to the menu that was heard before."""
    came_by = inside(arrivals(key, flow), flow)
    heard = {way.destination for way in came_by if isinstance(way.destination, ToMenu)}
    for way in flow[key]:
        if way.branch not in OVERFLOW or not way.given:
            continue
        rung = isinstance(way.destination, ToGroup | ToPerson | ToPhone) and any(
            before.destination == way.destination and not _exclude(before.when, way.when)
            for before in arrivals(key, flow)
        )
        if rung:
            yield error(
                way.path,
                "overflows to itself: those who could not take the call are rung again",
                "Leave it out to go on to Kontaktcenter, or make ring_seconds longer",
            )
        if any(again.destination in heard for again in inside([way], flow)):
            yield error(
                way.path,
                "overflows to itself: the caller would hear a menu that they have chosen from before",
                "Leave it out to go on to Kontaktcenter, or choose another destination",
            )


def _exclude(one: When | None, other: When | None) -> bool:
    """Whether no call can meet both conditions, as far as can be seen."""
    if one is None or other is None:
        return False
    kinds = {one.caller, other.caller} - {None}
    inside_only = CallerKind.INTERNAL in kinds and len(kinds) > 1
    unknown = kinds == {CallerKind.HIDDEN, CallerKind.LISTED}
    hours = {one.open, other.open} & {one.closed, other.closed} - {None}
    return inside_only or unknown or bool(hours)


def _dead_end(key: str, flow: Flow) -> Iterator[Problem]:
    """A number by which nobody is reached even when it is open."""
    ends = ends_of(key, flow)
    path = f"numbers.{key}.destination"
    if ends and all(isinstance(end, ToReject | ToAnnouncement) for end in ends):
        yield error(
            path,
            "a dead end: nobody can be reached by this number even when it is open",
            "Let it end at a group or a person",
        )
    elif ends and all(isinstance(end, ToReject | ToAnnouncement | ToVoicemail) for end in ends):
        yield warning(path, "only messages are taken here: nobody is reached", "See that it is meant")


def _final(ways: Sequence[Way], plan: Plan) -> Iterator[Problem]:
    told = _only_arrival(ways)  # by _dead_end
    for way in ways:
        final = isinstance(way.destination, ToReject) and way.given and way.branch != CLOSED
        if final and way is not told and way.node != plan.municipality.main_number:
            yield warning(
                way.path,
                f"a dead end: the caller gets no further ({way.branch})",
                "Leave it out to go on to Kontaktcenter",
            )


def _only_arrival(ways: Sequence[Way]) -> Way | None:
    """The one place where everybody who calls a number arrives; None where there are several."""
    cases = [way for way in ways if way.branch == Branch.ARRIVED]
    return cases[0] if len(cases) == 1 else None


def _dialled_directly(key: str, plan: Plan, flow: Flow, owners: Mapping[str, str]) -> Iterator[Problem]:
    """A number that goes straight to a person needs one who can be reached, and who wants to be (P11)."""
    for way in inside(arrivals(key, flow), flow):
        match way.destination:
            case ToPerson(name):
                person = plan.people.get(name)
            case ToPhone(name):
                person = plan.people.get(owners.get(name, ""))
            case _:
                continue
        if person is None:
            continue
        if not person.phones and not (person.mobile and isinstance(way.destination, ToPerson)):
            yield error(way.path, f"{person.name} has no phone: a dead end", "Give the person a phone")
        if not person.number_public:
            yield error(
                way.path,
                f"{person.name} has chosen the group number and must not be dialled directly (P11)",
                "Let the number go to a group, or set number_public = true if the choice has changed",
            )


def _loop(loop: tuple[Way, ...]) -> Problem:
    # The branches that are left out all go to the main number, whose own do not: every loop has one that is
    # given.
    path = next(way.path for way in loop if way.given)
    if len(loop) == 1:
        return error(path, f"{loop[0]} overflows to itself", "Choose another destination")
    circle = " -> ".join(str(way) for way in loop)
    back = loop[0].node.replace(":", " ", 1)
    return error(path, f"a loop: {circle} -> {back}", "Give one of these branches another destination")


def _main_number(plan: Plan, flow: Flow) -> Iterator[Problem]:
    """P1: Kontaktcenter answers every call to the official number."""
    municipality = plan.municipality
    if municipality.contact_centre not in plan.groups:
        yield _unknown("municipality.contact_centre", "group", municipality.contact_centre, plan.groups)
    main = municipality.main_number
    if main not in plan.numbers:
        yield _unknown("municipality.main_number", "number", main, plan.numbers)
        return
    if ends_of(main, flow, through_menus=False) != {ToGroup(municipality.contact_centre)}:
        yield error(
            f"numbers.{main}.destination",
            "the main number does not end at Kontaktcenter (P1)",
            f'Let it end at the group "{municipality.contact_centre}"',
        )
