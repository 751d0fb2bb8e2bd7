import pytest

from routing.decision import Branch
from telephony.call import facts as f
from telephony.call.call import Call, LegState, Phase
from telephony.call.errors import IllegalTransition
from telephony.call.evolve import begin, evolve
from telephony.call.house_facts import ClockStepped, PlanLoaded
from tests.support.calls import NOON, after, announce, arrive, phone, reject, ring, trunk

ANNA = phone("anna")
BO = phone("bo")


def folded(*facts: f.Fact) -> Call:
    call = begin(arrive())
    for fact in facts:
        call = evolve(call, fact)
    return call


def leg_fact(kind: type[f.LegFact], leg: int = 1, **fields: object) -> f.LegFact:
    return kind(at=after(1), call="c1", leg=f"c1.{leg}", **fields)


def call_fact(kind: type[f.CallFact], **fields: object) -> f.CallFact:
    return kind(at=after(1), call="c1", **fields)


RING = call_fact(f.RouteDecided, decision=ring(ANNA, BO), talk_limit=60.0)
OFFERS = (RING, leg_fact(f.MemberOffered, 1, target=ANNA), leg_fact(f.MemberOffered, 2, target=BO))
CONNECTED = (
    *OFFERS,
    leg_fact(f.MemberAnswered),
    leg_fact(f.CallConnected, member="anna", until=after(60)),
    leg_fact(f.OfferWithdrawn, 2, why="answered_elsewhere"),
)
ANNOUNCE = call_fact(f.RouteDecided, decision=announce(), talk_limit=0.0)
ANNOUNCING = (ANNOUNCE, leg_fact(f.AnnouncementStarted, 0, prompt="closed"))
ENDED = call_fact(f.CallEnded, outcome=f.Outcome.FAILED, ended_by=f.EndedBy.SERVICE)
PHASES = {
    Phase.ARRIVED: (),
    Phase.RINGING: OFFERS,
    Phase.ANNOUNCING: ANNOUNCING,
    Phase.TALKING: CONNECTED,
    Phase.ENDING: (ENDED,),
    Phase.ENDED: (ENDED, leg_fact(f.LegEnded, 0)),
}


# ---- the way of a call


@pytest.mark.parametrize("phase", PHASES)
def test_decisions_lead_from_phase_to_phase(phase: Phase) -> None:
    assert folded(*PHASES[phase]).phase is phase


def test_a_decision_opens_a_round_of_its_own() -> None:
    again = call_fact(f.RouteDecided, decision=ring(BO), talk_limit=5.0)
    exhausted = call_fact(f.RouteExhausted, branch=Branch.NO_ANSWER)
    timed = (
        call_fact(f.MemberSkipped, target=BO, why="busy"),
        call_fact(f.RingTimeStarted, until=after(20)),
        call_fact(f.RingTimeExpired),
    )
    first = folded(RING, leg_fact(f.MemberOffered, 1, target=ANNA), *timed)
    assert (first.pending, first.skipped_busy, first.ring_expired) == ((), True, True)

    asked = evolve(first, exhausted)
    assert (asked.phase, asked.question) == (Phase.ARRIVED, Branch.NO_ANSWER)

    second = evolve(asked, again)
    assert second.question is None
    assert (second.pending, second.talk_limit, second.round_legs) == ((BO,), 5.0, frozenset())
    assert (second.ring_until, second.ring_expired, second.skipped_busy) == (None, False, False)


def test_a_refusal_is_decided_while_the_call_has_arrived() -> None:
    call = folded(call_fact(f.RouteDecided, decision=reject(404), talk_limit=0.0))

    assert (call.phase, call.question) == (Phase.ARRIVED, None)


def test_an_end_settles_the_outcome_and_the_last_leg_closes_the_call() -> None:
    call = folded(*CONNECTED, ENDED)
    assert (call.phase, call.outcome, call.ended_by) == (
        Phase.ENDING,
        f.Outcome.FAILED,
        f.EndedBy.SERVICE,
    )

    call = evolve(call, leg_fact(f.LegEnded, 0))
    call = evolve(call, leg_fact(f.LegEnded, 1))
    assert call.phase is Phase.ENDING

    assert evolve(call, leg_fact(f.LegEnded, 2)).phase is Phase.ENDED


def test_a_refusal_can_be_what_closes_the_call() -> None:
    call = folded(RING, OFFERS[1], leg_fact(f.LegEnded, 0), ENDED)

    assert evolve(call, leg_fact(f.MemberRefused, status=487)).phase is Phase.ENDED


def test_an_end_without_open_legs_closes_the_call_at_once() -> None:
    assert folded(leg_fact(f.LegEnded, 0), ENDED).phase is Phase.ENDED


def test_an_interruption_settles_the_outcome() -> None:
    interrupted = call_fact(f.CallInterrupted, ended_at=NOON)

    call = folded(*CONNECTED, interrupted)

    assert (call.phase, call.outcome) == (Phase.ENDING, f.Outcome.INTERRUPTED)
    assert folded(leg_fact(f.LegEnded, 0), interrupted).phase is Phase.ENDED


DECISIONS: dict[str, tuple[f.Fact, set[Phase]]] = {
    "ring": (RING, {Phase.ARRIVED}),
    "announce": (ANNOUNCE, {Phase.ARRIVED}),
    "reject": (call_fact(f.RouteDecided, decision=reject(404), talk_limit=0.0), {Phase.ARRIVED}),
    "exhausted": (call_fact(f.RouteExhausted, branch=Branch.BUSY), {Phase.RINGING}),
    "offered": (leg_fact(f.MemberOffered, 3, target=BO), {Phase.RINGING}),
    "skipped": (call_fact(f.MemberSkipped, target=BO, why="busy"), {Phase.RINGING}),
    "ring time started": (call_fact(f.RingTimeStarted, until=None), {Phase.RINGING}),
    "ring time expired": (call_fact(f.RingTimeExpired), {Phase.RINGING}),
    "response time expired": (leg_fact(f.ResponseTimeExpired), {Phase.RINGING}),
    "caller alerted": (leg_fact(f.CallerAlerted, 0), {Phase.RINGING}),
    "early sound": (leg_fact(f.EarlySoundPassed), {Phase.RINGING}),
    "service answered": (leg_fact(f.ServiceAnswered, 0), {Phase.ANNOUNCING}),
    "announcement": (leg_fact(f.AnnouncementStarted, 0, prompt="x"), {Phase.ANNOUNCING}),
    "connected": (leg_fact(f.CallConnected, member="anna"), {Phase.RINGING}),
    "talk time expired": (call_fact(f.TalkTimeExpired), {Phase.TALKING}),
    "ended": (ENDED, {Phase.ARRIVED, Phase.RINGING, Phase.ANNOUNCING, Phase.TALKING}),
    "interrupted": (
        call_fact(f.CallInterrupted, ended_at=NOON),
        {Phase.ARRIVED, Phase.RINGING, Phase.ANNOUNCING, Phase.TALKING},
    ),
}


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("name", DECISIONS)
def test_a_decision_is_legal_in_its_phases_alone_and_raises_in_others(name: str, phase: Phase) -> None:
    decision, legal = DECISIONS[name]
    call = folded(*PHASES[phase])
    before = call

    if phase in legal:
        assert evolve(call, decision).last_at == decision.at
    else:
        with pytest.raises(IllegalTransition, match="call c1"):
            evolve(call, decision)
        assert call == before


# ---- what is observed of a leg


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("leg", [0, 1, 99])
@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (f.LegDialogChanged, {"dialog": {}}),
        (f.MemberResponded, {}),
        (f.MemberAlerted, {}),
        (f.MemberGaveEarlySound, {}),
        (f.MemberAnswered, {}),
        (f.MemberRefused, {"status": 486}),
        (f.LegHungUp, {}),
        (f.LegLost, {"why": "no_ack"}),
        (f.LegHeld, {"held": True}),
        (f.AnnouncementEnded, {}),
        (f.LegEnded, {}),
        (f.OfferWithdrawn, {"why": "ended"}),
    ],
)
def test_an_observation_is_taken_in_every_phase_and_of_every_leg(
    kind: type[f.LegFact], fields: dict[str, object], leg: int, phase: Phase
) -> None:
    call = folded(*PHASES[phase])

    evolved = evolve(call, leg_fact(kind, leg, **fields))

    assert evolved.phase in (phase, Phase.ENDED)
    assert evolved.legs.keys() == call.legs.keys()


@pytest.mark.parametrize(
    "sign", [leg_fact(f.MemberResponded), leg_fact(f.MemberAlerted), leg_fact(f.MemberGaveEarlySound)]
)
def test_any_sign_of_life_stops_the_wait_for_the_first_one(sign: f.LegFact) -> None:
    waiting = folded(RING, leg_fact(f.MemberOffered, target=trunk("sos"), respond_by=after(4)))
    assert waiting.legs["c1.1"].respond_by == after(4)

    assert evolve(waiting, sign).legs["c1.1"].respond_by is None


def test_a_wait_that_was_in_vain_is_over_and_the_leg_is_given_up() -> None:
    waiting = folded(RING, leg_fact(f.MemberOffered, target=trunk("sos"), respond_by=after(4)))

    given_up = evolve(waiting, leg_fact(f.ResponseTimeExpired))

    assert given_up.legs["c1.1"].gone
    assert given_up.deadline is None


def test_a_leg_that_rings_has_rung_for_ever() -> None:
    leg = folded(*OFFERS, leg_fact(f.MemberAlerted), leg_fact(f.LegEnded)).legs["c1.1"]

    assert (leg.state, leg.rang, leg.gone) == (LegState.ENDED, True, True)


def test_a_180_that_was_overtaken_by_the_answer_changes_nothing() -> None:
    leg = folded(*OFFERS, leg_fact(f.MemberAnswered), leg_fact(f.MemberAlerted)).legs["c1.1"]

    assert (leg.state, leg.rang) == (LegState.ANSWERED, False)


def test_a_leg_that_refused_stays_refused() -> None:
    refused = folded(*OFFERS, leg_fact(f.MemberRefused, status=486))
    assert refused.legs["c1.1"].status == 486

    for late in (
        leg_fact(f.MemberAnswered),
        leg_fact(f.MemberRefused, status=408),
        leg_fact(f.LegEnded),
        leg_fact(f.MemberAlerted),
    ):
        leg = evolve(refused, late).legs["c1.1"]
        assert (leg.state, leg.status) == (LegState.REFUSED, 486)


def test_a_leg_that_ended_stays_ended() -> None:
    ended = folded(*OFFERS, leg_fact(f.LegEnded))

    for late in (leg_fact(f.MemberAnswered), leg_fact(f.MemberRefused, status=486)):
        assert evolve(ended, late).legs["c1.1"].state is LegState.ENDED


def test_hold_and_dialog_are_kept_with_their_leg() -> None:
    held = folded(*CONNECTED, leg_fact(f.LegHeld, held=True), leg_fact(f.LegDialogChanged, dialog={"a": 1}))
    assert held.legs["c1.1"].held
    assert held.legs["c1.1"].dialog == {"a": 1}
    assert not held.caller.held

    assert not evolve(held, leg_fact(f.LegHeld, held=False)).legs["c1.1"].held


def test_a_lost_leg_says_why() -> None:
    leg = folded(*CONNECTED, leg_fact(f.LegLost, why="no_sound")).legs["c1.1"]

    assert (leg.gone, leg.lost) == (True, "no_sound")


def test_the_end_of_an_announcement_counts_once_it_has_begun() -> None:
    ended = leg_fact(f.AnnouncementEnded, 0)

    assert not folded(ANNOUNCE, ended).announcement_ended
    assert folded(*ANNOUNCING, ended).announcement_ended


def test_a_fact_that_a_call_does_not_care_about_leaves_it_as_it_is() -> None:
    call = folded(*OFFERS)

    assert evolve(call, PlanLoaded(at=after(9), version=2, digest="ab")) is call


# ---- a new stage


def test_early_sound_of_a_stage_that_is_over_is_not_what_the_next_one_is_told_by() -> None:
    heard = folded(*OFFERS, leg_fact(f.EarlySoundPassed))
    assert (heard.early_sound_from, heard.caller_alerted) == ("c1.1", True)

    fresh = evolve(heard, call_fact(f.RingTimeStarted, until=after(40)))

    assert (fresh.early_sound_from, fresh.caller_alerted) == ("", False)


def test_a_caller_who_was_told_that_it_rings_is_not_told_again_at_the_next_stage() -> None:
    told = folded(*OFFERS, leg_fact(f.CallerAlerted, 0))

    assert evolve(told, call_fact(f.RingTimeStarted, until=after(40))).caller_alerted


# ---- the clock


def test_a_step_of_the_clock_moves_every_deadline() -> None:
    step = ClockStepped(at=after(3601), seconds=3600.0)
    ringing = folded(
        RING,
        leg_fact(f.MemberOffered, target=trunk("sos"), respond_by=after(4)),
        call_fact(f.RingTimeStarted, until=after(20)),
    )

    moved = evolve(ringing, step)

    assert moved.legs["c1.1"].respond_by == after(3604)
    assert moved.ring_until == after(3620)
    assert moved.deadline == after(3604)
    assert evolve(folded(*CONNECTED), step).talk_until == after(3660)


def test_a_step_of_the_clock_sets_no_deadline_where_there_is_none() -> None:
    call = evolve(folded(*OFFERS), ClockStepped(at=after(61), seconds=60.0))

    assert (call.ring_until, call.talk_until, call.deadline) == (None, None, None)
