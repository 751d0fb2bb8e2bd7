"""Callers and members who do whatever comes to mind, in any order, by the rules of SIP or against them."""

from random import Random

from telephony.sip.message import Request
from tests.support.plans import BYGGLOV, MAIN
from tests.support.scripted_peer import Incoming, Outgoing, Party, ScriptedPeer, sdp
from tests.support.stage import CLOSED, CLOSED_EARLY, DIRECT, PHONES, Stage

_NUMBERS = [MAIN, MAIN, DIRECT, DIRECT, BYGGLOV, CLOSED, CLOSED_EARLY, "112", "+4612345678"]
_DIRECTIONS = ["", "", "sendonly", "recvonly", "inactive"]
_SOUNDS = ["8 101", "8 0 101", "0", "111 8", "111"]
_INVITED = [100, 180, 183, 183, 200, 200, 200, 486, 487, 491, 481, 603, 302]


class Crowd:
    """Everybody who calls, and everybody who is called."""

    def __init__(self, stage: Stage, seed: int) -> None:
        self._stage = stage
        self._random = Random(seed)
        self._parties: list[Party] = []
        stage.register(*PHONES)

    def call(self) -> None:
        """One more caller."""
        peer = self._random.choice([self._stage.operator, self._stage.pbx])
        number, body = self._random.choice(_NUMBERS), self._random.choice([None, None, "", "?"])
        sound = self._sound(peer) if body == "?" else body
        self._parties.append(self._stage.call(number, peer=peer, body=sound))

    def act(self) -> None:
        """Some time passes, and everybody may do something."""
        self._stage.wait(self._random.choice([0.0, 0.0, 0.2, 1.0, 7.0, 30.0]))
        for leg in list(self._stage.media.playing):
            if self._random.random() < 0.3:
                self._stage.node.playback_ended(leg, self._stage.now)
                self._stage.pump()
        for peer in list(self._stage.peers.values()):
            for request in list(peer.requests):
                if self._random.random() < 0.7:
                    peer.requests.remove(request)
                    self._answer(peer, request)
        for party in self._random.sample(self._parties, min(3, len(self._parties))):
            self._do_something(party)

    def _sound(self, peer: ScriptedPeer) -> str:
        return sdp(peer.host, self._random.choice(_SOUNDS), self._random.choice(_DIRECTIONS))

    def _answer(self, peer: ScriptedPeer, request: Request) -> None:
        if request.method == "INVITE":
            if request.to.tag is None:
                self._parties.append(Incoming.of(peer, request))
            for status in self._random.choices(_INVITED, k=self._random.randrange(4)):
                body = self._sound(peer) if status in (183, 200) and self._random.random() < 0.9 else ""
                peer.answer(request, status, body, tag=self._random.choice(["peer", "peer", "fork"]))
        elif request.method != "ACK":
            peer.answer(request, self._random.choice([200, 200, 200, 100, 481, 503]))

    def _do_something(self, party: Party) -> None:
        match self._random.randrange(8):
            case 0:
                party.request("BYE")
            case 1 | 2:
                body = self._random.choice(["", self._sound(party.peer), self._sound(party.peer)])
                party.request("INVITE", body)
            case 3 | 4:
                party.request("ACK", self._random.choice(["", self._sound(party.peer)]), cseq=party.cseq)
            case 5:
                party.request("OPTIONS")
            case 6 if isinstance(party, Outgoing):
                party.cancel()
            case _ if isinstance(party, Outgoing):
                self._take_dialog(party)
            case _:
                pass

    def _take_dialog(self, call: Outgoing) -> None:
        """Take up whatever dialog the service has offered, and acknowledge what there is."""
        tagged = [response for response in call.responses(call.branch) if response.to.tag]
        if not tagged:
            return
        call.remote = str(tagged[-1].to)
        if tagged[-1].status >= 300:
            call.ack_refusal(tagged[-1])
        elif tagged[-1].status >= 200:
            call.ack(self._random.choice(["", self._sound(call.peer)]), cseq=1)
