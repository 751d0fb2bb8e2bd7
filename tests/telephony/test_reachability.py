"""Gateways and peers that this machine is not set up for."""

from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from telephony import reachability
from telephony.legs.sockets import Sockets
from telephony.reachability import (
    TELL_SECONDS,
    DistrustLog,
    Unreachable,
    unreachable,
    warn_of_other_realms,
    warn_of_unreachable,
)
from telephony.secrets import PhoneSecrets
from telephony.sip.flow import Flow
from tests.support.plans import TRUNKS, tables_of

PLAN = tables_of(
    trunks=TRUNKS
    + """
[trunks.many]
peers = ["tls:pbx.example.se"]
gateways = ["192.0.2.20", "2001:db8::1", "tcp:192.0.2.20", "tls:pbx.example.se", "pbx.example.se"]
[trunks.inward]
peers = ["2001:db8::7"]
"""
)
UDP = ("UDP", ("192.0.2.1", 5060))


def test_what_no_socket_reaches_is_named_with_what_is_missing() -> None:
    assert list(unreachable(PLAN, Sockets([UDP]), knows_names=False)) == [
        Unreachable("[2001:db8::1]:5060", "trunks.many.gateways[1]", "a udp address of IPv6 in sip.listen"),
        Unreachable("tcp:192.0.2.20:5060", "trunks.many.gateways[2]", "a tcp address of IPv4 in sip.listen"),
        Unreachable("tls:pbx.example.se", "trunks.many.gateways[3]", "a tls address in sip.listen"),
        Unreachable("tls:pbx.example.se", "trunks.many.peers", "authorities in sip.client_ca"),
    ]


def test_with_a_socket_for_each_nothing_is_missing() -> None:
    listening = [UDP, ("UDP", ("::", 5060)), ("TCP", ("0.0.0.0", 5060)), ("TLS", ("192.0.2.1", 5061))]

    with capture_logs() as logged:
        warn_of_unreachable(PLAN, Sockets(listening), knows_names=True)

    assert logged == []


def test_it_is_told_in_the_log() -> None:
    with capture_logs() as logged:
        warn_of_unreachable(PLAN, Sockets([UDP]), knows_names=True)

    assert [(each["event"], each["log_level"], each["where"]) for each in logged] == [
        ("cannot_be_reached", "warning", f"trunks.many.gateways[{place}]") for place in (1, 2, 3)
    ]


def test_whose_certificate_is_not_what_it_must_be_is_told_once_an_hour(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reachability, "MOST_TOLD", 2)
    flow = Flow("TLS", ("192.0.2.1", 5061), ("192.0.2.9", 5071), name="pbx.example.se")
    times = iter((0.0, 10.0, TELL_SECONDS - 1.0, TELL_SECONDS, TELL_SECONDS, TELL_SECONDS))
    distrust = DistrustLog(lambda: next(times))

    with capture_logs() as logged:
        for _ in range(4):
            distrust.tell(flow, "its certificate is for nobody")
        distrust.tell(flow, "certificate has expired")
        distrust.tell(replace(flow, name=""), "certificate has expired")

    assert [(each["log_level"], each["host"], each["expected"], each["problem"]) for each in logged] == [
        ("error", "192.0.2.9", "pbx.example.se", "its certificate is for nobody"),
        ("error", "192.0.2.9", "pbx.example.se", "its certificate is for nobody"),
        ("error", "192.0.2.9", "pbx.example.se", "certificate has expired"),
        ("error", "192.0.2.9", "192.0.2.9", "certificate has expired"),
    ]


def test_whose_password_is_of_another_realm_is_told(tmp_path: Path) -> None:
    secrets = PhoneSecrets(tmp_path)
    secrets.set_password("anna", "old", "correct horse")
    with capture_logs() as logged:
        warn_of_other_realms(secrets, "old")
        warn_of_other_realms(secrets, "new")
    assert [(line["event"], line["users"]) for line in logged] == [("passwords_of_another_realm", ("anna",))]
