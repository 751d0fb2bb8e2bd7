"""Who waits in which order, and for how long as it goes."""

import hypothesis.strategies as st
from hypothesis import given

from telephony.call.queues import FEWEST, SAMPLES, Queues
from tests.support.calls import after


def queue(*calls: str, priority: int = 5) -> Queues:
    """These wait, one second apart."""
    queues = Queues()
    for second, call in enumerate(calls):
        queues.join(call, "kc", priority, after(second))
    return queues


def in_turn(queues: Queues, name: str = "kc") -> list[str]:
    return [place.call for place in queues.in_turn(name)]


def test_who_came_first_is_the_first() -> None:
    queues = queue("a", "b", "c")

    assert in_turn(queues) == ["a", "b", "c"]
    assert [queues.position(call) for call in "abc"] == [1, 2, 3]
    assert queues.waiting("kc") == 3
    assert bool(queues)
    assert queues.names() == ["kc"]
    assert queues.longest() == {"kc": after(0)}


def test_of_two_that_came_at_once_the_older_call_is_the_first() -> None:
    queues = Queues()
    queues.join("b", "kc", 5, after(0))
    queues.join("a", "kc", 5, after(0))

    assert in_turn(queues) == ["a", "b"]


def test_the_lower_number_goes_before_everybody_who_waits() -> None:
    queues = queue("a", "b")
    queues.join("urgent", "kc", 1, after(60))

    assert in_turn(queues) == ["urgent", "a", "b"]
    assert queues.position("b") == 3


def test_whose_turn_it_is_keeps_the_place_until_taken() -> None:
    queues = queue("a", "b")

    queues.begin_turn("a")
    assert in_turn(queues) == ["b"]
    assert queues.position("b") == 2
    queues.end_turn("a")
    assert in_turn(queues) == ["a", "b"]


def test_whom_a_call_was_offered_to_is_known_until_it_leaves() -> None:
    queues = queue("a")
    queues.begin_turn("a", ["anna", "anna", "bo"])  # two phones of Anna's
    assert queues.rung("a") == ("anna", "bo")
    queues.begin_turn("a", ["anna"])
    assert queues.rung("a") == ("bo", "anna")
    queues.leave("a", after(9), answered=False)
    assert queues.rung("a") == ()


def test_who_leaves_lets_the_others_up() -> None:
    queues = queue("a", "b")
    queues.begin_turn("a")
    queues.leave("a", after(5), answered=True)
    queues.leave("a", after(6), answered=False)  # twice is once

    assert in_turn(queues) == ["b"]
    assert queues.position("b") == 1
    assert queues.position("a") == 0
    assert queues.place("a") is None
    queues.leave("b", after(7), answered=False)
    assert not queues
    assert queues.names() == []
    assert queues.longest() == {}


def test_nobody_is_anywhere_before_they_have_come() -> None:
    queues = Queues()

    assert queues.waiting("kc") == 0
    assert in_turn(queues) == []
    assert queues.seconds_ahead("a") is None


def test_the_wait_is_told_from_how_fast_it_goes() -> None:
    queues = queue(*"abcdefgh")
    for number, call in enumerate("abcd"):
        assert queues.seconds_ahead("h") is None
        queues.leave(call, after(100 + 30 * number), answered=True)

    assert queues.seconds_ahead("e") == 30.0
    assert queues.seconds_ahead("h") == 4 * 30.0


def test_only_the_last_ones_count() -> None:
    names = [f"{number:03}" for number in range(40)]
    queues = queue(*names)
    at = 0.0
    for number, call in enumerate(names[:-1]):
        at += 1000 if number < FEWEST else 10
        queues.leave(call, after(at), answered=True)

    assert len(names) - FEWEST > SAMPLES
    assert queues.seconds_ahead(names[-1]) == 10.0


def test_a_time_in_which_nobody_waited_tells_nothing() -> None:
    queues = Queues()
    for number in range(10):
        queues.join("a", "kc", 5, after(1000 * number))
        queues.leave("a", after(1000 * number + 1), answered=True)
    queues.join("a", "kc", 5, after(20_000))

    assert queues.seconds_ahead("a") is None


def test_a_step_of_the_clock_moves_everybody_along() -> None:
    queues = queue("a", "b", "c", "d", "e")
    queues.leave("a", after(10), answered=True)
    queues.shift(after(100) - after(0))
    assert queues.longest() == {"kc": after(101)}
    for number, call in enumerate("bcd", 1):
        queues.leave(call, after(110 + 20 * number), answered=True)

    assert queues.seconds_ahead("e") == 20.0


@given(
    st.lists(
        st.tuples(st.sampled_from(["join", "turn", "pass", "leave"]), st.integers(0, 8), st.integers(1, 3)),
        max_size=60,
    )
)
def test_the_order_is_that_of_priority_and_time_whatever_happens(steps: list[tuple[str, int, int]]) -> None:
    queues = Queues()
    inside: dict[str, tuple[int, int]] = {}
    turns: set[str] = set()
    for second, (what, number, priority) in enumerate(steps):
        call = f"c{number}"
        if what == "join" and call not in inside:
            queues.join(call, "kc", priority, after(second))
            inside[call] = priority, second
        elif what == "turn" and call in inside:
            queues.begin_turn(call)
            turns.add(call)
        elif what == "pass":
            queues.end_turn(call)
            turns.discard(call)
        elif what == "leave":
            queues.leave(call, after(second), answered=bool(priority % 2))
            inside.pop(call, None)
            turns.discard(call)
        order = sorted(inside, key=lambda call: inside[call])
        assert in_turn(queues) == [call for call in order if call not in turns]
        assert [queues.position(call) for call in order] == list(range(1, len(order) + 1))


def test_all_places_are_in_order_those_whose_turn_it_is_too() -> None:
    queues = Queues()
    queues.join("c1", "kc", 5, after(0))
    queues.join("c2", "kc", 1, after(0))
    queues.begin_turn("c2")
    assert [place.call for place in queues.places("kc")] == ["c2", "c1"]
    assert queues.places("bygglov") == ()
