from datetime import datetime, timedelta
from pathlib import Path

from routing.override import Override
from telephony.archive.codec import Codec
from telephony.archive.journal import Journal
from telephony.archive.store import Limits
from telephony.call import facts as f
from telephony.call import house_facts as h
from telephony.call.registry import FACTS
from telephony.journal_start import opening_facts
from telephony.simulate.values import PhoneChange
from telephony.simulation_reader import read_meanwhile
from telephony.switchboard import Switchboard
from tests.support.calls import arrive, contact, registered
from tests.support.plans import tables_of
from tests.support.simulated import DAY

NINE = DAY[0] + timedelta(hours=9)
CLOSED = Override(open=False, until=DAY[1] + timedelta(days=9), reason="Brand", owner="Anna")


class Node:
    """A switchboard with a journal whose segments are small."""

    def __init__(self, folder: Path, segment: int = 4000) -> None:
        self.now = DAY[0]
        self.journal: Journal[f.Fact] = Journal.open(
            folder,
            Codec(FACTS),
            report=lambda finding: None,
            opening_facts=lambda: opening_facts(self.switchboard, self.now),
            limits=Limits(segment=segment),
        )
        self.switchboard = Switchboard(self.journal, tables_of(), talk_limit=0.0)

    def see(self, at: datetime, fact: f.Fact) -> None:
        self.now = at
        self.switchboard.receive(fact, at)


def test_what_was_so_before_is_found_by_the_segment_that_begins_before(tmp_path: Path) -> None:
    node = Node(tmp_path)
    day_before = DAY[0] - timedelta(days=1)
    node.see(day_before, registered("kc1", contact("kc1", expires=1e6), at=day_before))
    node.see(day_before, h.OverrideSet(at=day_before, number="", override=CLOSED, by="anna"))
    for minute in range(60):  # so that there are several segments, with calls in between
        at = DAY[0] - timedelta(minutes=60 - minute)
        node.see(at, arrive(f"c{minute}", at=at))
    node.see(NINE, registered("kc2", contact("kc2", expires=1e6), at=NINE))
    node.see(DAY[1], registered("bygg1", contact("bygg1", expires=1e6), at=DAY[1]))
    node.journal.close()
    assert len(list(tmp_path.glob("*.seg"))) > 3

    found = read_meanwhile(tmp_path, *DAY)

    assert found.phones == (PhoneChange(DAY[0], "kc1", True), PhoneChange(NINE, "kc2", True))
    assert [change.override for change in found.overrides] == [CLOSED]
    assert found.known_from == DAY[0]


def test_a_journal_that_begins_later_knows_from_then(tmp_path: Path) -> None:
    node = Node(tmp_path)
    node.see(NINE, registered("kc2", contact("kc2", expires=1e6), at=NINE))
    node.journal.close()

    assert read_meanwhile(tmp_path, *DAY).known_from == NINE
    assert read_meanwhile(tmp_path, DAY[0] - timedelta(days=3), DAY[0]).known_from is None


def test_no_journal_tells_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    assert read_meanwhile(tmp_path / "none", *DAY).known_from is None
    assert read_meanwhile(tmp_path / "empty", *DAY).known_from is None


def test_what_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    node = Node(tmp_path)
    node.see(NINE, registered("kc1", contact("kc1", expires=1e6), at=NINE))
    node.journal.close()
    (segment,) = tmp_path.glob("*.seg")
    segment.write_bytes(segment.read_bytes() + b"torn")

    assert read_meanwhile(tmp_path, *DAY).phones == (PhoneChange(NINE, "kc1", True),)
