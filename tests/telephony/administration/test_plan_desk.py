"""The plan and its versions, and what is journalled."""

import pytest

from telephony.admin.errors import NotFound
from telephony.admin.values import Draft, Form
from telephony.administration.live import LiveAdministration
from telephony.archive.errors import VersionConflict
from telephony.call import house_facts as h
from tests.support.office import PEOPLE, Office
from tests.support.plans import GROUPS, PlanText


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
        assert (made.version, len((await desk.group("kc")).members)) == (2, 1)
        with pytest.raises(VersionConflict):
            await desk.apply_plan(smaller, expected=1, by="eva", reason="igen")
        back = await desk.roll_back(1, expected=2, by="eva", reason="Bengt stannar")
        assert (back.version, len((await desk.group("kc")).members)) == (3, 2)
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
