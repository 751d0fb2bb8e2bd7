"""Runs sipp with the scenarios of `tests/interop/sipp`, and tells what each run sent and received.

A scenario is a sipp file with two kinds of blanks: `{{> name}}` takes in `parts/name.txt`, `{{name}}` is
filled with what the run is given. sipp's own result is its exit code: 0 when the scenario went as written.
"""

import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from tests.support.eventually import eventually
from tests.support.peers import require_peer

SCENARIOS = Path(__file__).parents[1] / "interop" / "sipp"
SIP_PORT = 5060
USUAL_SECONDS = 20.0
"""In this a scenario is over that does not wait for one of SIP's long timers."""

LONGEST_SECONDS = 60
"""After this sipp itself gives up: more than any scenario takes, with the 32 s that wait for an ACK."""

_STORY = 2000
"""Characters of sipp's complaints that a report shows."""

_PART = re.compile(r"^\{\{> ([a-z_]+)\}\}\n", re.MULTILINE)
_BLANK = re.compile(r"\{\{([a-z_]+)\}\}")
_SEEN = re.compile(r"^(?:UDP|TCP) message (sent|received) .*\n\n", re.MULTILINE)
_RULE = re.compile(r"^-{40,}.*\n", re.MULTILINE)


def audio(direction: str = "sendrecv", version: int = 1, port: str = "[media_port]") -> str:
    """An offer or answer of G.711 A-law and keys, in sipp's words."""
    return (
        f"v=0\no=- 5365 {version} IN IP4 [local_ip]\ns=-\nc=IN IP4 [media_ip]\nt=0 0\n"
        f"m=audio {port} RTP/AVP 8 101\na=rtpmap:8 PCMA/8000\na=rtpmap:101 telephone-event/8000\n"
        f"a={direction}"
    )


FAX_ONLY = "v=0\no=- 1 1 IN IP4 [local_ip]\ns=-\nc=IN IP4 [media_ip]\nt=0 0\nm=image 6000 udptl t38"

_DEFAULTS = {
    "caller": "+46701740605",
    "dialled": "+46853061000",
    "domain": "operator.example",
    "offer": audio(),
    "held_offer": audio("sendonly", 2),
    "held_answer": audio("recvonly", 2),
    "resumed_offer": audio("sendrecv", 3),
    "talk_ms": "300",
    "silent_ms": "0",
    "ring_ms": "200",
    "patience_ms": "200",
    "reason": ".",
    "sip_call_id": "%u-%p@%s",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """One message of a run. `was_sent` is from sipp's side."""

    was_sent: bool
    text: str

    @property
    def start_line(self) -> str:
        """The first line."""
        return self.text.partition("\n")[0].rstrip("\r")

    def header(self, name: str) -> str:
        """The first header field of that name, or ""."""
        found = re.search(rf"^{name}:[ \t]*(.*?)\r?$", self.text, re.MULTILINE | re.IGNORECASE)
        return found[1] if found else ""

    def headers(self, name: str) -> list[str]:
        """All header fields of that name."""
        return re.findall(rf"^{name}:[ \t]*(.*?)\r?$", self.text, re.MULTILINE | re.IGNORECASE)


class SippRun:
    """One sipp process, which plays one scenario once."""

    def __init__(self, process: "subprocess.Popen[bytes]", name: str, folder: Path) -> None:
        self._process = process
        self.name = name
        self._folder = folder

    def wait(self, seconds: float = USUAL_SECONDS) -> "SippRun":
        """Wait for its end; it must have gone as the scenario says."""
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired as late:
            raise AssertionError(f"not over in {seconds:g} s: {self.story()}") from late
        assert code == 0, f"exit code {code} of {self.story()}"
        return self

    def messages(self) -> list[Seen]:
        """What it sent and received so far, in order."""
        log = self._folder / "messages.log"
        text = log.read_text("utf-8", "replace") if log.exists() else ""
        blocks = (_SEEN.split(block, maxsplit=1) for block in _RULE.split(text))
        return [Seen(parts[1] == "sent", parts[2].rstrip("\n")) for parts in blocks if len(parts) == 3]

    def received(self, start: str) -> list[Seen]:
        """The messages that it received whose first line begins so, such as `INVITE` or `SIP/2.0 200`."""
        return [seen for seen in self.messages() if not seen.was_sent and seen.start_line.startswith(start)]

    def sent(self, start: str) -> list[Seen]:
        """The messages that it sent whose first line begins so."""
        return [seen for seen in self.messages() if seen.was_sent and seen.start_line.startswith(start)]

    def await_received(self, start: str, count: int = 1, seconds: float = 10.0) -> Seen:
        """Wait until it has received so many of them; the latest."""
        return eventually(
            lambda: self.received(start)[count - 1 : count], f"{count} x {start} at {self.name}", seconds
        )[0]

    @property
    def call_id(self) -> str:
        """The Call-ID of its first message."""
        return self.messages()[0].header("Call-ID")

    def story(self) -> str:
        """What it said about itself, for the report of a failure."""
        log = self._folder / "errors.log"
        errors = log.read_text("utf-8", "replace")[:_STORY] if log.exists() else ""
        lines = [f"  {'>' if seen.was_sent else '<'} {seen.start_line}" for seen in self.messages()[:30]]
        return "\n".join([f"sipp {self.name}: {errors}", *lines])

    def kill(self) -> None:
        """End it if it still runs."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()


class Sipp:
    """Starts sipp runs against the service at `target`; as a context, ends those that are left.

    What each did goes to standard error then, which pytest shows when something has failed.
    """

    def __init__(self, folder: Path, target: str) -> None:
        self._program = require_peer("sipp")
        self._folder = folder
        self._target = target
        self._runs: list[SippRun] = []

    def __enter__(self) -> "Sipp":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for run in self._runs:
            run.kill()
            sys.stderr.write(f"{run.story()}\n")

    def start(self, scenario: str, host: str, *more: str, target: str = "", **blanks: str) -> SippRun:
        """Play a scenario from HOST:5060, once unless `more` say otherwise. One that begins by waiting is
        ready when this returns.

        `more` are options of sipp, `blanks` fill the scenario's. `target` is another address of the service.
        """
        folder = self._folder / f"sipp-{len(self._runs):02}-{scenario}"
        folder.mkdir(parents=True)
        given = _DEFAULTS | blanks
        text = _filled(SCENARIOS / f"{scenario}.xml", given)
        file = folder / "scenario.xml"
        file.write_text(text, "utf-8")
        options = ["-i", host, "-p", str(SIP_PORT), "-bind_local", "-ci", host, "-mi", host]
        options += ["-m", "1", "-nostdin", "-cid_str", given["sip_call_id"]]
        options += ["-timeout", f"{LONGEST_SECONDS}s", "-timeout_error", "-deadcall_wait", "0"]
        options += ["-trace_msg", "-message_file", str(folder / "messages.log")]
        options += ["-trace_err", "-error_file", str(folder / "errors.log"), *more]
        with (folder / "screen.log").open("wb") as screen:
            process = subprocess.Popen(
                [self._program, target or self._target, "-sf", str(file), *options],
                stdin=subprocess.DEVNULL,
                stdout=screen,
                stderr=subprocess.STDOUT,
                cwd=folder,
            )
        run = SippRun(process, scenario, folder)
        self._runs.append(run)
        if text.find("<recv") < text.find("<send"):
            eventually(lambda: is_bound(host, SIP_PORT) or process.poll() is not None, f"{scenario} listens")
        return run

    def play(self, scenario: str, host: str, *more: str, target: str = "", **blanks: str) -> SippRun:
        """Play a scenario to its end."""
        return self.start(scenario, host, *more, target=target, **blanks).wait()


def _filled(file: Path, blanks: Mapping[str, str]) -> str:
    def part(found: re.Match[str]) -> str:
        return (SCENARIOS / "parts" / f"{found[1]}.txt").read_text("utf-8")

    return _BLANK.sub(lambda blank: blanks[blank[1]], _PART.sub(part, file.read_text("utf-8")))


def is_bound(host: str, port: int) -> bool:
    """Whether a program of this machine has bound the UDP address or listens on TCP there."""
    octets = [int(part) for part in host.split(".")]
    wanted = "".join(f"{octet:02X}" for octet in reversed(octets)) + f":{port:04X}"
    listening = f"{wanted} 00000000:0000 0A"
    return wanted in Path("/proc/net/udp").read_text("ascii") or listening in Path("/proc/net/tcp").read_text(
        "ascii"
    )
