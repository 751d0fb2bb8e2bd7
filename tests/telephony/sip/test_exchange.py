import pytest

from telephony.sip.counts import Drop
from telephony.sip.errors import MessageError
from telephony.sip.events import TransactionTimedOut
from telephony.sip.exchange import Exchange
from tests.support.sip_peer import FLOW, request


def test_messages_go_out_in_order_and_are_counted_apart() -> None:
    exchange = Exchange()

    data = exchange.send(request(), FLOW)
    exchange.resend(data, FLOW)

    assert exchange.messages == [(data, FLOW), (data, FLOW)]
    assert (exchange.counts.sent["INVITE"], exchange.counts.retransmissions) == (1, 1)


def test_what_cannot_be_written_is_not_sent() -> None:
    exchange, message = Exchange(), request()
    message.headers.add("Subject", "a\r\nb")

    with pytest.raises(MessageError):
        exchange.send(message, FLOW)
    assert (exchange.messages, exchange.counts.sent) == ([], {})


def test_events_and_drops() -> None:
    exchange = Exchange()

    exchange.report(TransactionTimedOut("a"))
    exchange.drop(Drop.STRAY_ACK)

    assert list(exchange.events) == [TransactionTimedOut("a")]
    assert exchange.counts.dropped == {Drop.STRAY_ACK: 1}
