import pytest

from telephony.sip.flow import Flow
from tests.simulation.network import Address, NetworkStuck, VirtualNetwork

HERE, THERE = ("10.0.0.1", 5060), ("10.0.0.2", 5060)


class Recorder:
    """A node that notes what it gets and when, and sends what it is told to."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self.received: list[tuple[float, bytes, Address, Address]] = []
        self.fired: list[float] = []
        self.timers: list[float] = []
        self.waiting: list[tuple[bytes, Flow]] = []

    def send(self, data: bytes, to: Address) -> None:
        self.waiting.append((data, Flow("UDP", self.address, to)))

    def receive(self, data: bytes, source: Address, local: Address, now: float) -> None:
        self.received.append((now, data, source, local))

    def get_timer(self) -> float | None:
        return min(self.timers, default=None)

    def handle_timer(self, now: float) -> None:
        self.fired.append(now)
        self.timers = [timer for timer in self.timers if timer > now]

    def messages_to_send(self) -> list[tuple[bytes, Flow]]:
        waiting, self.waiting = self.waiting, []
        return waiting


def make_pair(network: VirtualNetwork) -> tuple[Recorder, Recorder]:
    here, there = Recorder(HERE), Recorder(THERE)
    network.attach(here, HERE)
    network.attach(there, THERE)
    return here, there


def numbers(recorder: Recorder) -> list[int]:
    return [int(data) for _, data, _, _ in recorder.received]


def send_hundred(seed: int, loss: float = 0.0, duplicate: float = 0.0, jitter: float = 0.0) -> list[int]:
    network = VirtualNetwork(seed, loss, duplicate, jitter=jitter)
    here, there = make_pair(network)
    for number in range(100):
        here.send(b"%d" % number, THERE)
    network.run(10.0)
    return numbers(there)


def test_a_datagram_arrives_after_the_delay() -> None:
    network = VirtualNetwork(1, delay=0.25, start=100.0)
    here, there = make_pair(network)
    here.send(b"hello", THERE)
    network.run(101.0)
    assert there.received == [(100.25, b"hello", HERE, THERE)]
    assert network.now == 101.0


def test_without_jitter_nothing_is_lost_doubled_or_reordered() -> None:
    assert send_hundred(1) == list(range(100))


def test_loss_and_doubling_are_about_as_asked() -> None:
    arrived = send_hundred(1, loss=0.2, duplicate=0.2)
    assert 60 < len(set(arrived)) < 95
    assert 5 < len(arrived) - len(set(arrived)) < 35


def test_jitter_reorders() -> None:
    arrived = send_hundred(1, jitter=0.1)
    assert arrived != list(range(100))
    assert sorted(arrived) == list(range(100))


def test_the_same_seed_gives_the_same_run_and_another_seed_another() -> None:
    runs = [send_hundred(seed, loss=0.1, duplicate=0.1, jitter=0.1) for seed in (1, 1, 2)]
    assert runs[0] == runs[1] != runs[2]


def test_datagrams_are_counted() -> None:
    network = VirtualNetwork(3, loss=0.3, duplicate=0.3)
    here, _ = make_pair(network)
    for _ in range(50):
        here.send(b"1", THERE)
    here.send(b"1", ("10.9.9.9", 1))
    network.run(1.0)
    counts = network.counts
    assert counts.sent == 51
    assert counts.lost > 0 < counts.duplicated
    assert counts.delivered + counts.unreachable == counts.sent - counts.lost + counts.duplicated


def test_timers_fire_at_their_time() -> None:
    network = VirtualNetwork(1)
    here, _ = make_pair(network)
    here.timers = [3.0, 1.0]
    network.run(2.0)
    assert here.fired == [1.0]
    network.run(5.0)
    assert here.fired == [1.0, 3.0]


def test_a_timer_that_was_stopped_or_moved_does_not_fire() -> None:
    network = VirtualNetwork(1)
    here, _ = make_pair(network)
    here.timers = [2.0]
    network.run(1.0)
    here.timers = [4.0]
    network.run(3.0)
    assert here.fired == []
    here.timers = []
    network.run(5.0)
    assert here.fired == []


def test_an_action_happens_at_its_time_and_what_it_sends_goes_out() -> None:
    network = VirtualNetwork(1, delay=0.5)
    here, there = make_pair(network)
    network.at(2.0, lambda now: here.send(b"%d" % now, THERE))
    network.at(4.0, lambda now: here.send(b"%d" % now, THERE), here)
    network.run(5.0)
    assert there.received == [(2.5, b"2", HERE, THERE), (4.5, b"4", HERE, THERE)]


def test_a_node_taken_out_gets_nothing_any_more() -> None:
    network = VirtualNetwork(1, delay=0.5)
    here, there = make_pair(network)
    there.timers = [2.0]
    here.send(b"1", THERE)
    network.run(0.1)
    network.detach(there)
    network.run(5.0)
    assert (there.received, there.fired) == ([], [])
    assert network.counts.unreachable == 1


def test_another_node_can_take_over_an_address() -> None:
    network = VirtualNetwork(1)
    here, there = make_pair(network)
    successor = Recorder(THERE)
    network.attach(successor, THERE)
    here.send(b"1", THERE)
    network.run(1.0)
    assert numbers(there) == []
    assert numbers(successor) == [1]


def test_a_node_that_leaves_its_timer_due_is_found_out() -> None:
    class Stubborn(Recorder):
        def get_timer(self) -> float | None:
            return 1.0

    network = VirtualNetwork(1)
    network.attach(Stubborn(HERE), HERE)
    with pytest.raises(NetworkStuck, match="left its timer"):
        network.run(2.0)


def test_a_run_that_goes_round_in_circles_ends() -> None:
    class Echo(Recorder):
        def receive(self, data: bytes, source: Address, local: Address, now: float) -> None:
            self.send(data, source)

    network = VirtualNetwork(1, delay=0.0, max_events=1000)
    here, there = Echo(HERE), Echo(THERE)
    network.attach(here, HERE)
    network.attach(there, THERE)
    here.send(b"1", THERE)
    with pytest.raises(NetworkStuck, match="more than 1000 events"):
        network.run(1.0)
