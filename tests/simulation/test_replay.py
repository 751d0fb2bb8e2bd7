"""The journal alone, folded with `evolve`, gives the state that the node had, at any moment."""

from telephony.switchboard import Switchboard
from tests.simulation.hard_day import HardDay
from tests.simulation.picture import Picture
from tests.support.switchboard import MemoryJournal


def test_the_journal_tells_what_the_node_knew(hard_day: HardDay) -> None:
    town = hard_day.town
    folded = Switchboard(MemoryJournal(), town.tables, talk_limit=0.0)
    facts = enumerate(town.facts, 1)
    done = 0
    for position, known in hard_day.pictures:
        folded.replay([next(facts) for _ in range(position - done)])
        done = position
        assert Picture.of(folded, town.tables.people) == known
    assert any(known.busy for _, known in hard_day.pictures)


def test_replay_has_no_actions(hard_day: HardDay) -> None:
    town = hard_day.town
    folded = Switchboard(MemoryJournal(), town.tables, talk_limit=0.0)
    folded.replay(enumerate(town.facts, 1))
    assert list(folded.actions()) == []
