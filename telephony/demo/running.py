"""The service of the demonstration: a real process with its own folder, and its journal to read."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from telephony.archive.codec import Codec, UnknownFact
from telephony.archive.reader import JournalReader
from telephony.archive.upcasts import UPCASTS
from telephony.call import facts as f
from telephony.call.record import Record, records
from telephony.call.registry import FACTS
from telephony.demo.ports import HOST, PortBlock
from telephony.demo.programs import copied_if_hidden
from telephony.errors import VaxelnError

START_SECONDS = 60.0
"""A start takes one; a machine that does much else has been seen to take twenty."""

STOP_SECONDS = 10.0
"""The service itself waits shorter for the last answers of its phones; then it is killed."""

SETTLE_SECONDS = 5.0
"""How long a call may take to be over in the journal once its caller is out of it."""

_LOOK = 0.05  # seconds between two looks at a file that the service writes

_COMMAND = (sys.executable, "-P", "-m", "telephony.cli")  # -P: never a `telephony` of the current folder

_CODEC: Codec[f.Fact] = Codec(FACTS, UPCASTS)
_SIP = re.compile(r"^Växeln takes SIP on udp:\S+:(\d+)\b", re.MULTILINE)
_HTTP = re.compile(r"^Health and figures are at (http://\S+)", re.MULTILINE)


class ServiceFailed(VaxelnError):
    """The service did not start, or a command of it failed; the message has its own words."""


class RunningService:
    """`vaxeln serve` with the plan and settings of the demonstration."""

    def __init__(self, folder: Path, plan: Path, ports: PortBlock) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.address = (HOST, 0)
        self.http = ""
        self._plan = plan
        self.log_file = folder / "service.log"
        self._environment = environment(os.environ, self.data, ports)
        self._process: subprocess.Popen[bytes] | None = None

    def use_programs_of(self, folder: Path | None) -> None:
        """Look for programs there first."""
        if folder is not None:
            self._environment["PATH"] = os.pathsep.join(
                [str(folder), self._environment.get("PATH", os.defpath)]
            )

    def set_passwords(self, passwords: Mapping[str, str]) -> None:
        """As `vaxeln phone import` does it, all at once. Raises ServiceFailed."""
        lines = "".join(f"{user}:{password}\n" for user, password in passwords.items())
        file = self.folder / "passwords"
        file.touch(mode=0o600)
        file.write_text(lines, "utf-8")
        try:
            self.run("phone", "import", str(file))
        finally:
            file.unlink()

    def run(self, *arguments: str) -> str:
        """What a `vaxeln` command prints, run as an admin on this machine would. Raises ServiceFailed."""
        try:
            done = subprocess.run(
                [*_COMMAND, *arguments],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=START_SECONDS,
            )
        except subprocess.TimeoutExpired as late:
            raise ServiceFailed(f"vaxeln {arguments[0]} took over {START_SECONDS:g} s") from late
        if done.returncode:
            raise ServiceFailed(done.stderr.strip())
        return done.stdout

    def start(self) -> None:
        """Start it and wait until it takes calls. Raises ServiceFailed."""
        with self.log_file.open("wb") as log:
            self._process = subprocess.Popen(
                [*_COMMAND, "serve", "--plan", str(self._plan)],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for us: we stop it in our own order
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._has_started():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise ServiceFailed("the service did not start:\n" + "\n".join(self.log_tail()))
            time.sleep(_LOOK)

    def _has_started(self) -> bool:
        log = self.log_file.read_text("utf-8", "replace")
        sip, http = _SIP.search(log), _HTTP.search(log)
        if sip is None or http is None:
            return False
        self.address = (HOST, int(sip[1]))
        self.http = http[1]
        return True

    def stop(self) -> None:
        """End it, gently if it will."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    @property
    def is_running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    def log_tail(self, lines: int = 20) -> list[str]:
        """The last lines of its log."""
        return (
            self.log_file.read_text("utf-8", "replace").splitlines()[-lines:]
            if self.log_file.exists()
            else []
        )

    def facts_of(self, sip_call_id: str) -> tuple[f.CallFact, ...]:
        """The journal's facts of a call, when it is over, or else those it has after `SETTLE_SECONDS`."""
        deadline = time.monotonic() + SETTLE_SECONDS
        while True:
            facts = only_call(self._journal(), sip_call_id)
            if is_over(facts) or time.monotonic() > deadline or not self.is_running:
                return facts
            time.sleep(_LOOK)

    def records(self) -> list[Record]:
        """The calls of the journal, in the order in which they arrived."""
        return list(records(self._journal()).values())

    @property
    def figures(self) -> str:
        """Where the figures are."""
        return self.http.replace("/healthz", "/metrics")

    def _journal(self) -> Iterator[f.Fact]:
        reader: JournalReader[f.Fact] = JournalReader(
            self.data / "journal", _CODEC, report=lambda finding: None
        )
        return (fact for _, fact in reader.read() if not isinstance(fact, UnknownFact))


@contextmanager
def running_service(plan: Path, ports: PortBlock, passwords: Mapping[str, str]) -> Iterator[RunningService]:
    """A service whose phones have these passwords. Nothing is left of it afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="vaxeln-demo-"))
    folder.chmod(0o711)  # as root, PostgreSQL runs as another user, who has to get to its data
    service = RunningService(folder, plan, ports)
    try:
        service.use_programs_of(copied_if_hidden(folder))
        service.set_passwords(passwords)
        service.start()
        yield service
    finally:
        service.stop()
        shutil.rmtree(folder, ignore_errors=True)


def environment(outside: Mapping[str, str], data: Path, ports: PortBlock) -> dict[str, str]:
    """The environment of the service: the user's own settings have no say here."""
    inherited = {name: value for name, value in outside.items() if not name.startswith("VAXELN_")}
    return inherited | {
        "VAXELN_DATA": str(data),
        "VAXELN_SIP_LISTEN": f"udp:{HOST}:0",
        "VAXELN_HTTP_LISTEN": f"{HOST}:0",
        "VAXELN_RTP_PORTS": str(ports.media),
        "VAXELN_CALLS_DRAIN_SECONDS": "0",
        "VAXELN_LOG_FORMAT": "console",
        "PYTHONUTF8": "1",  # our own words are looked for in what it prints
    }


def only_call(facts: Iterable[f.Fact], sip_call_id: str) -> tuple[f.CallFact, ...]:
    """The facts of the call whose caller's leg has this Call-ID."""
    call = ""
    found: list[f.CallFact] = []
    for fact in facts:
        if isinstance(fact, f.CallArrived) and fact.sip_call_id == sip_call_id:
            call = fact.call
        if isinstance(fact, f.CallFact) and fact.call == call:
            found.append(fact)
    return tuple(found)


def is_over(facts: Iterable[f.CallFact]) -> bool:
    """Whether the call has ended and nothing is left of its legs."""
    ended, legs = False, set()
    for fact in facts:
        match fact:
            case f.CallEnded():
                ended = True
            case f.CallArrived(leg=leg) | f.MemberOffered(leg=leg):
                legs.add(leg)
            case f.LegEnded(leg=leg) | f.MemberRefused(leg=leg):
                legs.discard(leg)
            case _:
                pass
    return ended and not legs
