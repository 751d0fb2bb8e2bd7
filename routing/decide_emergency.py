"""Where calls to 112 go: before every other rule, to every trunk that takes them."""

from routing.decision import Branch, Decision, Kind, Origin, Question, Reason, Strategy, Target
from routing.emergency import EMERGENCY_NUMBER
from routing.gateways import Reach, in_turn, without_address
from routing.outside import FAILED, FIRST_RESPONSE_SECONDS, SERVICE_UNAVAILABLE
from routing.situation import Situation
from routing.tables import Tables

# An emergency call rings until it is answered; three minutes is what RFC 3261 16.6 (timer C) grants a ringing
# call.
EMERGENCY_RING_SECONDS = 180.0


def decide_emergency(tables: Tables, question: Question, situation: Situation) -> Decision:
    """112 goes to every gateway of every emergency trunk in turn, those that do not answer after all others.
    A trunk that it came by is the last: it may send it back."""
    came_by = question.origin_name if question.origin is Origin.TRUNK else ""
    trunks = tables.emergency_trunks
    ways = [(trunk, way) for trunk in trunks for way in in_turn(trunk.gateways, question.draw, situation)]
    down = [way for _, way in ways if not situation.is_up(way.address)]
    ways.sort(key=lambda at: (at[0].name == came_by, at[1] in down))
    targets = tuple(
        [Target(way.member, trunk=at.name, number=EMERGENCY_NUMBER, gateway=way.address) for at, way in ways]
    )
    unknown = [row for trunk in trunks for row in without_address(trunk.gateways, situation)]
    nowhere = [Reason("gateway", row.where, f"no address of {row.address} is known") for row in unknown]
    exhausted = question.branch is not Branch.ARRIVED
    if exhausted or not targets:
        why = "every emergency trunk was tried" if exhausted else "the plan has no emergency trunk"
        if nowhere and not targets:
            why = "no emergency trunk can be reached"
        return Decision(
            kind=Kind.REJECT,
            number=EMERGENCY_NUMBER,
            function=EMERGENCY_NUMBER,
            status=SERVICE_UNAVAILABLE,
            outcome=FAILED,
            emergency=True,
            plan_version=tables.version,
            reasons=(Reason("emergency", "trunks", why), *nowhere),
        )
    names = ", ".join(dict.fromkeys(target.trunk for target in targets))
    return Decision(
        kind=Kind.RING,
        number=EMERGENCY_NUMBER,
        function=EMERGENCY_NUMBER,
        strategy=Strategy.LINEAR,
        targets=targets,
        ring_seconds=EMERGENCY_RING_SECONDS,
        first_response_seconds=FIRST_RESPONSE_SECONDS,
        emergency=True,
        plan_version=tables.version,
        reasons=(
            Reason("emergency", "trunks", f"an emergency call, before every other rule: {names}"),
            *[_late(way) for way in down],
            *nowhere,
        ),
    )


def _late(way: Reach) -> Reason:
    name = f" at {way.address}" if way.address.name else ""
    return Reason("gateway", way.where, f"it does not answer{name}: tried after the others")
