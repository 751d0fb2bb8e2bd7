"""The answers that the API's document shows: what its example requests are answered, over a town in memory.

After a change of the API they are made anew by `python -m tests.telephony.admin.answer_examples`.
"""

import json
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from routing.override import Override
from telephony.admin.openapi import ANSWERS_FILE
from telephony.admin.operation import Operation
from telephony.admin.plan_routes import EXAMPLE_PLAN
from telephony.admin.routes import OPERATIONS
from telephony.admin.values import Draft, Form
from tests.support.administration import NOW, Town
from tests.support.api import Desk, request_of
from tests.support.plans import MAIN

MOST = 3
"""Items of a list that are shown: nobody reads 365 days."""


def example_town() -> Town:
    """The town that is asked: it has the example plan, and an override."""
    town = Town(first_plan=Draft(json.dumps(EXAMPLE_PLAN), Form.JSON))
    town.set_overrides[MAIN] = Override(True, NOW + timedelta(hours=1), "snow", "Amina")
    return town


def answer_of(operation: Operation) -> Any:
    """What the example of an operation is answered, its lists shortened."""
    found: list[Any] = []

    async def ask(desk: Desk) -> None:
        reply = await desk.ask(*request_of(operation), role=operation.role)
        found.append(_shortened(reply.json))

    with tempfile.TemporaryDirectory() as folder:
        Desk(Path(folder), example_town()).run(ask)
    return found[0]


def _shortened(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _shortened(inner) for key, inner in value.items()}
    return [_shortened(inner) for inner in value[:MOST]] if isinstance(value, list) else value


def main() -> None:
    """Write them all."""
    answers = {operation.id: answer_of(operation) for operation in OPERATIONS if operation.answer is not None}
    ANSWERS_FILE.write_text(json.dumps(answers, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
