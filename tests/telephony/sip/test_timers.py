import pytest

from telephony.sip.timers import Timers


@pytest.mark.parametrize(
    ("name", "seconds"),
    [("a", 0.5), ("b", 32), ("e", 0.5), ("f", 32), ("g", 0.5), ("h", 32), ("l", 32), ("m", 32)],
)
def test_timers_of_any_transport(name: str, seconds: float) -> None:
    assert getattr(Timers(), f"timer_{name}") == seconds


@pytest.mark.parametrize(("name", "udp"), [("d", 32), ("i", 5), ("j", 32), ("k", 5)])
def test_timers_that_absorb_what_only_udp_repeats(name: str, udp: float) -> None:
    timer = getattr(Timers(), f"timer_{name}")

    assert timer(reliable=False) == udp
    assert timer(reliable=True) == 0


def test_all_follow_from_the_base_values() -> None:
    timers = Timers(t1=0.25, t2=1, t4=2, patience=3)

    assert (timers.timer_a, timers.timer_b) == (0.25, 16)
    assert (timers.timer_i(False), timers.timer_k(False), timers.timer_d(False)) == (2, 2, 3)
