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
        assert [change.path for change in await desk.diff_plan(smaller)] == ["groups.kc.members"]
        made = await desk.apply_plan(smaller, expected=1, by="eva", reason="Bengt slutar")
        assert (made.made.version, len((await desk.group("kc")).members)) == (2, 1)
        with pytest.raises(VersionConflict):
            await desk.apply_plan(smaller, expected=1, by="eva", reason="igen")
        back = await desk.roll_back(1, expected=2, by="eva", reason="Bengt stannar")
        assert (back.made.version, len((await desk.group("kc")).members)) == (3, 2)
        assert [head.version for head in await desk.plan_versions(3, 5)] == [2, 1]
        assert (await desk.plan_version(2)).source == smaller.text
        for missing in (desk.plan_version(9), desk.roll_back(9, expected=3, by="eva", reason="?")):
            with pytest.raises(NotFound, match="version 9"):
                await missing

    office.run(use)

    assert [(fact.version, fact.author) for fact in office.facts(h.PlanApplied)] == [
        (1, "test"),
        (2, "eva"),
        (3, "eva"),
    ]
    assert [fact.version for fact in office.facts(h.PlanLoaded)] == [1, 2, 3]
