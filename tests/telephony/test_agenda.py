from weakref import WeakSet

from hypothesis import given
from hypothesis import strategies as st

from telephony.agenda import Agenda


def agenda_of(**deadlines: float) -> Agenda[float]:
    agenda: Agenda[float] = Agenda()
    for key, when in deadlines.items():
        agenda.set(key, when)
    return agenda


def test_nothing_is_due_on_an_empty_agenda() -> None:
    agenda = agenda_of()

    assert agenda.earliest() is None
    assert list(agenda.due(99.0)) == []
    assert len(agenda) == 0


def test_what_is_due_comes_in_order_and_once() -> None:
    agenda = agenda_of(c=3.0, a=1.0, b=2.0)

    assert agenda.earliest() == 1.0
    assert list(agenda.due(2.0)) == ["a", "b"]
    assert list(agenda.due(2.0)) == []
    assert agenda.earliest() == 3.0


def test_a_new_deadline_takes_the_place_of_the_old_one_earlier_or_later() -> None:
    agenda = agenda_of(a=5.0)

    agenda.set("a", 1.0)
    assert (agenda.earliest(), len(agenda)) == (1.0, 1)

    agenda.set("a", 9.0)
    assert agenda.earliest() == 9.0
    assert list(agenda.due(9.0)) == ["a"]
    assert agenda.earliest() is None


def test_the_same_deadline_again_is_the_same() -> None:
    agenda = agenda_of(a=5.0)
    agenda.set("a", 5.0)

    assert list(agenda.due(5.0)) == ["a"]


def test_a_deadline_can_be_taken_away() -> None:
    agenda = agenda_of(a=1.0, b=2.0)
    agenda.set("a", None)
    agenda.set("unknown", None)

    assert agenda.earliest() == 2.0
    assert len(agenda) == 1


def test_a_deadline_that_is_set_while_others_pass_counts_if_it_is_due() -> None:
    agenda = agenda_of(a=1.0)
    seen = []

    for key in agenda.due(3.0):
        seen.append(key)
        if len(seen) < 3:
            agenda.set("a", 1.0 + len(seen))

    assert seen == ["a", "a", "a"]


class Moment(float):
    """A time whose end can be noticed."""


def test_deadlines_that_were_moved_are_forgotten() -> None:
    agenda = agenda_of(other=1e9)
    alive: WeakSet[Moment] = WeakSet()
    for step in range(10_000):
        moment = Moment(step)
        alive.add(moment)
        agenda.set("a", moment)

    assert len(alive) < 100
    assert list(agenda.due(1e6)) == ["a"]


OPERATIONS = st.lists(
    st.one_of(
        st.tuples(st.just("set"), st.sampled_from("abcd"), st.none() | st.integers(0, 20)),
        st.tuples(st.just("due"), st.just(""), st.integers(0, 20)),
    ),
    max_size=300,
)


@given(OPERATIONS)
def test_it_behaves_as_a_table_that_is_searched(operations: list[tuple[str, str, int | None]]) -> None:
    agenda: Agenda[int] = Agenda()
    table: dict[str, int] = {}
    for name, key, when in operations:
        if name == "set":
            agenda.set(key, when)
            table.pop(key, None)
            if when is not None:
                table[key] = when
        elif when is not None:
            due = [(at, key) for key, at in table.items() if at <= when]
            assert list(agenda.due(when)) == [key for _, key in sorted(due)]
            table = {key: at for key, at in table.items() if at > when}
        assert agenda.earliest() == min(table.values(), default=None)
        assert len(agenda) == len(table)


def test_a_deadline_can_be_given_to_another_key() -> None:
    agenda: Agenda[float] = Agenda()
    agenda.set("a", 1.0)

    agenda.move("a", "b")
    agenda.move("c", "d")

    assert list(agenda.due(2.0)) == ["b"]
    assert len(agenda) == 0
