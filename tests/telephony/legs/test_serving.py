"""telephony/legs/serving.py: what is done with each method inside a dialog."""

import pytest

from tests.support.stage import Stage


@pytest.mark.parametrize(
    ("method", "status"),
    [("MESSAGE", 405), ("PUBLISH", 405), ("COFFEE", 501), ("OPTIONS", 200), ("PRACK", 481)],
)
def test_each_method_gets_its_answer(stage: Stage, method: str, status: int) -> None:
    call, _ = stage.connected()

    answer = call.ask(method)

    assert answer.status == status
    assert ("Allow" in answer.headers) is (status in (200, 405, 501))


def test_what_cannot_be_required_of_us_is_named(stage: Stage) -> None:
    call, _ = stage.connected()

    answer = call.ask("OPTIONS", "", ("Require", "100rel, nosuch"))

    assert (answer.status, answer.headers.get("Unsupported")) == (420, "nosuch")
