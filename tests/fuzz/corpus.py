"""What mutations start from: the torture messages, and the good messages of a call that were recorded."""

from telephony.sip.flow import Flow
from tests.support.plans import BYGGLOV
from tests.support.scripted_peer import sdp
from tests.support.stage import DIRECT, Stage
from tests.support.torture import torture_messages
from tests.support.watcher import Watcher

Address = tuple[str, int]


def good_messages() -> list[tuple[bytes, Address]]:
    """Every datagram that reaches the node in a call with registration, hold and the end, and in a
    pick-up of another, with its source."""
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
    _watch_and_pick_up(stage)
    return recorded


def _watch_and_pick_up(stage: Stage) -> None:
    """A colleague watches a phone, and answers what rings there."""
    watcher = Watcher.of(stage.phone("bygg2"), "bygg2", "bygg1")
    watcher.subscribe(("Accept", "application/dialog-info+xml"))
    watcher.told()
    stage.register("bygg1")
    stage.call(BYGGLOV)
    member = stage.offered("bygg1")
    member.ring()
    ours = member.remote.rpartition("tag=")[2]
    named = "Replaces", f"{member.call_id};to-tag={ours};from-tag={member.tag};early-only"
    stage.dial_from("bygg2", "bygg1", named, ("Require", "replaces")).pick_up()
    member.assert_cancelled()
    watcher.refresh(expires=0)
    watcher.told()


def corpus() -> list[bytes]:
    """All of it."""
    return [data for data, _ in good_messages()] + [message.data for message in torture_messages()]
