from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from metrics.instruments import Instruments
from metrics.observer import (
    EMERGENCY,
    MAX_GROUPS,
    MAX_MENUS,
    MAX_NUMBERS,
    OTHER,
    OUTSIDE,
    UNKNOWN,
    Observer,
    Waiting,
)
from routing.decision import Branch, Decision, Kind, Origin, Target
from telephony.call import callback_facts as b
from telephony.call import facts as f
from telephony.call import menu_facts as m
from telephony.call import queue_facts as q
from telephony.call import transfer_facts as t
from telephony.call.duty_facts import OfferMissed
from telephony.call.evolve import begin, evolve
from telephony.call.house_facts import ClockStepped
from telephony.call.sound_facts import LegSoundMeasured

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
MAIN = "+46853061000"
BYGGLOV = "+46853061201"
OWN = "+46701740699"
PLAN = {MAIN: MAIN, BYGGLOV: BYGGLOV, OWN: "personal"}
STRANGE = "+46999999999"


def after(seconds: float) -> datetime:
    return AT + timedelta(seconds=seconds)


def arrived(call: str = "a", dialled: str = MAIN, seconds: float = 0) -> f.CallArrived:
    return f.CallArrived(
        at=after(seconds),
        call=call,
        leg=f"{call}.0",
        origin=Origin.TRUNK,
        origin_name="operator",
        caller="+46701740605",
        dialled=dialled,
        sip_call_id="c",
    )


def decided(number: str = MAIN, outcome: str = "", call: str = "a") -> f.RouteDecided:
    kind = Kind.ANNOUNCE if outcome else Kind.RING
    decision = Decision(
        kind=kind, number=number, outcome=outcome, targets=() if outcome else (Target("anna"),)
    )
    return f.RouteDecided(at=AT, call=call, decision=decision, talk_limit=0.0)


def alerted(seconds: float, call: str = "a") -> f.MemberAlerted:
    return f.MemberAlerted(at=after(seconds), call=call, leg=f"{call}.1")


def connected(seconds: float, call: str = "a") -> f.CallConnected:
    return f.CallConnected(at=after(seconds), call=call, leg=f"{call}.1", member="anna")


def ended(outcome: str, seconds: float = 0, call: str = "a") -> f.CallEnded:
    return f.CallEnded(
        at=after(seconds),
        call=call,
        outcome=outcome,  # type: ignore[arg-type]  # also those that do not exist
        ended_by=f.EndedBy.CALLER,
    )


def handed_on(seconds: float) -> t.TransferDecided:
    return t.TransferDecided(
        at=after(seconds), call="a", leg="a.1", stage=t.Stage.TARGET, kept="a.0", by=Target("anna"),
        number=BYGGLOV, decision=Decision(kind=Kind.RING),
    )  # fmt: skip


class Counted:
    """An observer and what it has counted."""

    def __init__(self, *facts: f.Fact, plan: Callable[[], dict[str, str]] = lambda: PLAN) -> None:
        self.instruments = Instruments()
        self.observer = Observer(self.instruments, plan)
        self.observe(*facts)

    def observe(self, *facts: f.Fact) -> None:
        for fact in facts:
            self.observer.observe(fact)

    def series(self, metric: str) -> dict[tuple[str, ...], float]:
        """The values of a metric's samples of this name, by label values."""
        families = text_string_to_metric_families(self.instruments.text().decode())
        samples = [sample for family in families for sample in family.samples]
        return {tuple(s.labels.values()): s.value for s in samples if s.name == metric}


def test_a_call_is_counted_by_number_and_outcome() -> None:
    counted = Counted(arrived(), decided())
    assert counted.observer.in_progress() == 1
    assert counted.series("vaxeln_calls_total") == {}

    counted.observe(connected(7), ended("answered", 60))
    assert counted.observer.in_progress() == 0
    assert counted.series("vaxeln_calls_total") == {(MAIN, "answered"): 1}


def test_an_answer_is_measured_from_the_arrival_by_number() -> None:
    counted = Counted(arrived(), decided(), connected(7), ended("answered", 67))

    assert counted.series("vaxeln_answer_seconds_sum") == {(MAIN,): 7.0}
    buckets = counted.series("vaxeln_answer_seconds_bucket")
    assert (buckets[MAIN, "5.0"], buckets[MAIN, "10.0"]) == (0, 1)
    assert counted.series("vaxeln_talk_seconds_sum") == {(): 60.0}


def test_an_answer_counts_when_it_comes_and_the_call_when_it_ends() -> None:
    counted = Counted(arrived(), decided(), connected(7))

    assert counted.series("vaxeln_answer_seconds_count") == {(MAIN,): 1}
    assert counted.series("vaxeln_talk_seconds_count") == {(): 0}


def test_ringing_is_measured_from_the_first_phone_that_rang() -> None:
    counted = Counted(arrived(), decided(), alerted(2), alerted(4), connected(7), ended("answered", 60))

    assert counted.series("vaxeln_ring_seconds_count") == {(): 1}
    assert counted.series("vaxeln_ring_seconds_sum") == {(): 5.0}


def test_ringing_without_an_answer_is_measured_to_the_end() -> None:
    counted = Counted(arrived(), decided(), alerted(2), ended("no_answer", 22))

    assert counted.series("vaxeln_ring_seconds_sum") == {(): 20.0}
    assert counted.series("vaxeln_talk_seconds_count") == {(): 0}


@pytest.mark.parametrize(("seconds", "when"), [(0, "short"), (20, "short"), (20.1, "late"), (300, "late")])
def test_giving_up_is_short_within_the_limit_and_late_after(seconds: float, when: str) -> None:
    counted = Counted(arrived(), decided(), ended("abandoned", seconds))

    assert counted.series("vaxeln_abandoned_total") == {(MAIN, when): 1}
    assert counted.series("vaxeln_abandon_seconds_sum") == {(): seconds}


def test_whoever_was_handed_on_while_it_rang_gave_nothing_up() -> None:
    counted = Counted(arrived(), decided(), replace(ended("abandoned", 5), reason="transferred"))

    assert counted.series("vaxeln_calls_total") == {(MAIN, "abandoned"): 1}
    assert not counted.series("vaxeln_abandoned_total")


@pytest.mark.parametrize(("dialled", "label"), [(MAIN, MAIN), ("112", EMERGENCY), (STRANGE, UNKNOWN)])
@pytest.mark.parametrize(
    ("why", "outcome"), [("loop", "failed"), ("no_port", "full"), ("no_channel", "full")]
)
def test_a_call_that_could_not_be_taken_up_has_failed_or_met_no_room(
    dialled: str, label: str, why: str, outcome: str
) -> None:
    counted = Counted()

    counted.observe(
        f.CallRefused(
            at=AT, call="a", origin=Origin.TRUNK, origin_name="o", caller=None, dialled=dialled, status=503,
            number="", function="", protected=False, emergency=False, sip_call_id="c", why=why,
        )
    )  # fmt: skip

    assert counted.series("vaxeln_calls_total") == {(label, outcome): 1}
    assert counted.series("vaxeln_turned_away_total") == {(label, outcome): 1}


def test_whoever_got_what_a_menu_offers_was_not_turned_away() -> None:
    counted = Counted(arrived(), decided(MAIN, "self_service"), ended("self_service", 5))

    assert counted.series("vaxeln_calls_total") == {(MAIN, "self_service"): 1}
    assert not counted.series("vaxeln_turned_away_total")


def test_which_extension_was_keyed_is_no_label() -> None:
    counted = Counted(arrived(), decided(), left("val", "61201", Branch.EXTENSION))

    assert counted.series("vaxeln_menu_keys_total") == {("val", "extension"): 1}


def test_turned_away_is_counted_by_reason_where_it_happened() -> None:
    counted = Counted(arrived(), decided(BYGGLOV, "closed"), arrived("b"), decided(MAIN, "busy", "b"))

    assert counted.series("vaxeln_turned_away_total") == {(BYGGLOV, "closed"): 1, (MAIN, "busy"): 1}


def test_an_overflowed_call_counts_where_it_ended() -> None:
    counted = Counted(arrived(), decided(BYGGLOV), decided(MAIN), ended("abandoned"))

    assert counted.series("vaxeln_calls_total") == {(MAIN, "abandoned"): 1}


def test_emergency_calls_are_counted_apart() -> None:
    counted = Counted(
        arrived(dialled="112"), decided(EMERGENCY), alerted(1), connected(3), ended("answered", 9)
    )
    counted.observe(arrived(dialled="112"), decided(EMERGENCY), alerted(1), ended("abandoned", 5))

    assert counted.series("vaxeln_calls_total") == {("112", "answered"): 1, ("112", "abandoned"): 1}
    assert counted.series("vaxeln_answer_seconds_count") == {("112",): 1}
    assert counted.series("vaxeln_abandoned_total") == {("112", "short"): 1}
    for of_all in ("ring", "talk", "abandon"):
        assert counted.series(f"vaxeln_{of_all}_seconds_count") == {(): 0}


# ---- waiting


def test_who_waits_is_told_by_number_with_the_longest_wait() -> None:
    counted = Counted(arrived(), decided(), arrived("b", seconds=10), decided(call="b"))

    assert counted.observer.waiting(after(30)) == {MAIN: Waiting(2, 30.0)}
    counted.observe(connected(30))
    assert counted.observer.waiting(after(31)) == {MAIN: Waiting(1, 21.0)}


def test_who_hears_an_announcement_or_is_gone_does_not_wait() -> None:
    counted = Counted(arrived(), decided(MAIN, "closed"), arrived("b"), ended("abandoned", call="b"))

    assert counted.observer.waiting(after(30)) == {}


def test_a_step_of_the_clock_is_no_waiting() -> None:
    counted = Counted(arrived(), decided(), alerted(1), arrived("b"), connected(1, "b"))
    counted.observe(ClockStepped(at=after(3602), seconds=3600.0))

    assert counted.observer.waiting(after(3602)) == {MAIN: Waiting(1, 2.0)}
    counted.observe(connected(3603), ended("answered", 3610), ended("answered", 3610, "b"))
    assert counted.series("vaxeln_answer_seconds_sum")[(MAIN,)] == 3.0
    assert counted.series("vaxeln_ring_seconds_sum") == {(): 2.0}
    assert counted.series("vaxeln_talk_seconds_sum") == {(): 16.0}


def test_no_time_is_negative() -> None:
    counted = Counted(arrived(seconds=5), decided(), connected(4))

    assert counted.series("vaxeln_answer_seconds_sum")[(MAIN,)] == 0.0


def test_time_open_and_unattended_is_counted_by_number() -> None:
    counted = Counted()
    counted.observer.opened(MAIN, 1.0, "")
    counted.observer.opened(MAIN, 1.5, "busy")
    counted.observer.opened(STRANGE, 1.0, "absent")

    assert counted.series("vaxeln_open_seconds_total") == {(MAIN,): 2.5, (UNKNOWN,): 1.0}
    assert counted.series("vaxeln_unattended_seconds_total") == {
        (MAIN, "busy"): 1.5,
        (UNKNOWN, "absent"): 1.0,
    }


# ---- restarts


def test_a_call_of_an_earlier_life_is_counted_but_not_measured() -> None:
    counted = Counted()
    call = begin(arrived())
    for fact in (
        decided(),
        f.MemberOffered(at=AT, call="a", leg="a.1", target=Target("anna", phone="anna1")),
    ):
        call = evolve(call, fact)
    counted.observer.adopt(call)
    assert counted.observer.in_progress() == 1
    assert counted.observer.waiting(after(900)) == {}

    counted.observe(alerted(900), connected(905), ClockStepped(at=AT, seconds=1.0))
    counted.observe(f.CallInterrupted(at=after(910), call="a", ended_at=AT))

    assert counted.series("vaxeln_calls_total") == {(MAIN, "interrupted"): 1}
    assert counted.observer.in_progress() == 0
    for histogram in ("answer", "ring", "talk", "abandon"):
        assert set(counted.series(f"vaxeln_{histogram}_seconds_count").values()) <= {0}


def test_a_call_that_was_not_decided_at_the_crash_has_no_number() -> None:
    counted = Counted()
    counted.observer.adopt(begin(arrived()))
    counted.observe(f.CallInterrupted(at=AT, call="a", ended_at=AT))

    assert counted.series("vaxeln_calls_total") == {(UNKNOWN, "interrupted"): 1}


def test_a_call_that_was_ending_at_the_crash_is_not_counted_twice() -> None:
    counted = Counted()
    counted.observer.adopt(evolve(evolve(begin(arrived()), decided()), ended("answered")))
    counted.observe(f.LegEnded(at=AT, call="a", leg="a.0"))

    assert counted.observer.in_progress() == 0
    assert counted.series("vaxeln_calls_total") == {}


def test_facts_of_calls_that_are_not_known_are_passed_over() -> None:
    assert Counted(decided(), connected(1), ended("failed")).series("vaxeln_calls_total") == {}


# ---- labels


def test_what_a_caller_dials_never_becomes_a_label() -> None:
    counted = Counted(arrived(dialled=STRANGE), decided("", "failed"), ended("failed"))

    assert counted.series("vaxeln_calls_total") == {(UNKNOWN, "failed"): 1}
    assert STRANGE not in counted.instruments.text().decode()


def test_a_persons_own_number_is_never_a_label() -> None:
    counted = Counted(arrived(dialled=OWN), decided(OWN), connected(1), ended("answered"))

    assert counted.series("vaxeln_calls_total") == {("personal", "answered"): 1}
    assert OWN not in counted.instruments.text().decode()


def test_no_hostile_fact_adds_a_series_that_the_plan_does_not_give() -> None:
    counted = Counted()
    outcomes = [*f.Outcome, "", "weird", 'x"} 1']
    for index, outcome in enumerate(outcomes * 2):
        for number in (*PLAN, *(f"{STRANGE}{n}" for n in range(20)), "", 'x"} 1', EMERGENCY):
            call = f"{index}/{number}"
            counted.observe(arrived(call), decided(number, outcome, call), alerted(1, call))
            counted.observe(*([connected(3, call)] if index % 2 else []), ended(outcome, 4, call))

    labels = {MAIN, BYGGLOV, "personal", UNKNOWN, EMERGENCY}
    known = {*f.Outcome, UNKNOWN}
    assert set(counted.series("vaxeln_calls_total")) == {(n, o) for n in labels for o in known}
    turned_away = len(known) - 2  # who chose self_service or a callback was not
    assert len(counted.series("vaxeln_turned_away_total")) == len(labels) * turned_away
    assert set(counted.series("vaxeln_abandoned_total")) == {(number, "short") for number in labels}
    assert len(counted.series("vaxeln_answer_seconds_bucket")) == len(labels) * 10


def test_a_number_that_leaves_the_plan_keeps_what_was_counted() -> None:
    plan = dict(PLAN)
    counted = Counted(
        arrived(), decided(), ended("abandoned"), arrived("b"), decided(call="b"), plan=lambda: plan
    )
    del plan[MAIN]
    counted.observe(ended("abandoned", call="b"), arrived("c"), decided(call="c"), ended("failed", call="c"))

    assert counted.series("vaxeln_calls_total") == {(MAIN, "abandoned"): 2, (UNKNOWN, "failed"): 1}


def test_numbers_beyond_the_limit_are_counted_together() -> None:
    plan = {f"+468{number}": f"+468{number}" for number in range(MAX_NUMBERS + 2)}
    counted = Counted(plan=lambda: plan)
    for number in [*plan, "+4680"]:
        counted.observe(arrived(number), decided(number, call=number), ended("failed", call=number))

    series = counted.series("vaxeln_calls_total")
    assert len(series) == MAX_NUMBERS + 1
    assert series[OTHER, "failed"] == 2
    assert series["+4680", "failed"] == 2


def test_talk_is_counted_without_the_time_that_a_transfer_rings() -> None:
    taken = t.CallTransferred(at=after(40), call="a", leg="a.2", member="bo", kept="a.0", by="a.1")
    counted = Counted(arrived(), decided(), connected(10), handed_on(20), taken, ended("answered", 45))

    assert counted.series("vaxeln_talk_seconds_sum") == {(): 15.0}


def test_talk_goes_on_when_a_transfer_failed_and_ends_with_one_that_leads_nowhere() -> None:
    failed = t.TransferFailed(
        at=after(30), call="a", leg="a.1", stage=t.Stage.TARGET, status=480, resumed=True
    )
    counted = Counted(
        arrived(), decided(), connected(10), handed_on(20), failed, handed_on(35), handed_on(50),
        ended("answered", 90),
    )  # fmt: skip

    assert counted.series("vaxeln_talk_seconds_sum") == {(): 15.0}


def test_a_call_outside_is_no_call_to_the_municipality() -> None:
    going = Decision(
        kind=Kind.RING, targets=(Target("trunk/net", trunk="net"),), visited=("outside:+46317654321",)
    )

    counted = Counted(arrived(), f.RouteDecided(at=AT, call="a", decision=going, talk_limit=0.0))
    assert counted.observer.waiting(after(5)) == {}
    counted.observe(alerted(2), connected(9), ended("answered", 60))

    assert counted.series("vaxeln_calls_total") == {(OUTSIDE, "answered"): 1}
    assert counted.series("vaxeln_answer_seconds_count") == {(OUTSIDE,): 1}
    assert counted.series("vaxeln_talk_seconds_count") == {(): 0}


def test_a_call_outside_of_an_earlier_life_is_one_too() -> None:
    going = Decision(
        kind=Kind.RING, targets=(Target("trunk/net", trunk="net"),), visited=("outside:+46317654321",)
    )
    call = evolve(begin(arrived()), f.RouteDecided(at=AT, call="a", decision=going, talk_limit=0.0))
    counted = Counted()

    counted.observer.adopt(call)
    counted.observe(ended("interrupted", 60))

    assert counted.series("vaxeln_calls_total") == {(OUTSIDE, "interrupted"): 1}


def left(menu: str, key: str = "", branch: Branch = Branch.NO_KEY) -> m.MenuLeft:
    return m.MenuLeft(at=AT, call="a", menu=menu, branch=branch, key=key)


def test_what_callers_choose_is_counted_by_menu_and_key() -> None:
    counted = Counted(
        arrived(),
        decided(),
        left("val", "1", Branch.PRESSED),
        left("val", "1", Branch.PRESSED),
        left("val"),
        left("mer", branch=Branch.ERROR),
    )

    assert counted.series("vaxeln_menu_keys_total") == {
        ("val", "1"): 2,
        ("val", "none"): 1,
        ("mer", "unheard"): 1,
    }


def test_menus_beyond_the_limit_are_counted_together() -> None:
    counted = Counted(arrived(), decided(), *[left(f"val{number}") for number in range(MAX_MENUS + 2)])

    series = counted.series("vaxeln_menu_keys_total")
    assert len(series) == MAX_MENUS + 1
    assert series[OTHER, "none"] == 2


def test_who_leaves_a_menu_has_given_up_after_the_time_since_their_arrival() -> None:
    counted = Counted(arrived(), decided(), ended("abandoned", 12))

    assert counted.series("vaxeln_abandoned_total") == {(MAIN, "short"): 1}


def out_of_queue(queue: str, why: str, seconds: float) -> q.QueueLeft:
    return q.QueueLeft(at=AT, call="a", queue=queue, why=why, seconds=seconds)


def missed(group: str) -> OfferMissed:
    return OfferMissed(at=AT, member="anna", by="", call="a", group=group, why="ring_time", until=AT)


def test_how_callers_leave_a_queue_is_counted_and_how_long_they_were_there() -> None:
    counted = Counted(
        arrived(),
        decided(),
        out_of_queue("kc", "answered", 12.0),
        out_of_queue("kc", "answered", 400.0),
        out_of_queue("bygglov", "left", 3.0),
    )

    assert counted.series("vaxeln_queue_left_total") == {("kc", "answered"): 2, ("bygglov", "left"): 1}
    assert counted.series("vaxeln_queue_wait_seconds_sum") == {("kc",): 412.0, ("bygglov",): 3.0}


def test_missed_offers_are_counted_by_group_and_groups_are_bounded() -> None:
    counted = Counted(*[missed(f"g{number}") for number in range(MAX_GROUPS + 2)])

    series = counted.series("vaxeln_offers_missed_total")
    assert series["g0", "ring_time"] == 1
    assert len(series) == MAX_GROUPS + 1
    assert series[OTHER, "ring_time"] == 2


def test_callbacks_are_counted_as_promised_kept_and_owed() -> None:
    what = b.Callback("+46701740605", "Bygglov", BYGGLOV, 5, AT, AT, 5.0, 3)
    counted = Counted(
        b.CallbackPromised(at=AT, callback="a", queue="kc", what=what),
        b.CallbackTurnCame(at=AT, callback="a", queue="kc", call="b", member="anna"),
        b.CallbackKept(at=AT, callback="a", queue="kc", call="b"),
        b.CallbackOwed(at=AT, callback="c", queue="kc", what=what, why="too_late"),
    )

    assert counted.series("vaxeln_callbacks_total") == {
        ("kc", "promised"): 1, ("kc", "kept"): 1, ("kc", "owed"): 1,
    }  # fmt: skip


def sounded(packets: int, lost: int, jitter: float | None = None, way: float | None = None) -> f.Fact:
    return LegSoundMeasured(
        at=AT, call="a", leg="a.0", packets=packets, lost=lost, jitter=jitter, round_trip=way
    )


def test_what_the_sound_of_legs_was_like_is_counted_as_far_as_it_is_known() -> None:
    counted = Counted(sounded(99, 1, 0.004, 0.08), sounded(500, 0, 0.001), sounded(1, 0))

    assert counted.series("vaxeln_sound_lost_ratio_count") == {(): 3}
    assert counted.series("vaxeln_sound_lost_ratio_bucket")[("0.0",)] == 2
    assert counted.series("vaxeln_sound_lost_ratio_sum") == {(): pytest.approx(0.01)}
    assert counted.series("vaxeln_sound_jitter_seconds_count") == {(): 2}
    assert counted.series("vaxeln_sound_jitter_seconds_bucket")[("0.002",)] == 1
    assert counted.series("vaxeln_sound_round_trip_seconds_sum") == {(): pytest.approx(0.08)}
