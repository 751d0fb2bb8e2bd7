"""The plan and its versions, and what is journalled."""

from datetime import UTC, datetime, timedelta

import pytest

from telephony.admin.errors import NotFound
from telephony.admin.values import Draft, Form, PendingPolicy
from telephony.administration.live import LiveAdministration
from telephony.archive.errors import VersionConflict
from telephony.call import facts as f
from telephony.call import house_facts as h
from telephony.call.call import Phase
from tests.support.calls import arrive, contact, registered
from tests.support.office import PEOPLE, Office, closed
from tests.support.plans import BYGGLOV, GROUPS, MAIN, NUMBERS, PlanText


def test_the_plan_is_read_checked_compared_applied_and_rolled_back(office: Office) -> None:
    smaller = Draft(
        str(PlanText(people=PEOPLE, groups=GROUPS.replace('["amina", "bengt"]', '["amina"]'))), Form.TOML
    )

    async def use(desk: LiveAdministration) -> None:
        assert (await desk.plan()).version == 1
        assert not await desk.check_plan(smaller)
        found = await desk.diff_plan(smaller, None)
        assert [change.path for change in found.changes] == ["groups.kc.members"]
        assert found.tables is not None and found.tables.hours.start == office.now
        made = await desk.apply_plan(smaller, expected=1, by="eva", reason="Bengt slutar")
        assert (made.made.version, len((await desk.group("kc")).members)) == (2, 1)
        with pytest.raises(VersionConflict):
            await desk.apply_plan(smaller, expected=1, by="eva", reason="igen")
        back = await desk.roll_back(1, expected=2, by="eva", reason="Bengt stannar")
        assert (back.made.version, len((await desk.group("kc")).members)) == (3, 2)
        assert [head.version for head in await desk.plan_versions(3, 5)] == [2, 1]
        assert (await desk.plan_version(2)).source == smaller.text
        assert (await desk.diff_plan(smaller, 2)).changes == ()
        found = await desk.diff_versions(2, 3)
        assert found.tables is not None
        assert [group.joined for group in found.tables.groups] == [("bengt",)]
        for missing in (
            desk.plan_version(9),
            desk.roll_back(9, expected=3, by="eva", reason="?"),
            desk.diff_plan(smaller, 9),
            desk.diff_versions(3, 9),
        ):
            with pytest.raises(NotFound, match="version 9"):
                await missing

    office.run(use)

    assert [(fact.version, fact.author) for fact in office.facts(h.PlanApplied)] == [
        (1, "test"),
        (2, "eva"),
        (3, "eva"),
    ]
    assert [fact.version for fact in office.facts(h.PlanLoaded)] == [1, 2, 3]


# ---- what a new plan means to calls, at once and on the second

MIDNIGHT = datetime(2026, 11, 24, 23, tzinfo=UTC)
SECOND = timedelta(seconds=1)
KC_ALONE = GROUPS.splitlines()[2].replace('["amina", "bengt"]', '["amina"]')
KEPT_NUMBER = NUMBERS[: NUMBERS.index(f'[numbers."{BYGGLOV}"]')]
SMALLER = Draft(
    str(PlanText(people=PEOPLE, groups=f"[groups]\n{KC_ALONE}\n", numbers=KEPT_NUMBER)), Form.TOML
)
"""Bengt has left Kontaktcenter, and Bygglov is gone, its number too."""


def all_there(office: Office) -> None:
    for account in ("kc1", "kc2", "bygg1", "bygg1m", "bygg2"):
        office.see(registered(account, contact(account, expires=7 * 86400.0)))


def arrives(office: Office, call: str, dialled: str = MAIN) -> None:
    office.see(arrive(call, at=office.now, dialled=dialled))
    office.see(f.LegDialogChanged(at=office.now, call=call, leg=f"{call}.0", dialog={}))


def rung(office: Office, call: str) -> list[tuple[int, set[str]]]:
    """By each decision about this call: the plan's version, and who is rung."""
    decided = [fact.decision for fact in office.facts(f.RouteDecided) if fact.call == call]
    return [(one.plan_version, {target.member for target in one.targets}) for one in decided]


def test_a_second_before_the_old_plan_decides_and_on_the_second_the_new(office: Office) -> None:
    async def use(desk: LiveAdministration) -> None:
        all_there(office)
        await desk.apply_plan(SMALLER, expected=1, by="eva", reason="Bengt slutar", valid_from=MIDNIGHT)
        waits = await desk.pending_plan()
        assert (waits.head.version, waits.head.valid_from, waits.usable) == (2, MIDNIGHT, True)
        assert (await desk.status()).pending == waits.head

        office.go_to(MIDNIGHT - SECOND)
        arrives(office, "before")
        office.see(f.LegHungUp(at=office.now, call="before", leg="before.0"))
        for leg in ("before.1", "before.2"):
            office.see(f.LegEnded(at=office.now, call="before", leg=leg))
        office.go_to(MIDNIGHT)
        arrives(office, "after")

        assert (rung(office, "before"), rung(office, "after")) == (
            [(1, {"amina", "bengt"})],
            [(2, {"amina"})],
        )
        assert (await desk.status()).pending is None
        for missing in (desk.pending_plan(), desk.withdraw_plan(expected=2, by="eva", reason="?")):
            with pytest.raises(NotFound, match="waits for its time"):
                await missing

    office.run(use)

    assert [(fact.at, fact.version) for fact in office.facts(h.PlanLoaded)][-1] == (MIDNIGHT, 2)
    assert [(fact.version, fact.author) for fact in office.facts(h.PlanScheduled)] == [(2, "eva")]
    assert [(fact.at, fact.version) for fact in office.facts(h.PlanApplied)][-1] == (MIDNIGHT, 2)


def test_calls_that_ring_or_talk_are_not_disturbed(office: Office) -> None:
    async def use(desk: LiveAdministration) -> None:
        all_there(office)
        arrives(office, "talks", BYGGLOV)
        office.see(f.MemberAnswered(at=office.now, call="talks", leg="talks.1"))
        arrives(office, "rings")
        before = len(list(office.journal.read()))

        await desk.apply_plan(SMALLER, expected=1, by="eva", reason="Bengt slutar")
        office.see(f.MemberAlerted(at=office.now, call="rings", leg="rings.2"))
        office.see(f.MemberAnswered(at=office.now, call="rings", leg="rings.2"))

        assert all(office.switchboard.calls[call].is_live for call in ("talks", "rings"))
        since = [fact for _, fact in list(office.journal.read())[before:] if isinstance(fact, f.CallFact)]
        assert not [fact for fact in since if isinstance(fact, f.CallEnded | f.LegEnded | f.RouteDecided)]
        connected = [(fact.call, fact.member) for fact in office.facts(f.CallConnected)]
        assert connected == [("talks", "david"), ("rings", "bengt")]  # who is in the group no more

    office.run(use)


def test_callers_whose_group_vanishes_go_to_kontaktcenter(office: Office) -> None:
    async def use(desk: LiveAdministration) -> None:
        all_there(office)
        arrives(office, "waits", BYGGLOV)
        await desk.apply_plan(SMALLER, expected=1, by="eva", reason="Bygglov läggs ned")
        assert office.switchboard.calls["waits"].phase is Phase.RINGING

        while len(rung(office, "waits")) < 2:  # nobody answers
            due = office.switchboard.get_timer()
            assert due is not None
            office.go_to(due)
            office.switchboard.handle_timer(office.now)

        assert rung(office, "waits")[1] == (2, {"amina"})
        arrives(office, "new", BYGGLOV)
        assert rung(office, "new") == [(2, set())]  # and who dials it now is told that there is none

    office.run(use)


def test_overrides_are_untouched_by_apply_and_rollback(office: Office) -> None:
    async def use(desk: LiveAdministration) -> None:
        by_hand = {MAIN: closed(minutes=60 * 24), "": closed(minutes=60 * 20)}
        for number, override in by_hand.items():
            await desk.set_override(number, override, by="anna")

        await desk.apply_plan(SMALLER, expected=1, by="eva", reason="Bengt slutar")
        assert await desk.overrides() == by_hand
        await desk.roll_back(1, expected=2, by="eva", reason="Bengt stannar", valid_from=MIDNIGHT)
        office.go_to(MIDNIGHT)

        assert (await desk.plan()).version == 3
        assert await desk.overrides() == by_hand
        assert not (await desk.number(MAIN)).open

    office.run(use)


def test_what_waits_is_made_anew_and_withdrawn(office: Office) -> None:
    longer = Draft(
        str(PlanText(people=PEOPLE, groups=GROUPS.replace("ring_seconds = 15", "ring_seconds = 30"))),
        Form.TOML,
    )
    fewer = Draft(
        str(PlanText(people=PEOPLE, groups=GROUPS.replace('["amina", "bengt"]', '["amina"]'))), Form.TOML
    )

    async def use(desk: LiveAdministration) -> None:
        await desk.apply_plan(fewer, expected=1, by="eva", reason="Bengt slutar", valid_from=MIDNIGHT)

        made = await desk.apply_plan(
            longer, expected=1, by="ola", reason="längre", pending=PendingPolicy.REBASE
        )

        assert made.withdrawn is not None and made.rebased is not None
        assert (made.made.version, made.withdrawn.version, made.rebased.version) == (3, 2, 4)
        assert [change.path for change in made.changes] == ["groups.kc.members"]
        assert (await desk.withdraw_plan(expected=4, by="ola", reason="uppskjutet")).version == 4
        assert [head.state.value for head in await desk.plan_versions(None, 9)] == [
            "withdrawn",
            "in_force",
            "withdrawn",
            "superseded",
        ]

    office.run(use)
