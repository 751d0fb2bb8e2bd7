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

    def onCallTsxState(self, prm: pj.OnCallTsxStateParam) -> None:
        transaction, source = prm.e.body.tsxState.tsx, prm.e.body.tsxState.src
        if transaction.statusCode >= 200:
            message = source.rdata.wholeMsg if prm.e.body.tsxState.type == pj.PJSIP_EVENT_RX_MSG else ""
            tell("answer", method=transaction.method, status=transaction.statusCode, message=message)

    def onCallMediaState(self, prm: pj.OnCallMediaStateParam) -> None:
        self._wired = pj.INVALID_ID  # hold and resume make its sound anew, at times by the same number

    def onDtmfDigit(self, prm: pj.OnDtmfDigitParam) -> None:
        tell(
            "digit", number=self.number, digit=prm.digit, by_info=prm.method == pj.PJSUA_DTMF_METHOD_SIP_INFO
        )

    def onCallTransferStatus(self, prm: pj.OnCallTransferStatusParam) -> None:
        tell("transfer", number=self.number, status=prm.statusCode, final=prm.finalNotify)


class Account(pj.Account):  # type: ignore[misc]
    """Answers whatever comes with the status that the phone was told by `answers`."""

    def __init__(self, phone: "Phone") -> None:
        super().__init__()
        self._phone = phone

    def onRegState(self, prm: pj.OnRegStateParam) -> None:
        tell("registered", status=prm.code)

    def onIncomingCall(self, prm: pj.OnIncomingCallParam) -> None:
        call = Call(self._phone, prm.callId)
        answer = pj.CallOpParam()
        answer.statusCode = self._phone.answers
        call.answer(answer)


class Phone:
    """A phone as `options` say: see `PjsipPhone`."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.folder = options["folder"]
        self.calls: list[Call] = []
        self.answers = 200
        self.done = 0  # commands
        self._server, self._transport = options["server"], options["transport"]
        self._scheme = "sips" if self._transport == "TLS" else "sip"
        self._start(options["host"], options["authority"], options["codec"])
        self.tone = self._sound(options["tone"])
        self.account = Account(self)
        self.account.create(self._configured(options))

    def _start(self, host: str, authority: str, codec: str) -> None:
        config = pj.EpConfig()
        config.uaConfig.threadCnt = 0
        config.uaConfig.mainThreadOnly = True
        config.logConfig.level = 5
        config.logConfig.consoleLevel = 0
        config.logConfig.filename = os.path.join(self.folder, "pjsip.log")
        config.medConfig.noVad = True
        self.endpoint = pj.Endpoint()
        self.endpoint.libCreate()
        self.endpoint.libInit(config)
        transport = pj.TransportConfig()
        transport.port, transport.boundAddress = 5061 if self._transport == "TLS" else 5060, host
        transport.tlsConfig.CaListFile, transport.tlsConfig.verifyServer = authority, bool(authority)
        self.endpoint.transportCreate(getattr(pj, f"PJSIP_TRANSPORT_{self._transport}"), transport)
        self.endpoint.libStart()
        self.endpoint.audDevManager().setNullDev()
        for known in self.endpoint.codecEnum2():
            self.endpoint.codecSetPriority(known.codecId, 128 if known.codecId.startswith(f"{codec}/") else 0)

    def _sound(self, tone: int) -> pj.ToneGenerator:
        generator = pj.ToneGenerator()
        generator.createToneGenerator(8000, 1)
        description = pj.ToneDesc()
        description.freq1, description.on_msec, description.off_msec = tone, 1000, 0
        tones = pj.ToneDescVector()
        tones.append(description)
        generator.play(tones, True)
        return generator

    def _configured(self, options: dict[str, Any]) -> pj.AccountConfig:
        account, user, host = pj.AccountConfig(), options["user"], options["host"]
        account.idUri, account.regConfig.registrarUri = self._uri(user), self._uri("")
        account.sipConfig.authCreds.append(pj.AuthCredInfo("digest", "*", user, 0, options["password"]))
        account.mediaConfig.transportConfig.boundAddress = host
        account.mediaConfig.transportConfig.port = 20000
        if options["reliable"]:
            account.callConfig.prackUse = pj.PJSUA_100REL_MANDATORY
        if options["session_timer"]:
            account.callConfig.timerUse = pj.PJSUA_SIP_TIMER_ALWAYS
        return account

    def _uri(self, user: str) -> str:
        """Of somebody at our server; "" is the server itself."""
        transport = "" if self._scheme == "sips" else f";transport={self._transport.lower()}"
        return f"{self._scheme}:{user}{'@' if user else ''}{self._server}{transport}"

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
                Call(self).makeCall(self._uri(number), prm)
            case {"do": "answer", "call": call}:
                prm.statusCode = 200
                self.calls[call].answer(prm)
            case {"do": "answers", "status": status}:
                self.answers = status
            case {"do": "hold", "call": call}:
                self.calls[call].setHold(prm)
            case {"do": "resume", "call": call}:
                prm.opt.flag = pj.PJSUA_CALL_UNHOLD
                self.calls[call].reinvite(prm)
            case {"do": "update", "call": call}:
                self.calls[call].update(prm)
            case {"do": "keys", "call": call, "digits": digits, "by_info": by_info}:
                keys = pj.CallSendDtmfParam()
                keys.method = pj.PJSUA_DTMF_METHOD_SIP_INFO if by_info else pj.PJSUA_DTMF_METHOD_RFC2833
                keys.digits = digits
                self.calls[call].sendDtmf(keys)
            case {"do": "transfer", "call": call, "number": number}:
                self.calls[call].xfer(f"<{self._uri(number)}>", prm)
            case {"do": "attended", "call": call, "consulted": consulted}:
                self.calls[call].xferReplaces(self.calls[consulted], prm)
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
        self.account.setRegistration(False)
        for _ in range(10):
            self.endpoint.libHandleEvents(20)
        os._exit(0)  # its destructors want an order that Python does not keep


if __name__ == "__main__":
    Phone(json.loads(sys.argv[1])).run()
