from hypothesis import given
from hypothesis import strategies as st

from telephony.sip.deadlines import SMALL_HEAP, Deadlines


def test_earliest_first_and_equal_ones_by_age() -> None:
    deadlines = Deadlines[str]()
    for item, deadline in (("late", 3.0), ("b", 1.0), ("a", 1.0)):
        deadlines.set(item, deadline)

    assert deadlines.next() == 1.0
    assert list(deadlines.pop_due(2.0)) == ["b", "a"]
    assert deadlines.next() == 3.0
    assert len(deadlines) == 1


def test_moved_and_removed_ones_are_not_due_any_more() -> None:
    deadlines = Deadlines[str]()
    deadlines.set("moved", 1.0)
    deadlines.set("moved", 2.0)
    deadlines.set("removed", 1.0)
    deadlines.set("removed", None)
    deadlines.set("never there", None)

    assert deadlines.next() == 2.0
    assert list(deadlines.pop_due(5.0)) == ["moved"]
    assert deadlines.next() is None


def test_moved_away_and_back_is_due_once() -> None:
    deadlines = Deadlines[str]()
    for deadline in (1.0, 2.0, 1.0, 1.0):
        deadlines.set("item", deadline)

    assert list(deadlines.pop_due(9.0)) == ["item"]


def test_what_is_set_again_while_taking_is_taken_too() -> None:
    deadlines = Deadlines[str]()
    deadlines.set("item", 1.0)
    taken = []
    for item in deadlines.pop_due(2.0):
        taken.append(item)
        if len(taken) == 1:
            deadlines.set(item, 2.0)

    assert taken == ["item", "item"]


def test_size_is_bounded_by_what_lives() -> None:
    deadlines = Deadlines[int]()
    for round_ in range(1000):
        for item in range(10):
            deadlines.set(item, 1000.0 - round_)

    assert deadlines.heap_size <= 2 * len(deadlines) + SMALL_HEAP
    assert sorted(deadlines.pop_due(1.0)) == list(range(10))


@given(st.lists(st.tuples(st.integers(0, 5), st.none() | st.integers(0, 20)), max_size=300))
def test_same_as_a_plain_dict(changes: list[tuple[int, int | None]]) -> None:
    deadlines, model = Deadlines[int](), dict[int, int]()
    for item, deadline in changes:
        deadlines.set(item, deadline)
        if deadline is None:
            model.pop(item, None)
        else:
            model[item] = deadline
        assert deadlines.next() == min(model.values(), default=None)

    assert set(deadlines.pop_due(10)) == {item for item, deadline in model.items() if deadline <= 10}
