"""The systems that are measured side by side: the service as it is shipped, and sippy's simple B2BUA."""

import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench import municipality
from tests.bench.load import SIP_PORT, Exchange
from tests.bench.processes import running
from tests.support.eventually import eventually
from tests.support.running_service import REALM
from tests.support.sipp import is_bound

SIPPY = "sippy==2.5.0"
INSTALL_SECONDS = 180
HTTP_PORT = 8080

_VAXELN = Path(sysconfig.get_path("scripts"), "vaxeln")


class NotInstalled(Exception):
    """The system cannot be had here. The text says why."""


class DidNotStart(Exception):
    """The system ended at once. The text is the end of what it said."""


@dataclass(frozen=True, slots=True)
class System:
    """A running system: what it is called, where it takes calls, its process."""

    name: str
    target: str
    pid: int


@contextmanager
def vaxeln(folder: Path, host: str, exchange: Exchange) -> Iterator[System]:
    """The service with its default settings, a journal on disk, and every phone registered."""
    folder.mkdir(parents=True)
    (folder / "plan.toml").write_text(municipality.plan(exchange.caller_host), "utf-8")
    municipality.set_passwords(folder / "data")
    settings = {
        "VAXELN_DATA": str(folder / "data"),
        "VAXELN_SIP_LISTEN": f"udp:{host}:{SIP_PORT}",
        "VAXELN_SIP_REALM": REALM,
        "VAXELN_HTTP_LISTEN": f"{host}:{HTTP_PORT}",
        "VAXELN_RTP_PORTS": "10000-13999",
        "VAXELN_CALLS_DRAIN_SECONDS": "0",
    }
    command = [str(_VAXELN), "serve", "--plan", "plan.toml"]
    with running(command, folder, environment=settings) as process:
        _await_listening(process, host, folder)
        municipality.register((host, SIP_PORT), (exchange.callee_host, SIP_PORT))
        yield System("vaxeln", f"{host}:{SIP_PORT}", process.pid)


@contextmanager
def sippy(folder: Path, host: str, exchange: Exchange) -> Iterator[System]:
    """`b2bua_simple` as shipped: it sends every call to one address and keeps no record."""
    program = _installed_sippy(folder.parent.parent / "sippy")
    command = [
        str(program),
        "-f",
        "-l",
        host,
        "-p",
        str(SIP_PORT),
        "-n",
        f"{exchange.callee_host}:{SIP_PORT}",
    ]
    with running(command, folder) as process:
        _await_listening(process, host, folder)
        yield System("sippy", f"{host}:{SIP_PORT}", process.pid)


def _await_listening(process: "subprocess.Popen[bytes]", host: str, folder: Path) -> None:
    eventually(lambda: is_bound(host, SIP_PORT) or process.poll() is not None, f"{host} listens", 30)
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
