"""What may be wrong with calls to the public network: no trunk for them, and numbers that come back."""

from collections.abc import Iterator

from routing.check_numbers import is_valid
from routing.flow import flow_of, inside
from routing.numbers import NumberClass, classify
from routing.peers import is_one_host, parse_peer
from routing.plan import Plan
from routing.problem import Problem, error, warning
from routing.tables import ToOutside


def check_outside(path: str, number: str, plan: Plan) -> Iterator[Problem]:
    """The problems of a destination outside."""
    series = [series for trunk in plan.trunks.values() for series in trunk.numbers]
    own = {person.number for person in plan.people.values()} | set(plan.numbers)
    if number in own:
        yield error(path, f"{number} is in the plan, not outside", f'Say number = "{number}", or person')
    elif number.startswith(tuple(series)):
        yield error(
            path,
            f"{number} is of our own series: the call would come back",
            "Call a number that is somebody else's",
        )
    elif not is_valid(number):
        yield error(path, f"{number} is no valid telephone number", "Look for a digit too many or too few")
    if classify(number) is NumberClass.PREMIUM:
        yield warning(
            path,
            f"{number} is a premium number: whoever calls in calls it at the municipality's cost",
            "Who may call what outside does not apply to it: see that it is meant",
        )
    if not any(trunk.outside for trunk in plan.trunks.values()):
        yield error(
            path, "no trunk takes calls to the public network", "Set outside = true on a trunk that does"
        )


def check_permissions(plan: Plan) -> Iterator[Problem]:
    """The problems of who may call outside, of the trunks that carry it, and of secret callers (P23)."""
    flow = flow_of(plan)
    for key, number in plan.numbers.items():
        for way in inside(flow[key], flow) if number.protected else ():
            if isinstance(way.destination, ToOutside):
                yield warning(
                    way.path,
                    "a protected number goes on outside, where its callers are shown (P23)",
                    "Let it end here, or set foreign_numbers = false on the trunk",
                )
    for name, trunk in plan.trunks.items():
        has_address = any(is_one_host(parse_peer(peer)) for peer in trunk.peers)
        if trunk.outside and not has_address and not trunk.gateways:
            yield error(
                f"trunks.{name}.gateways",
                "calls to the public network cannot be sent to a prefix, nor to the name in a certificate",
                "Give the address that takes them",
            )
    allowed = {"municipality.outside": plan.municipality.outside}
    allowed |= {f"people.{key}.outside": person.outside or () for key, person in plan.people.items()}
    if any(trunk.outside for trunk in plan.trunks.values()):
        return
    for path, classes in allowed.items():
        if classes:
            yield warning(
                path,
                "no trunk takes calls to the public network, so they get 503",
                "Set outside = true on a trunk that does",
            )
