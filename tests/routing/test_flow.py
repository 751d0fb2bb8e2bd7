from routing.flow import Way, ends_of, find_loops, flow_of
from routing.tables import ToAnnouncement, ToGroup, ToNumber, ToReject
from tests.support.plans import BYGGLOV, MAIN, plan_of


def way(number: str, to: str) -> Way:
    return Way(number, "arrived", f"numbers.{number}.destination", ToNumber(to), given=True)


def test_what_is_left_out_goes_to_the_main_number_and_closed_to_the_announcement() -> None:
    ways = {way.branch: (way.destination, way.given) for way in flow_of(plan_of())[BYGGLOV]}

    assert ways == {
        "arrived": (ToGroup("bygglov"), True),
        "no_answer": (ToNumber(MAIN), False),
        "busy": (ToNumber(MAIN), False),
        "nobody_there": (ToNumber(MAIN), False),
        "full": (ToNumber(MAIN), False),
        "error": (ToNumber(MAIN), False),
        "closed": (ToAnnouncement("closed", early=False), False),
    }


def test_on_the_main_number_what_is_left_out_is_refused() -> None:
    ways = {way.branch: way.destination for way in flow_of(plan_of())[MAIN]}

    assert ways["no_answer"] == ToReject(480)
    assert ways["busy"] == ToReject(486)
    assert ways["nobody_there"] == ToReject(480)
    assert ways["full"] == ways["error"] == ToReject(503)


def test_a_circle_and_an_unknown_number_end_nowhere() -> None:
    flow = {"a": [way("a", "b")], "b": [way("b", "a")], "c": [way("c", "nowhere")]}

    assert ends_of("a", flow) == set()
    assert ends_of("c", flow) == set()


def test_every_loop_is_found_once() -> None:
    flow = {
        "a": [way("a", "b"), way("a", "c")],
        "b": [way("b", "a")],
        "c": [way("c", "c")],
        "d": [way("d", "a"), way("d", "nowhere")],
    }

    loops = [" ".join(step.node for step in loop) for loop in find_loops(flow)]

    assert loops == ["a b", "c"]


def test_a_chain_longer_than_python_nests_calls() -> None:
    length = 5_000
    flow = {str(n): [way(str(n), str(n + 1))] for n in range(length)}
    flow[str(length)] = [way(str(length), "0")]

    (loop,) = find_loops(flow)

    assert len(loop) == length + 1
