from routing.override import Override
from routing.places import Found, Named, Place
from telephony.call import facts as f
from telephony.call import house_facts as h
from telephony.call.house import House
from telephony.call.trunk_facts import TrunkRegistered, TrunkRegistrationLost
from tests.support.calls import NOON, after, arrive, contact, phone, registered, trunk


def house_after(*facts: f.Fact) -> House:
    house = House()
    for fact in facts:
        house.evolve(fact)
    return house


def offered(member: str, leg: str = "c1.1", account: str = "") -> f.MemberOffered:
    call = leg.partition(".")[0]
    return f.MemberOffered(at=NOON, call=call, leg=leg, target=phone(member, account))


# ---- who is free


def test_an_offer_reserves_the_member() -> None:
    house = house_after(offered("anna"))

    assert not house.is_free("anna")
    assert house.is_free("bo")


def test_the_legs_that_keep_a_member_busy_are_known() -> None:
    house = house_after(offered("anna"), offered("anna", "c1.2"))

    assert set(house.legs_of("anna")) == {"c1.1", "c1.2"}
    assert not house.legs_of("bo")


def test_a_member_is_free_when_the_leg_has_ended() -> None:
    assert house_after(offered("anna"), f.LegEnded(at=NOON, call="c1", leg="c1.1")).is_free("anna")


def test_a_member_is_free_when_the_phone_has_refused() -> None:
    refused = f.MemberRefused(at=NOON, call="c1", leg="c1.1", status=486)

    assert house_after(offered("anna"), refused).is_free("anna")


def test_a_member_is_not_free_while_the_withdrawn_offer_may_still_be_answered() -> None:
    withdrawn = f.OfferWithdrawn(at=NOON, call="c1", leg="c1.1", why="ring_time")

    assert not house_after(offered("anna"), withdrawn).is_free("anna")


def test_a_member_with_two_phones_is_free_when_both_legs_are_over() -> None:
    house = house_after(offered("anna", "c1.1", "desk"), offered("anna", "c1.2", "mobile"))

    house.evolve(f.MemberRefused(at=NOON, call="c1", leg="c1.1", status=486))
    assert not house.is_free("anna")

    house.evolve(f.LegEnded(at=NOON, call="c1", leg="c1.2"))
    assert house.is_free("anna")


def test_a_member_who_calls_is_busy() -> None:
    house = house_after(arrive(member="anna"))
    assert not house.is_free("anna")

    house.evolve(f.LegEnded(at=NOON, call="c1", leg="c1.0"))
    assert house.is_free("anna")


def test_a_trunk_takes_any_number_of_calls() -> None:
    house = house_after(f.MemberOffered(at=NOON, call="c1", leg="c1.1", target=trunk("telia")))

    assert house.is_free("trunk/telia")


def test_the_end_of_a_leg_that_reserves_nobody_changes_nothing() -> None:
    house = house_after(arrive(), offered("anna"), f.LegEnded(at=NOON, call="c1", leg="c1.0"))

    assert not house.is_free("anna")


# ---- where phones are


def test_a_phone_is_reached_where_it_registered_the_preferred_contact_first() -> None:
    house = house_after(registered("anna", contact("anna", 1, q=0.2), contact("anna", 2, q=0.9)))

    assert house.is_registered("anna")
    assert [found.q for found in house.contacts("anna")] == [0.9, 0.2]
    assert list(house.registrations()) == ["anna"]


def test_a_phone_that_registers_again_is_reached_there_alone() -> None:
    house = house_after(registered("anna", contact("anna", 1)), registered("anna", contact("anna", 2)))

    assert house.contacts("anna") == (contact("anna", 2),)
    assert house.phone_at(("192.0.2.1", 5060)) is None
    assert house.phone_at(("192.0.2.2", 5060)) == "anna"


def test_a_phone_that_leaves_is_not_registered() -> None:
    house = house_after(registered("anna"), h.PhoneRegistered(at=NOON, phone="anna", contacts=()))

    assert not house.is_registered("anna")
    assert house.contacts("anna") == ()
    assert house.phone_at(("192.0.2.1", 5060)) is None


def test_of_two_accounts_on_one_device_the_latest_is_told_and_the_other_when_it_leaves() -> None:
    house = house_after(registered("anna"), registered("bo"))
    assert house.phone_at(("192.0.2.1", 5060)) == "bo"

    house.evolve(h.PhoneRegistered(at=NOON, phone="bo", contacts=()))

    assert house.phone_at(("192.0.2.1", 5060)) == "anna"


def test_contacts_that_ran_out_are_told_at_the_very_time() -> None:
    short, long = contact("anna", 1, expires=60.0), contact("anna", 2, expires=90.0)
    house = house_after(registered("anna", short, long))

    assert house.expired("anna", after(59.9)) is None
    expired = house.expired("anna", after(60))

    assert expired == h.RegistrationExpired(at=after(60), phone="anna", contacts=(long,))
    house.evolve(expired)
    assert house.contacts("anna") == (long,)


def test_a_phone_whose_last_contact_ran_out_is_not_registered() -> None:
    house = house_after(registered("anna"), h.RegistrationExpired(at=after(3600), phone="anna", contacts=()))

    assert not house.is_registered("anna")


def test_carried_registrations_are_all_there_are() -> None:
    carried = h.RegistrationsCarried(at=NOON, contacts={"bo": (contact("bo", 2),)}, calls_since=0)
    house = house_after(registered("anna"), carried)

    assert list(house.registrations()) == ["bo"]
    assert house.phone_at(("192.0.2.1", 5060)) is None
    assert house.phone_at(("192.0.2.2", 5060)) == "bo"


def test_what_is_carried_over_folds_to_the_same_house() -> None:
    house = house_after(registered("anna"), registered("bo"), registered("anna"))
    carried = h.RegistrationsCarried(at=NOON, contacts=dict(house.registrations()), calls_since=0)

    assert house.phone_at(("192.0.2.1", 5060)) == "anna"
    assert house_after(carried).phone_at(("192.0.2.1", 5060)) == "anna"
    assert house_after(carried).registrations() == house.registrations()


def test_a_step_of_the_clock_moves_registrations_along() -> None:
    house = house_after(registered("anna"), h.ClockStepped(at=after(-60), seconds=-60.0))

    assert house.contacts("anna") == (contact("anna", expires=3540.0),)


# ---- the plan and the service


def test_the_house_knows_the_plan_in_force() -> None:
    assert house_after(h.PlanLoaded(at=NOON, version=7, digest="ab")).plan_version == 7


def test_a_drain_lasts_until_the_service_begins_again() -> None:
    house = house_after(h.DrainStarted(at=NOON))
    assert house.draining

    house.evolve(h.ServiceStarted(at=NOON, release="0.1.0"))
    assert not house.draining


def test_a_fact_that_concerns_no_other_call_changes_nothing() -> None:
    house = house_after(h.ServiceStopped(at=NOON))

    assert not house.registrations()


# ---- overrides


def override(number: str, minutes: float) -> h.OverrideSet:
    made = Override(open=False, until=after(60 * minutes), reason="Stängt för utbildning", owner="Anna")
    return h.OverrideSet(at=NOON, number=number, by="token-a", override=made)


def test_an_override_holds_until_it_is_replaced_or_ended() -> None:
    house = house_after(override("+46853061201", 5), override("", 5), override("+46853061201", 10))
    assert {number: made.until for number, made in house.overrides().items()} == {
        "+46853061201": after(600),
        "": after(300),
    }

    house.evolve(h.OverrideEnded(at=NOON, number="+46853061201", by="token-a"))
    house.evolve(h.OverrideEnded(at=NOON, number="+46853061999", by=""))

    assert list(house.overrides()) == [""]


def test_overrides_that_are_carried_over_are_all_there_are() -> None:
    carried = {"": override("", 5).override}
    house = house_after(override("+46853061201", 5), h.OverridesCarried(at=NOON, overrides=carried))

    assert house.overrides() == carried


def test_a_plan_does_not_touch_overrides() -> None:
    house = house_after(override("", 5), h.PlanLoaded(at=NOON, version=2, digest="d"))

    assert list(house.overrides()) == [""]


# ---- who answers


def test_a_phone_that_is_lost_cannot_be_reached_until_it_is_found_or_registers() -> None:
    house = house_after(registered("anna"), h.PhoneLost(at=NOON, phone="anna"))
    assert not house.is_registered("anna")
    assert set(house.lost()) == {"anna"}
    assert house.contacts("anna")

    house.evolve(h.PhoneFound(at=NOON, phone="anna"))
    assert house.is_registered("anna")

    house.evolve(h.PhoneLost(at=NOON, phone="anna"))
    house.evolve(registered("anna"))
    assert house.is_registered("anna")


def test_a_lost_phone_stays_lost_when_one_of_its_contacts_runs_out() -> None:
    both = registered("anna", contact("anna", 1), contact("anna", 2))
    house = house_after(both, h.PhoneLost(at=NOON, phone="anna"))

    house.evolve(h.RegistrationExpired(at=NOON, phone="anna", contacts=(contact("anna", 2),)))
    assert not house.is_registered("anna")

    house.evolve(h.RegistrationExpired(at=NOON, phone="anna", contacts=()))
    assert not house.lost()


def test_a_phone_that_is_not_registered_is_not_lost() -> None:
    assert not house_after(h.PhoneLost(at=NOON, phone="anna")).lost()


def test_a_gateway_is_up_unless_it_was_lost() -> None:
    house = house_after(h.GatewayLost(at=NOON, gateway=Place("192.0.2.9", 5060)))
    assert not house.is_up(Place("192.0.2.9", 5060))
    assert house.is_up(Place("192.0.2.9", 5061))

    house.evolve(h.GatewayFound(at=NOON, gateway=Place("192.0.2.9", 5060)))
    assert house.is_up(Place("192.0.2.9", 5060))


def test_a_start_knows_nothing_of_who_answers() -> None:
    lost = h.GatewayLost(at=NOON, gateway=Place("192.0.2.9", 5060))
    house = house_after(registered("anna"), h.PhoneLost(at=NOON, phone="anna"), lost)

    house.evolve(h.ServiceStarted(at=NOON, release="1"))

    assert house.is_registered("anna")
    assert house.is_up(Place("192.0.2.9", 5060))


# ---- channels of trunks


def test_a_trunk_has_a_call_until_its_leg_is_over_whichever_way_it_went() -> None:
    out = f.MemberOffered(at=NOON, call="c2", leg="c2.1", target=trunk("telia"))
    house = house_after(arrive(), out, arrive("c3", origin=f.Origin.PHONE, origin_name="kc1"))
    assert house.channels("telia") == 2
    assert house.channels("kc1") == house.channels("tele2") == 0

    house.evolve(f.LegEnded(at=NOON, call="c1", leg="c1.0"))
    house.evolve(f.MemberRefused(at=NOON, call="c2", leg="c2.1", status=503))
    house.evolve(f.LegEnded(at=NOON, call="c2", leg="c2.1"))
    assert house.channels("telia") == 0


def test_what_a_name_means_is_asked_of_who_knows() -> None:
    named = Named("pbx.example.se", None, "TLS")
    found = (Found(0, 0, (named.at("192.0.2.9", 5061),)),)

    class Known:
        def places(self, asked: Named) -> tuple[Found, ...]:
            return found if asked == named else ()

    assert House(Known()).places(named) == found
    assert House().places(named) == ()


def test_a_registration_of_ours_lasts_until_it_is_lost_or_a_new_life_begins() -> None:
    at = ("192.0.2.40", 5060)
    registered = TrunkRegistered(at=NOON, trunk="net", registrar=at, seconds=60)
    lost = TrunkRegistrationLost(at=NOON, trunk="net", status=403, why="refused")

    assert house_after(registered).registrar("net") == at
    assert house_after(registered).registrar("pbx") is None
    assert house_after(registered, lost, lost).registrar("net") is None
    assert house_after(registered, h.ServiceStarted(at=NOON, release="1")).registrar("net") is None
