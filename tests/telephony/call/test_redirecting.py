"""telephony/call/redirecting.py: who is rung where a phone points at. (Calls: legs/test_redirection.)"""

from routing.decision import Branch, Decision, Kind, Reason
from telephony.call import facts as f
from telephony.call.call import Call
from telephony.call.evolve import begin, evolve
from telephony.call.redirecting import MOST, follow, redirected
from tests.support.calls import after, arrive, emergency, phone, reject, ring

ANNA, BO, CILLA = phone("anna"), phone("bo"), phone("cilla")


def rung(decision: Decision, *facts: f.Fact) -> Call:
    call = begin(arrive())
    for fact in (f.RouteDecided(at=after(0), call="c1", decision=decision, talk_limit=0.0), *facts):
        call = evolve(call, fact)
    return call


def offered(leg: int = 1) -> f.MemberOffered:
    return f.MemberOffered(at=after(1), call="c1", leg=f"c1.{leg}", target=ANNA)


def pointed(leg: int = 1) -> f.MemberRedirected:
    return f.MemberRedirected(at=after(2), call="c1", leg=f"c1.{leg}", number="+46853061777")


def decided(leg: int = 1) -> f.RedirectDecided:
    return f.RedirectDecided(at=after(2), call="c1", leg=f"c1.{leg}", number="+4", targets=(BO,), reasons=())


def followed(call: Call, decision: Decision) -> f.RedirectDecided:
    leg = redirected(call)
    assert leg is not None
    (fact,) = follow(call, leg, decision, after(3)).facts
    assert isinstance(fact, f.RedirectDecided)
    return fact


def test_of_a_group_all_are_rung_and_of_a_hunt_the_first() -> None:
    call = rung(ring(ANNA), offered(), pointed())

    for linear, targets in ((False, (BO, CILLA)), (True, (BO,))):
        fact = followed(call, ring(BO, CILLA, linear=linear))
        assert (fact.leg, fact.number, fact.targets) == ("c1.1", "+46853061777", targets)


def test_who_was_rung_is_not_rung_again_and_a_refusal_rings_nobody() -> None:
    call = rung(ring(ANNA), offered(), pointed())

    assert followed(call, ring(ANNA, BO)).targets == (BO,)
    fact = followed(call, Decision(kind=Kind.REJECT, status=403, reasons=(Reason("barring", "w", "no"),)))
    assert (fact.targets, fact.reasons[0].text) == ((), "no")


def test_it_is_followed_once_and_a_few_times_in_all() -> None:
    call = evolve(rung(ring(ANNA), offered(), pointed()), decided())
    assert redirected(call) is None
    assert (call.redirected, call.redirects) == ((BO,), 1)

    for _ in range(MOST - 1):
        call = evolve(evolve(call, pointed()), decided())
    assert redirected(evolve(call, pointed())) is None


def test_where_a_phone_points_is_not_followed_when_routing_was_asked_again_since() -> None:
    call = rung(ring(ANNA), offered(), pointed())
    refused = f.MemberRefused(at=after(2), call="c1", leg="c1.1", status=302)
    exhausted = f.RouteExhausted(at=after(2), call="c1", branch=Branch.BUSY)
    again = f.RouteDecided(at=after(2), call="c1", decision=ring(BO), talk_limit=0.0)
    for fact in (refused, exhausted, again):
        call = evolve(call, fact)
    assert redirected(call) is None


def test_who_was_passed_over_or_rung_is_not_waited_for() -> None:
    call = evolve(rung(ring(ANNA), offered(), pointed()), decided())

    skipped = f.MemberSkipped(at=after(3), call="c1", target=BO, why="busy")
    assert evolve(call, skipped).redirected == ()
    taken = f.MemberOffered(at=after(3), call="c1", leg="c1.2", target=BO)
    assert evolve(call, taken).redirected == ()


def test_whoever_was_not_rung_in_its_time_is_not_rung_in_the_next_ones() -> None:
    call = evolve(rung(ring(ANNA), offered(), pointed()), decided())

    assert evolve(call, f.RingTimeStarted(at=after(3), call="c1", until=after(9))).redirected == ()


def test_nothing_is_followed_of_112_nor_for_a_caller_who_has_left() -> None:
    assert redirected(rung(emergency("sos"), offered(), pointed())) is None
    left = f.LegHungUp(at=after(3), call="c1", leg="c1.0")
    assert redirected(evolve(rung(ring(ANNA), offered(), pointed()), left)) is None
    assert redirected(rung(reject(404))) is None
