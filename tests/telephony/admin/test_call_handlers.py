from pathlib import Path

import pytest

from telephony.call.record import MASKED
from telephony.tokens import Role
from tests.support.administration import CALL
from tests.support.api import Desk
from tests.support.plans import MAIN

PROTECTED = CALL.format(2)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


async def callers(desk: Desk, query: str = "", role: Role = Role.READER) -> dict[int, str]:
    """The callers of a page, by the minute in which they came."""
    reply = await desk.ask("GET", f"/calls{query}", role=role)
    return {int(row["id"][-12:]): row["caller"] for row in reply.json["items"]}


def test_callers_of_a_protected_number_are_masked_for_everybody(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        for role in Role:
            shown = await callers(desk, role=role)
            assert shown == {1: "070-174 06 05", 2: MASKED, 3: "070-174 06 05", 4: "070-174 06 05"}
            one = await desk.ask("GET", f"/calls/{PROTECTED}", role=role)
            assert one.json["caller"] == MASKED
            assert b"174" not in one.octets

        assert len(desk.town.journalled) == 1  # the first plan

    desk.run(ask)


def test_an_operator_who_says_why_sees_them_and_it_is_journalled(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        shown = await callers(desk, f"?reason=a+threat&number={MAIN.replace('+', '%2B')}", Role.OPERATOR)
        one = await desk.ask("GET", f"/calls/{PROTECTED}?reason=a+threat", role=Role.OPERATOR)

        assert 2 not in shown
        assert one.json["caller"] == "070-174 06 05"
        listed, single = desk.town.journalled[-2:]
        assert listed == ("callers shown", "operator", "a threat", f'{{"number":"{MAIN}"}}')
        assert single == ("callers shown", "operator", "a threat", f"call {PROTECTED}")

    desk.run(ask)


def test_a_reader_does_not_see_them_whatever_they_say(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        for path in ("/calls", f"/calls/{PROTECTED}"):
            reply = await desk.ask("GET", f"{path}?reason=curiosity", role=Role.READER)
            assert (reply.status, reply.json["type"]) == (403, "/api/v1/docs#forbidden")

        assert len(desk.town.journalled) == 1

    desk.run(ask)


@pytest.mark.parametrize("reason", ["", "x", "a%0Ab", "y" * 201])
def test_a_reason_says_something(desk: Desk, reason: str) -> None:
    async def ask(desk: Desk) -> None:
        assert (await desk.ask("GET", f"/calls?reason={reason}")).status == 422

    desk.run(ask)


@pytest.mark.parametrize(
    ("query", "minutes"),
    [
        ("outcome=abandoned", {3}),
        ("answered_by=amina", {1, 2, 4}),
        ("number=08-53061300", {2}),
        ("from=2026-12-23T10:57", {1, 2, 3}),
        ("to=2026-12-23T10:57", {4}),
        ("from=2026-12-23T10:57&to=2026-12-23T10:58:01", {2, 3}),
        ("outcome=busy", set()),
        ("caller=070-1740605", {1, 3, 4}),
        ("caller=070-1740606", set()),
    ],
)
def test_calls_are_filtered(desk: Desk, query: str, minutes: set[int]) -> None:
    async def ask(desk: Desk) -> None:
        assert set(await callers(desk, f"?{query}")) == minutes

    desk.run(ask)


def test_that_somebody_called_a_protected_number_is_found_with_a_reason_only(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        found = await callers(desk, "?caller=070-1740605&reason=a+threat", Role.OPERATOR)

        assert set(found) == {1, 2, 3, 4}
        assert desk.town.journalled[-1][3] == '{"caller":"+46701740605"}'

    desk.run(ask)


def test_calls_are_read_page_by_page_also_when_new_ones_come(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        page = (await desk.ask("GET", "/calls?limit=3")).json
        later = desk.town.records.pop()
        desk.town.records = [desk.town.records[0], *desk.town.records, later]

        rest = (await desk.ask("GET", f"/calls?limit=3&cursor={page['next']}")).json

        assert [int(row["id"][-12:]) for row in page["items"] + rest["items"]] == [1, 2, 3, 4]
        assert rest["next"] is None
        assert (await desk.ask("GET", "/calls?cursor=none")).status == 422

    desk.run(ask)


def test_a_call_that_is_not_there_is_not_found(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        assert (await desk.ask("GET", "/calls/nothing")).status == 404

    desk.run(ask)


def test_key_figures_name_their_formula(desk: Desk) -> None:
    async def ask(desk: Desk) -> None:
        reply = await desk.ask("GET", "/key-figures?day=2026-12-22", role=Role.READER)

        assert reply.json["day"] == "2026-12-22"
        assert reply.json["figures"][0]["words"] == "answered / offered"
        assert (await desk.ask("GET", "/key-figures")).json["day"] == "2026-12-23"

    desk.run(ask)


def test_an_explanation_masks_as_the_call_does_and_is_journalled_when_it_does_not(desk: Desk) -> None:
    path = f"/calls/{PROTECTED}/explanation"

    async def ask(desk: Desk) -> None:
        masked = await desk.ask("GET", path)
        assert masked.json["call"]["caller"] == MASKED
        assert b"174" not in masked.octets
        assert [past["transfer"] for past in masked.json["decisions"]] == [False]
        assert masked.json["today"]["sentences"][0].startswith("Samtalet till ")
        assert len(desk.town.journalled) == 1

        seen = await desk.ask("GET", f"{path}?reason=a+threat", role=Role.OPERATOR)
        assert seen.json["call"]["caller"] == "070-174 06 05"
        assert desk.town.journalled[-1] == ("callers shown", "operator", "a threat", f"call {PROTECTED}")
        assert (await desk.ask("GET", f"{path}?reason=curiosity", role=Role.READER)).status == 403
        assert (await desk.ask("GET", "/calls/nothing/explanation")).status == 404

    desk.run(ask)
