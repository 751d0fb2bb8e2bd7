"""Calls made by sipp through a system: a caller and all the phones, without sound or with it.

With sound the caller sends every call's sound (sipp's `rtp_stream`, A-law, 50 packets a second), and all the
phones together send back what they hear (sipp's `-rtp_echo`).
"""

import csv
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from tests.bench.processes import running
from tests.support.eventually import eventually
from tests.support.loopback import Loopback
from tests.support.sipp import is_bound

SIP_PORT = 5060
GIVE_UP_SECONDS = 6.0
"""How long after the last planned hang-up a caller waits for calls that are stuck."""

_SCENARIOS = Path(__file__).parent / "scenarios"
_RUNS = count(1)

_SOUND = "sound.raw"
_PLAY = f'<nop><action><exec rtp_stream="{_SOUND},-1,8"/></action></nop>'
_SILENT_PORT, _SOUND_PORT = "6000", "[rtpstream_audio_port]"


@dataclass(frozen=True, slots=True)
class Load:
    """So many calls, begun at `rate` a second, each lasting `hold` seconds, silent or not."""

    calls: int
    rate: float
    hold: float
    sound: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What sipp saw. `setups` are the seconds from INVITE to 180, sorted."""

    calls: int
    good: int
    retransmissions: int
    setups: tuple[float, ...]

    @property
    def is_clean(self) -> bool:
        """At most one call in a thousand failed, and one in a hundred had a message repeated."""
        return self.calls - self.good <= 0.001 * self.calls and self.retransmissions <= 0.01 * self.calls

    def setup_ms(self, share: float) -> float | None:
        """The time to 180 that this share of the calls did not exceed, in milliseconds."""
        if not self.setups:
            return None
        return round(self.setups[min(int(share * len(self.setups)), len(self.setups) - 1)] * 1000, 2)


class Exchange:
    """Where the load comes from and goes to: addresses that the systems' plans name."""

    def __init__(self, network: Loopback, folder: Path, numbers: Sequence[str]) -> None:
        self.caller_host = network.host(2)
        self.callee_host = network.host(3)
        self._folder = folder
        self._numbers = folder / "numbers.csv"
        self._numbers.write_text(
            "\n".join(["SEQUENTIAL", *(f"{number};" for number in numbers), ""]), "ascii"
        )

    def measure(self, target: str, load: Load) -> Outcome:
        """Make the calls through the system at `target` and wait for their end."""
        with self.calling(target, load) as caller:
            return caller.outcome()

    @contextmanager
    def calling(self, target: str, load: Load) -> Iterator["Caller"]:
        """The same, with the caller to watch while it runs."""
        folder = self._folder / f"load-{next(_RUNS):02}"
        callee = _sipp(folder / "callee", "callee", self.callee_host, load.sound)
        caller = _sipp(folder / "caller", "caller", self.caller_host, load.sound)
        length = load.calls / load.rate + load.hold + GIVE_UP_SECONDS
        caller += [target, "-inf", str(self._numbers), "-m", str(load.calls), "-l", str(load.calls)]
        caller += ["-r", str(load.rate), "-d", str(int(load.hold * 1000)), "-timeout", f"{int(length)}s"]
        caller += ["-trace_shortmsg", "-shortmessage_file", "messages.csv"]
        # sipp ends itself on SIGUSR1 and then writes its last figures
        with running(callee, folder / "callee", stop=signal.SIGUSR1) as phones:
            eventually(lambda: is_bound(self.callee_host, SIP_PORT) or phones.poll(), "the phones listen")
            with running(caller, folder / "caller", stop=signal.SIGUSR1) as process:
                yield Caller(process, folder, load)


class Caller:
    """A sipp caller at work."""

    def __init__(self, process: "subprocess.Popen[bytes]", folder: Path, load: Load) -> None:
        self._process = process
        self._folder = folder
        self._load = load

    def held(self) -> int:
        """How many calls it has going, as of a second ago."""
        return _figure(self._folder / "caller", "CurrentCall")

    def outcome(self) -> Outcome:
        """Wait for its end."""
        self._process.wait()
        folder = self._folder / "caller"
        return Outcome(
            calls=self._load.calls,
            good=_figure(folder, "SuccessfulCall(C)"),
            retransmissions=sum(
                _figure(self._folder / who, "Retransmissions(C)") for who in ("caller", "callee")
            ),
            setups=tuple(sorted(_setups(folder / "messages.csv"))),
        )


def _sipp(folder: Path, scenario: str, host: str, sound: bool) -> list[str]:
    folder.mkdir(parents=True)
    text = (_SCENARIOS / f"{scenario}.xml").read_text("utf-8")
    text = text.replace("{{play}}", _PLAY if sound else "")
    text = text.replace("{{port}}", _SOUND_PORT if sound and scenario == "caller" else _SILENT_PORT)
    (folder / "scenario.xml").write_text(text, "utf-8")
    (folder / _SOUND).write_bytes(b"\xd5" * 8000)
    return [
        *("sipp", "-sf", str(folder / "scenario.xml"), "-nostdin", "-timer_resol", "1"),
        *("-i", host, "-p", str(SIP_PORT), "-bind_local", "-ci", host, "-buff_size", "2000000"),
        *("-mi", host, "-mp", _SILENT_PORT, *(["-rtp_echo"] if sound and scenario == "callee" else [])),
        *("-trace_stat", "-fd", "1", "-stf", str(folder / "figures.csv"), "-deadcall_wait", "0"),
        *("-trace_err", "-error_file", str(folder / "errors.log")),
    ]


def _figure(folder: Path, name: str) -> int:
    """The latest of a sipp's figures; 0 before there is any."""
    file = folder / "figures.csv"
    if not file.exists():
        return 0
    with file.open(newline="", encoding="ascii") as lines:
        rows = list(csv.DictReader(lines, delimiter=";"))
    return int(rows[-1][name] or 0) if rows else 0


def _setups(file: Path) -> Iterator[float]:
    """Seconds from first INVITE to first 180 of each call. sipp's own statistics have steps of 4 ms."""
    begun: dict[str, float] = {}
    with file.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            _, _, at, way, call, _, start = line.rstrip("\n").split("\t")
            if way == "S" and start.startswith("INVITE"):
                begun.setdefault(call, float(at))
            elif way == "R" and start.startswith("SIP/2.0 180") and call in begun:
                yield float(at) - begun.pop(call)
