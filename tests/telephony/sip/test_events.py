from dataclasses import FrozenInstanceError
from typing import get_args

import pytest

from telephony.sip.events import Event, TransactionTimedOut


def test_every_event_names_its_transaction() -> None:
    assert all("transaction" in kind.__dataclass_fields__ for kind in get_args(Event))


def test_events_do_not_change() -> None:
    event = TransactionTimedOut("z9hG4bK1")

    with pytest.raises(FrozenInstanceError):
        event.transaction = "other"  # type: ignore[misc]
