"""Runs baresip without screen or sound card: it sends a tone, records what it hears, and is told what to do.

Control goes over TCP in netstrings of JSON (module `ctrl_tcp`), which also report the events of calls.
"""

import array
import json
import re
import socket
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from tests.support.eventually import eventually
from tests.support.namespaces import Namespace
from tests.support.peers import require_peer
from tests.support.tones import ToneSeeker

SIP_PORT, CONTROL_PORT = 5060, 4444
SAMPLE_RATE = 8000
WAV_HEADER = 44
"""Octets before the samples in what `sndfile` writes."""

LISTEN_SECONDS = 0.5
"""A tone counts as heard when it fills the last half second."""

CLEAR = 0.9
"""The share of energy that a tone has after G.711, with room for the edges of a packet."""

_CONFIG = """
sip_listen {at}:{port}
net_interface {host}
rtp_ports 31000-31200
module_path /usr/lib/baresip/modules
module g711.so
module g722.so
module opus.so
module ausine.so
module aubridge.so
module sndfile.so
module account.so
module_app menu.so
module ctrl_tcp.so
ctrl_tcp_listen {at}:{control}
audio_source ausine,{tone}
audio_player aubridge,unused
ausrc_srate 48000
ausrc_channels 2
auplay_srate 8000
auplay_channels 1
snd_path {folder}
{tls}
"""


class Baresip:
    """One baresip. `account` is its address of record with parameters, as in baresip's `accounts` file;
    `codec` the one it has. It runs in `namespace`, else where the test runs. By TLS it talks to those alone
    whose certificates are of `authority`. `ports` are for SIP and for control, where several share an
    address."""

    def __init__(
        self,
        folder: Path,
        host: str,
        account: str,
        tone: int,
        namespace: Namespace | None = None,
        codec: str = "PCMA/8000/1",
        authority: Path | None = None,
        ports: tuple[int, int] = (SIP_PORT, CONTROL_PORT),
    ) -> None:
        program = require_peer("baresip")
        folder.mkdir(parents=True)
        self._folder = folder
        self.tone = tone
        tls = f"sip_cafile {authority}\nsip_trans_def tls" if authority else ""
        at, (port, control) = f"[{host}]" if ":" in host else host, ports
        config = _CONFIG.format(
            host=host, at=at, port=port, control=control, tone=tone, folder=folder, tls=tls
        )
        (folder / "config").write_text(config, "utf-8")
        (folder / "accounts").write_text(f"{account};audio_codecs={codec}\n", "utf-8")
        (folder / "contacts").touch()
        self._log = folder / "baresip.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [
                    *(namespace.enter if namespace else ()),
                    program,
                    "-6" if ":" in host else "-4",
                    "-s",
                    "-f",
                    str(folder),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        call = namespace.call if namespace else _here
        self._control = eventually(lambda: call(lambda: _connect(host, control)), "baresip takes commands")
        self._control.settimeout(0.0)
        self._unread = b""
        self._messages: list[dict[str, object]] = []

    def __enter__(self) -> "Baresip":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._control.close()
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        sys.stderr.write(f"baresip:\n{self.log()}\n")

    # ---- control

    def command(self, name: str, parameters: str = "") -> str:
        """Tell it to do something, such as `dial` a URI; what it says to that."""
        text = json.dumps({"command": name, "params": parameters, "token": name}).encode()
        self._control.sendall(b"%d:%s," % (len(text), text))
        answer = self._await(lambda message: message.get("token") == name, f"answers {name}")
        assert answer["ok"], answer
        return str(answer["data"])

    def await_event(self, kind: str) -> None:
        """Wait for an event such as `CALL_ESTABLISHED`; each is waited for once."""
        self._await(lambda message: message.get("type") == kind, f"reports {kind}")

    def _await(self, is_meant: Callable[[dict[str, object]], bool], what: str) -> dict[str, object]:
        def look() -> dict[str, object] | None:
            self._read()
            return next(filter(is_meant, self._messages), None)

        found = eventually(look, f"baresip {what}")
        self._messages.remove(found)
        return found

    def log(self) -> str:
        """What it printed, with every SIP message."""
        return self._log.read_text("utf-8", "replace")

    def _read(self) -> None:
        try:
            self._unread += self._control.recv(65536)
        except BlockingIOError:
            return
        while b":" in self._unread:
            length, _, rest = self._unread.partition(b":")
            end = int(length)
            if len(rest) <= end:
                return
            self._messages.append(json.loads(rest[:end]))
            self._unread = rest[end + 1 :]

    # ---- sound

    def await_tone(self, tone: int) -> None:
        """Wait until it hears this tone and nothing else, in what comes from now on.

        Only until the first re-INVITE: after it baresip 1.0 records no more.
        """
        seeker = ToneSeeker(tone, LISTEN_SECONDS, CLEAR, len(self.recorded()[1]))

        def look() -> bool:
            rate, samples = self.recorded()
            return seeker.found(samples, rate)

        eventually(look, f"a clear tone of {tone} Hz")

    def recorded(self) -> "tuple[int, array.array[int]]":
        """Every sample that it has heard in its last call, of one channel, 16 bit; and their rate."""
        files = sorted(self._folder.glob("dump-*-dec.wav"))
        octets = files[-1].read_bytes() if files else b""
        samples = array.array("h")
        samples.frombytes(octets[WAV_HEADER : len(octets) // 2 * 2])
        channels, rate = (
            struct.unpack_from("<HI", octets, 22) if len(octets) > WAV_HEADER else (1, SAMPLE_RATE)
        )
        return rate, samples[::channels]

    def packets_heard(self) -> int:
        """How many RTP packets have come in the present call."""
        (count,) = re.findall(r"rcvd=(\d+)", self.command("audio_debug"))
        return int(count)


def _here(function: Callable[[], socket.socket | None]) -> socket.socket | None:
    return function()


def _connect(host: str, port: int) -> socket.socket | None:
    try:
        return socket.create_connection((host, port), timeout=1)
    except OSError:
        return None
