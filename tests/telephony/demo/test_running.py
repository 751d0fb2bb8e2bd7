from pathlib import Path
from typing import Any

import pytest

from telephony.call import facts as f
from telephony.call.facts import EndedBy, Outcome
from telephony.demo.books import scrape
from telephony.demo.ports import PortBlock
from telephony.demo.running import RunningService, ServiceFailed, environment, is_over, only_call
from telephony.demo.town import PLAN
from tests.support.calls import after, arrive, phone

PORTS = PortBlock(20000)


def leg_fact(kind: type[Any], leg: int, **fields: Any) -> Any:
    return kind(at=after(1), call="c1", leg=f"c1.{leg}", **fields)


ENDED = f.CallEnded(at=after(2), call="c1", outcome=Outcome.ANSWERED, ended_by=EndedBy.CALLER)


def test_the_users_own_settings_have_no_say() -> None:
    made = environment({"PATH": "/bin", "VAXELN_SIP_REALM": "other"}, Path("/d"), PORTS)

    assert made["PATH"] == "/bin"
    assert "VAXELN_SIP_REALM" not in made
    assert made["VAXELN_DATA"] == "/d"
    assert made["VAXELN_RTP_PORTS"] == str(PORTS.media)


def test_a_call_is_found_by_its_call_id() -> None:
    mine, other = arrive("c1"), arrive("c2")

    assert only_call([other, mine, ENDED], mine.sip_call_id) == (mine, ENDED)
    assert only_call([other], mine.sip_call_id) == ()


def test_a_call_is_over_when_it_has_ended_and_no_leg_is_left() -> None:
    begun = [arrive("c1"), leg_fact(f.MemberOffered, 1, target=phone("a"))]
    closed = [leg_fact(f.LegEnded, 0), leg_fact(f.MemberRefused, 1, status=487)]

    assert is_over([*begun, ENDED, *closed])
    assert not is_over([*begun, ENDED, closed[0]])
    assert not is_over([*begun, *closed])
    assert not is_over([])


def test_a_password_that_the_service_refuses_is_told_in_its_words(tmp_path: Path) -> None:
    service = RunningService(tmp_path, PLAN, PORTS)

    with pytest.raises(ServiceFailed, match="kc1: a password has 8 to 128"):
        service.set_passwords({"kc1": "short"})


def test_a_service_that_does_not_start_is_told_in_its_words(tmp_path: Path) -> None:
    service = RunningService(tmp_path, tmp_path / "nothing.toml", PORTS)

    with pytest.raises(ServiceFailed, match=r"did not start:(.|\n)*no plan at .*nothing\.toml"):
        service.start()

    assert not service.is_running
    service.stop()


def test_a_service_starts_says_where_it_is_and_stops(tmp_path: Path) -> None:
    service = RunningService(tmp_path, PLAN, PORTS)

    service.start()
    host, port = service.address
    was_running, numbers, figures = service.is_running, service.run("numbers"), scrape(service.figures)
    with pytest.raises(ServiceFailed, match="there is no override of all numbers"):
        service.run("override", "end", "all")
    service.stop()

    assert was_running and not service.is_running
    assert (host, port > 0) == ("127.0.0.1", True)
    assert service.http.startswith("http://127.0.0.1:")
    assert service.data.is_dir()
    assert "Kontaktcenter" in numbers
    assert figures["vaxeln_draining"] == 0
    assert service.records() == []
