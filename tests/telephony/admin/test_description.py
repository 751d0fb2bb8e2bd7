import asyncio
import json

import pytest

from telephony.admin import description
from telephony.admin.description import Description


def test_it_is_made_once_however_many_ask_and_whoever_of_them_goes_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = []

    def page(document: object) -> str:
        made.append(document)
        return "the page"

    monkeypatch.setattr(description, "page", page)

    async def ask() -> None:
        described = Description("1.2")
        assert made == []  # nobody has asked

        impatient, patient = [asyncio.create_task(described.made()) for _ in range(2)]
        await asyncio.sleep(0)
        impatient.cancel()
        first, second = await patient, await described.made()

        assert impatient.cancelled()
        assert first is second
        assert (first.page, json.loads(first.document)["info"]["version"]) == ("the page", "1.2")

    asyncio.run(ask())

    assert len(made) == 1
