"""What is measured side by side: the service as it is shipped, sippy's simple B2BUA, Kamailio as a proxy."""

import json
import shutil
import subprocess
import sys
import sysconfig
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.bench import municipality
from tests.bench.accounting import descendants
from tests.bench.load import SIP_PORT, Exchange
from tests.bench.processes import running
from tests.support.eventually import eventually
from tests.support.postgres import open_folder
from tests.support.running_service import REALM
from tests.support.sipp import is_bound

SIPPY = "sippy==2.5.0"
INSTALL_SECONDS = 180
HTTP_PORT = 8080
DATABASE_SECONDS = 60.0

_VAXELN = Path(sysconfig.get_path("scripts"), "vaxeln")
_SOUND = 'vaxeln_rtp_packets_total{kind="sound"}'
_KAMAILIO = Path(__file__).with_name("kamailio.cfg")


class NotInstalled(Exception):
    """The system cannot be had here. The text says why."""


class DidNotStart(Exception):
    """The system ended at once. The text is the end of what it said."""


class System:
    """A running system: what it is called, where it takes calls, its process and those below it."""

    def __init__(self, name: str, host: str, pid: int) -> None:
        self.name = name
        self.target = f"{host}:{SIP_PORT}"
        self.pid = pid

    def pids(self) -> list[int]:
        """The processes that carry calls."""
        return [self.pid, *descendants(self.pid)]

    def beside(self) -> list[int]:
        """Those that work for it, but not on calls."""
        return []

    def settle(self) -> None:
        """Wait until nothing is left to be done for the calls that were."""


class Vaxeln(System):
    """The service: its own process, and PostgreSQL's beside it."""

    def __init__(self, host: str, pid: int) -> None:
        super().__init__("vaxeln", host, pid)
        self._http = f"http://{host}:{HTTP_PORT}"

    def pids(self) -> list[int]:
        """The one process."""
        return [self.pid]

    def beside(self) -> list[int]:
        """PostgreSQL."""
        return descendants(self.pid)

    def settle(self) -> None:
        """Wait until the database has everything."""
        eventually(lambda: self._database()["lag_facts"] == 0, "the database has all facts", DATABASE_SECONDS)

    def await_database(self) -> None:
        """Wait until there is a database."""
        eventually(lambda: self._database()["state"] == "up", "the database is up", DATABASE_SECONDS)

    def sound_packets(self) -> float:
        """How many packets of sound it has passed on."""
        with urllib.request.urlopen(f"{self._http}/metrics", timeout=5) as answer:
            lines = answer.read().decode().splitlines()
        return float(next(line for line in lines if line.startswith(_SOUND)).rpartition(" ")[2])

    def _database(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self._http}/healthz", timeout=5) as answer:
            return dict(json.load(answer)["database"])


@contextmanager
def vaxeln(
    folder: Path, host: str, exchange: Exchange, more: Mapping[str, str] | None = None
) -> Iterator[Vaxeln]:
    """The service with its default settings, or `more`: journal, embedded database, figures; every phone
    registered by UDP."""
    folder.mkdir(parents=True)
    (folder / "plan.toml").write_text(municipality.plan(exchange.caller_host), "utf-8")
    command = [str(_VAXELN), "serve", "--plan", "plan.toml"]
    with open_folder() as data:  # as root PostgreSQL runs as another user, who must get there
        municipality.set_passwords(data)
        settings = {
            "VAXELN_DATA": str(data),
            "VAXELN_SIP_LISTEN": f"udp:{host}:{SIP_PORT}",
            "VAXELN_SIP_REALM": REALM,
            "VAXELN_HTTP_LISTEN": f"{host}:{HTTP_PORT}",
            "VAXELN_RTP_PORTS": "10000-19999",
            "VAXELN_CALLS_DRAIN_SECONDS": "0",
            **(more or {}),
        }
        with running(command, folder, environment=settings) as process:
            said = folder / "output.log"
            _await(process, lambda: "Health and figures" in said.read_text("utf-8"), folder)
            system = Vaxeln(host, process.pid)
            system.await_database()
            municipality.register((host, SIP_PORT), (exchange.callee_host, SIP_PORT))
            yield system


@contextmanager
def sippy(folder: Path, host: str, exchange: Exchange) -> Iterator[System]:
    """`b2bua_simple` as shipped: it sends every call to one address and keeps no record."""
    program = _installed_sippy(folder.parent.parent / "sippy")
    to = f"{exchange.callee_host}:{SIP_PORT}"
    command = [str(program), "-f", "-l", host, "-p", str(SIP_PORT), "-n", to]
    with running(command, folder) as process:
        _await(process, lambda: is_bound(host, SIP_PORT), folder)
        yield System("sippy", host, process.pid)


@contextmanager
def kamailio(folder: Path, host: str, exchange: Exchange) -> Iterator[System]:
    """A stateful proxy without call state that sends every call to one address."""
    program = shutil.which("kamailio") or shutil.which("kamailio", path="/usr/sbin")
    if program is None:
        raise NotInstalled("kamailio is not installed (Debian: apt-get install kamailio)")
    command = [program, "-DD", "-E", "-f", str(_KAMAILIO), "-Y", str(folder), "-P", str(folder / "pid")]
    command += ["-l", f"udp:{host}:{SIP_PORT}", "-A", f'CALLEE="sip:{exchange.callee_host}:{SIP_PORT}"']
    with running(command, folder) as process:
        _await(process, lambda: is_bound(host, SIP_PORT), folder)
        yield System("kamailio", host, process.pid)


SYSTEMS: dict[str, Callable[[Path, str, Exchange], Any]] = {
    "vaxeln": vaxeln,
    "sippy": sippy,
    "kamailio": kamailio,
}


def _await(process: "subprocess.Popen[bytes]", is_ready: Callable[[], bool], folder: Path) -> None:
    eventually(lambda: is_ready() or process.poll() is not None, f"{folder.name} takes calls", 30)
    if process.poll() is not None:
        raise DidNotStart((folder / "output.log").read_text("utf-8", "replace")[-500:])


def _installed_sippy(environment: Path) -> Path:
    """Install it into a virtual environment of its own, kept for the next run. Raises NotInstalled."""
    program = environment / "bin" / "b2bua_simple"
    if not program.exists():
        install = [str(environment / "bin" / "python"), "-m", "pip", "install", "--quiet", SIPPY]
        try:
            subprocess.run([sys.executable, "-m", "venv", "--clear", environment], check=True)
            subprocess.run(install, check=True, timeout=INSTALL_SECONDS, capture_output=True)
        except (subprocess.SubprocessError, OSError) as error:
            raise NotInstalled(f"{SIPPY} cannot be installed: {error}") from error
    return program
