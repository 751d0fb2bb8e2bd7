"""What mutations start from: the torture messages, and the good messages of a call that were recorded."""

from telephony.sip.flow import Flow
from tests.support.scripted_peer import sdp
from tests.support.stage import DIRECT, Stage
from tests.support.torture import torture_messages

Address = tuple[str, int]


def good_messages() -> list[tuple[bytes, Address]]:
    """Every datagram that reaches the node in a call with registration, hold and the end, with its source."""
    stage = Stage()
    recorded: list[tuple[bytes, Address]] = []
    receive = stage.node.receive

    def record(data: bytes, flow: Flow, now: float) -> None:
        recorded.append((data, flow.remote))
        receive(data, flow, now)

    stage.node.receive = record  # type: ignore[method-assign]
    caller, member = stage.connected(DIRECT, "kc1")
    caller.reinvite(sdp("192.0.2.10", direction="sendonly"))
    member.ask("OPTIONS")
    member.hang_up()
    caller.peer.answer_all("BYE")
    ringing = stage.call(DIRECT)
    ringing.cancel()
    stage.dial_from("kc2", DIRECT)
    return recorded


def corpus() -> list[bytes]:
    """All of it."""
    return [data for data, _ in good_messages()] + [message.data for message in torture_messages()]
