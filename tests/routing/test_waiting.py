"""What the wait of a caller is made of; how calls are decided with it is in `test_decide_queue`."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from routing.decision import Origin, Question
from routing.waiting import wait_of
from tests.support.plans import BYGGLOV, MAIN
from tests.support.queue_town import URGENT, queue_tables

MONDAY = datetime(2027, 3, 1, 11, tzinfo=UTC)
CITIZEN = Question(BYGGLOV, Origin.TRUNK, "operator", "+46701740605")
CLOSES = datetime(2027, 3, 1, 15, 30, tzinfo=UTC)


def test_the_number_gives_the_priority_and_the_hours_the_queue_the_rest() -> None:
    tables = queue_tables(bygglov="closing_seconds = 60.0")
    queue = tables.queues["bygglov"]

    assert wait_of(tables.numbers[BYGGLOV], queue, CITIZEN, (), {}, MONDAY) == replace(
        queue.wait, priority=5, closes_at=CLOSES, leave_at=CLOSES + timedelta(seconds=60)
    )
    assert wait_of(tables.numbers[URGENT], queue, CITIZEN, (), {}, MONDAY).priority == 1
    assert wait_of(tables.numbers[MAIN], queue, CITIZEN, (), {}, MONDAY).leave_at is None
