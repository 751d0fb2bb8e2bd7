"""What may be wrong with people who are reached outside: numbers that cannot be, or are not to be, rung."""

from collections.abc import Collection, Iterator

from routing.check_outside import check_outside
from routing.decision import CONFIRM_PROMPT
from routing.flow import flow_of, inside
from routing.numbers import NumberClass, classify
from routing.plan import Plan
from routing.problem import Problem, error, warning
from routing.tables import ToGroup, ToPerson

_RUNG = frozenset({NumberClass.MOBILE, NumberClass.FIXED, NumberClass.ABROAD})
"""What somebody may have as their own telephone: nobody is rung at what costs more, or is a service."""


def check_mobiles(plan: Plan, prompts: Collection[str] | None) -> Iterator[Problem]:
    """The problems of people's mobiles. Without `prompts` a missing one is not told."""
    owner: dict[str, str] = {}
    for key, person in plan.people.items():
        if person.mobile is None:
            continue
        path = f"people.{key}.mobile"
        yield from check_outside(path, person.mobile, plan)
        if classify(person.mobile) not in _RUNG:
            yield error(
                path, f"{person.mobile} is nobody's own telephone", "Give a mobile, or a fixed number"
            )
        first = owner.setdefault(person.mobile, path)
        if first != path:
            yield error(path, f"{person.mobile} is given already ({first})", "A mobile belongs to one person")
        if prompts is not None and CONFIRM_PROMPT not in prompts:
            yield error(
                path,
                f'whoever answers outside is asked by the prompt "{CONFIRM_PROMPT}", which is missing',
                "Record it",
            )
    if owner:
        yield from _shown(plan)


def _shown(plan: Plan) -> Iterator[Problem]:
    """Callers whose number is secret (P23) are shown outside."""
    flow = flow_of(plan)
    for key, number in plan.numbers.items():
        for way in inside(flow[key], flow) if number.protected else ():
            match way.destination:
                case ToGroup(name) if name in plan.groups:
                    members: Collection[str] = plan.groups[name].members
                case ToPerson(name):
                    members = (name,)
                case _:
                    continue
            if any(member in plan.people and plan.people[member].mobile for member in members):
                yield warning(
                    way.path,
                    "a protected number rings outside, where its callers are shown (P23)",
                    "Let it ring phones of ours, or set foreign_numbers = false on the trunk",
                )
