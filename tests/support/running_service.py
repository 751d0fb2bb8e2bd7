"""The service as its users run it: a process of its own with real sockets, and its journal to read."""

import os
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from telephony.archive.codec import Codec, UnknownFact
from telephony.archive.reader import JournalReader
from telephony.archive.upcasts import UPCASTS
from telephony.call import facts as f
from telephony.call import transfer_facts as t
from telephony.call.house_facts import PhoneRegistered
from telephony.call.record import Record, records
from telephony.call.registry import FACTS
from telephony.secrets import PhoneSecrets
from tests.support.eventually import eventually
from tests.support.namespaces import Namespace

START_SECONDS = 20.0
STOP_SECONDS = 20.0
COMMAND_SECONDS = 30.0
REALM = "vaxeln"
SIP_PORT = 5060
HTTP_PORT = 8080

F = TypeVar("F", bound=f.Fact)

CODEC: Codec[f.Fact] = Codec(FACTS, UPCASTS)
"""Made once: that takes longer than a look at the journal."""

_PROGRAM = Path(sysconfig.get_path("scripts"), "vaxeln")


class RunningService:
    """`vaxeln serve` on an address of its own, with its data in `folder`, in `namespace` if there is one.

    HOST in `settings` is that address. As a context it runs within; at the end it is stopped if it still
    runs, and must then end with 0. Its log goes to standard error then, which pytest shows when something has
    failed.
    """

    def __init__(
        self,
        folder: Path,
        host: str,
        plan: str,
        settings: Mapping[str, str] | None = None,
        namespace: Namespace | None = None,
    ) -> None:
        self.host = host
        self._enter = namespace.enter if namespace else ()
        self.address = f"{host}:{SIP_PORT}"
        self.data = folder / "data"
        self._log = folder / "service.log"
        self._plan = folder / "plan.toml"
        self._plan.write_text(plan, "utf-8")
        outside = {name: value for name, value in os.environ.items() if not name.startswith("VAXELN_")}
        self._environment = outside | {
            "VAXELN_DATA": str(self.data),
            "VAXELN_SIP_LISTEN": f"udp:{self.address}",
            "VAXELN_HTTP_LISTEN": f"{host}:{HTTP_PORT}",
            "VAXELN_SIP_REALM": REALM,
            "VAXELN_LOG_LEVEL": "debug",
            "VAXELN_DATABASE_DSN": "none",  # `tests/interop/test_database.py` has one
            "VAXELN_CALLS_DRAIN_SECONDS": "0",  # what a failed test leaves behind is not waited for
            **{name: value.replace("HOST", host) for name, value in (settings or {}).items()},
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._forgotten = 0  # facts

    # ---- life

    def __enter__(self) -> "RunningService":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None and self._process is not None:
                self.stop()
        finally:
            self.kill()
            sys.stderr.write(f"the service's log:\n{self.log()}\n")

    def launch(self) -> None:
        """Start the process, without waiting for it."""
        assert self._process is None
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self._enter, _PROGRAM, "serve", "--plan", self._plan],
                env=self._environment,
                stdout=subprocess.PIPE,
                stderr=log,
            )

    def start(self) -> None:
        """Start the process and wait until it takes calls."""
        self.launch()
        assert self._process is not None and self._process.stdout is not None
        lines = iter(self._process.stdout.readline, b"")
        if not any(line.startswith(b"Health") for line in lines):
            self.kill()
            raise AssertionError(f"the service did not start:\n{self.log()}")

    def terminate(self) -> None:
        """Ask it to stop."""
        self._running.send_signal(signal.SIGTERM)

    def lose_terminal(self) -> None:
        """What a terminal that closes does to it: its shell and the system both tell it."""
        self._running.send_signal(signal.SIGHUP)
        self._running.send_signal(signal.SIGHUP)

    def wait_stopped(self, seconds: float = STOP_SECONDS) -> None:
        """Wait until it has ended by itself: with exit code 0 and without an exception in its log."""
        try:
            code = self._running.wait(seconds)
        except subprocess.TimeoutExpired as late:
            raise AssertionError(f"the service has not stopped in {seconds:g} s") from late
        self._forget()
        assert code == 0
        assert "Traceback" not in self.log(), self.log()

    def stop(self) -> None:
        """Stop it as systemd does."""
        self.terminate()
        self.wait_stopped()

    def kill(self) -> None:
        """End it without a word, as a crash does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._forget()

    def memory_kib(self) -> int:
        """Memory that it takes, in KiB (Linux)."""
        status = Path("/proc", str(self._running.pid), "status").read_text("ascii")
        return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:")))

    @property
    def _running(self) -> "subprocess.Popen[bytes]":
        assert self._process is not None, "the service does not run"
        return self._process

    def _forget(self) -> None:
        assert self._process is not None and self._process.stdout is not None
        self._process.stdout.close()
        self._process = None

    def attempt(
        self, *arguments: str, settings: Mapping[str, str] | None = None, given: str | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """Run another `vaxeln` command with the same settings, or more, and this on its standard input; what
        became of it."""
        environment = self._environment | dict(settings or {})
        return subprocess.run(
            [_PROGRAM, *arguments],
            env=environment,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            input=given,
        )

    def run(
        self, *arguments: str, settings: Mapping[str, str] | None = None, given: str | None = None
    ) -> str:
        """The same; its standard output."""
        done = self.attempt(*arguments, settings=settings, given=given)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def set_password(self, user: str, password: str) -> None:
        """Give a phone account its password."""
        PhoneSecrets(self.data / "secrets").set_password(user, REALM, password)

    # ---- what it wrote

    def log(self) -> str:
        """All that it logged, in all its lives."""
        return self._log.read_text("utf-8") if self._log.exists() else ""

    def forget(self) -> None:
        """Tell from here on of nothing that has been so far."""
        self._forgotten += len(self.facts())

    def facts(self) -> list[f.Fact]:
        """Every fact of its journal that is not forgotten; what cannot be read there is a failure."""
        findings: list[object] = []
        reader: JournalReader[f.Fact] = JournalReader(self.data / "journal", CODEC, report=findings.append)
        found = [fact for _, fact in reader.read() if not isinstance(fact, UnknownFact)]
        assert findings == []
        return found[self._forgotten :]

    def registered(self) -> set[str]:
        """The phones that are registered, by what is not forgotten."""
        found = {fact.phone: bool(fact.contacts) for fact in self.facts_of(PhoneRegistered)}
        return {phone for phone, is_there in found.items() if is_there}

    def facts_of(self, kind: type[F]) -> list[F]:
        """Every fact of one kind."""
        return [fact for fact in self.facts() if isinstance(fact, kind)]

    def records(self) -> list[Record]:
        """The calls as its log shows them, in the order in which they arrived."""
        return list(records(self.facts()).values())

    def await_fact(
        self, kind: type[F], seconds: float = 10.0, such_that: Callable[[F], bool] = lambda fact: True
    ) -> F:
        """Wait for the first fact of this kind."""
        return eventually(
            lambda: next(filter(such_that, self.facts_of(kind)), None), f"the fact {kind.__name__}", seconds
        )

    def await_idle(self, seconds: float = 10.0) -> None:
        """Wait until every leg of every call has ended."""
        eventually(lambda: not self.open_legs(), "no leg is left open", seconds)

    def open_legs(self) -> set[str]:
        """The legs that have begun and not ended."""
        begun: set[str] = set()
        for fact in self.facts():
            match fact:
                case f.CallArrived(leg=leg) | f.MemberOffered(leg=leg) | t.LegTakenOver(leg=leg):
                    begun.add(leg)
                case f.LegEnded(leg=leg) | f.MemberRefused(leg=leg) | t.LegHandedOver(leg=leg):
                    begun.discard(leg)
                case _:
                    pass
        return begun
