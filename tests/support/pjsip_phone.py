"""A PJSIP phone without a sound card: sends a tone, records what it hears, does what standard input says.

It runs in a Python that has `pjsua2-python`, and imports nothing of ours: see `tests/support/pjsip.py`.
A line `{"do": NAME, ...}` is a command; each event is a line of JSON on standard output.
"""

import json
import os
import select
import sys
from typing import Any

import pjsua2 as pj  # type: ignore[import-not-found]  # in the Python that runs this, not in ours


def tell(event: str, **fields: Any) -> None:
    """Report an event."""
    sys.stdout.write(json.dumps({"event": event, **fields}) + "\n")
    sys.stdout.flush()


class Call(pj.Call):  # type: ignore[misc]
    """One call; `number` is its place among the calls of this phone."""

    def __init__(self, phone: "Phone", call_id: int = pj.PJSUA_INVALID_ID) -> None:
        super().__init__(phone.account, call_id)
        self._phone = phone
        self.number = len(phone.calls)
        phone.calls.append(self)
        self._wired = pj.INVALID_ID
        self._recorder: pj.AudioMediaRecorder | None = None

    def onCallState(self, prm: pj.OnCallStateParam) -> None:
        info = self.getInfo()
        tell("call", number=self.number, state=info.stateText, status=info.lastStatusCode)

    def wire(self) -> None:
        """Send the tone to its sound, and its sound to a file, once there is any."""
        if not self.isActive() or not self.hasMedia():
            return
        sound = self.getAudioMedia(-1)
        if sound.getPortId() in (pj.INVALID_ID, self._wired):
            return
        self._wired = sound.getPortId()
        if self._recorder is None:
            self._recorder = pj.AudioMediaRecorder()
            self._recorder.createRecorder(os.path.join(self._phone.folder, f"heard-{self.number}.wav"))
        self._phone.tone.startTransmit(sound)
        sound.startTransmit(self._recorder)

    def onCallTransferStatus(self, prm: pj.OnCallTransferStatusParam) -> None:
        tell("transfer", number=self.number, status=prm.statusCode, final=prm.finalNotify)


class Account(pj.Account):  # type: ignore[misc]
    """Answers whatever comes, when the phone is told to by `answers`."""

    def __init__(self, phone: "Phone") -> None:
        super().__init__()
        self._phone = phone

    def onRegState(self, prm: pj.OnRegStateParam) -> None:
        tell("registered", status=prm.code)

    def onIncomingCall(self, prm: pj.OnIncomingCallParam) -> None:
        call = Call(self._phone, prm.callId)
        answer = pj.CallOpParam()
        answer.statusCode = 200 if self._phone.answers else 180
        call.answer(answer)


class Phone:
    """The phone of one user at `host`."""

    def __init__(self, host: str, server: str, user: str, password: str, tone: int, folder: str) -> None:
        self.folder = folder
        self.calls: list[Call] = []
        self.answers = True
        self.done = 0  # commands
        self.server = server
        config = pj.EpConfig()
        config.uaConfig.threadCnt = 0
        config.uaConfig.mainThreadOnly = True
        config.logConfig.level = 5
        config.logConfig.consoleLevel = 0
        config.logConfig.filename = os.path.join(folder, "pjsip.log")
        config.medConfig.noVad = True
        self.endpoint = pj.Endpoint()
        self.endpoint.libCreate()
        self.endpoint.libInit(config)
        transport = pj.TransportConfig()
        transport.port, transport.boundAddress = 5060, host
        self.endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
        self.endpoint.libStart()
        self.endpoint.audDevManager().setNullDev()
        for codec in self.endpoint.codecEnum2():
            self.endpoint.codecSetPriority(codec.codecId, 128 if codec.codecId.startswith("PCMA") else 0)
        self.tone = pj.ToneGenerator()
        self.tone.createToneGenerator(8000, 1)
        description = pj.ToneDesc()
        description.freq1, description.on_msec, description.off_msec = tone, 1000, 0
        tones = pj.ToneDescVector()
        tones.append(description)
        self.tone.play(tones, True)
        self.account = Account(self)
        account = pj.AccountConfig()
        account.idUri, account.regConfig.registrarUri = f"sip:{user}@{server}", f"sip:{server}"
        account.sipConfig.authCreds.append(pj.AuthCredInfo("digest", "*", user, 0, password))
        account.mediaConfig.transportConfig.boundAddress = host
        account.mediaConfig.transportConfig.port = 20000
        self.account.create(account)

    def do(self, command: dict[str, Any]) -> bool:
        """Carry out one command. False at the end."""
        prm = pj.CallOpParam(True)
        match command:
            case {"do": "dial", "number": number}:
                if replaces := command.get("replaces"):
                    header = pj.SipHeader()
                    header.hName, header.hValue = "Replaces", replaces
                    headers = pj.SipHeaderVector()
                    headers.append(header)
                    prm.txOption.headers = headers
                Call(self).makeCall(f"sip:{number}@{self.server}", prm)
            case {"do": "answer", "call": call}:
                prm.statusCode = 200
                self.calls[call].answer(prm)
            case {"do": "answers", "yes": yes}:
                self.answers = yes
            case {"do": "hold", "call": call}:
                self.calls[call].setHold(prm)
            case {"do": "transfer", "call": call, "number": number}:
                self.calls[call].xfer(f"<sip:{number}@{self.server}>", prm)
            case {"do": "attended", "call": call, "consulted": consulted}:
                self.calls[call].xferReplaces(self.calls[consulted], prm)
            case {"do": "press", "call": call, "keys": keys}:
                self.calls[call].dialDtmf(keys)
            case {"do": "hangup", "call": call}:
                self.calls[call].hangup(prm)
            case _:
                return False
        self.done += 1
        tell("did", command=self.done)
        return True

    def run(self) -> None:
        """Serve the network and standard input until that says otherwise."""
        going, unread = True, b""
        while going:
            self.endpoint.libHandleEvents(20)
            for call in self.calls:
                call.wire()
            if select.select([sys.stdin], [], [], 0)[0]:
                octets = os.read(sys.stdin.fileno(), 65536)
                *lines, unread = (unread + octets).split(b"\n")
                going = bool(octets) and all([self.do(json.loads(line)) for line in lines])
        self.endpoint.hangupAllCalls()
        for _ in range(10):
            self.endpoint.libHandleEvents(20)
        os._exit(0)  # its destructors want an order that Python does not keep


if __name__ == "__main__":
    at, registrar, name, secret, hertz, place = sys.argv[1:]
    Phone(at, registrar, name, secret, int(hertz), place).run()
