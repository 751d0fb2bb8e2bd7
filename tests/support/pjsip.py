"""Runs `pjsip_phone` in a Python of its own that has the wheel `pjsua2-python`: `build/pjsip`, made by
`.ci/run`, or the interpreter that PJSIP_PYTHON names."""

import array
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

from tests.support.eventually import eventually
from tests.support.tones import ToneSeeker

SAMPLE_RATE = 16000
"""Of PJSIP's own bridge, in which it records."""
WAV_HEADER = 44
LISTEN_SECONDS = 0.5
SILENCE_SECONDS = 0.33
NOISE = 200
"""A sample beyond this is sound: a tone's peaks are fifty times as high."""

CLEAR = 0.8
"""The share of energy that a tone has after A-law and PJSIP's change of the rate."""

_PHONE = Path(__file__).with_name("pjsip_phone.py")
_OWN = Path(__file__).parents[2] / "build/pjsip/bin/python"


def require_pjsip() -> str:
    """The Python that has PJSIP. Without it the test is skipped, or fails when REQUIRE_PEERS=1."""
    python = os.environ.get("PJSIP_PYTHON") or str(_OWN)
    if Path(python).exists():
        return python
    reason = f"no PJSIP: python3 -m venv {_OWN.parents[1]} && {_OWN} -m pip install pjsua2-python"
    if os.environ.get("REQUIRE_PEERS") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


class PjsipPhone:
    """One phone of a user, registered when this exists as a context.

    `transport` is "UDP", "TCP" or "TLS", the latter with the `authority` whose certificates it trusts.
    `reliable`: it requires reliable provisional answers; `session_timer`: it asks for a session timer;
    `codec`: the one that it has.
    """

    def __init__(
        self,
        folder: Path,
        host: str,
        server: str,
        user: str,
        password: str,
        tone: int,
        *,
        transport: str = "UDP",
        authority: Path | None = None,
        reliable: bool = False,
        session_timer: bool = False,
        codec: str = "PCMA",
    ) -> None:
        python = require_pjsip()
        folder.mkdir(parents=True)
        self.tone = tone
        self._folder = folder
        self._commands = 0
        self._events = folder / "events"
        options = {
            "host": host,
            "server": server,
            "user": user,
            "password": password,
            "tone": tone,
            "folder": str(folder),
            "transport": transport,
            "authority": str(authority or ""),
            "reliable": reliable,
            "session_timer": session_timer,
            "codec": codec,
        }
        with self._events.open("wb") as out, (folder / "errors").open("wb") as errors:
            self._process = subprocess.Popen(
                [python, str(_PHONE), json.dumps(options)],
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=errors,
            )

    def __enter__(self) -> "PjsipPhone":
        self.await_event(lambda event: event.get("event") == "registered" and event["status"] == 200)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        sys.stderr.write(f"PJSIP:\n{self._events.read_text()}{(self._folder / 'errors').read_text()}\n")

    def do(self, name: str, **fields: Any) -> None:
        """Tell it to do something, and wait until it has: see `Phone.do`."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": name, **fields}).encode() + b"\n")
        self._process.stdin.flush()
        self._commands += 1
        self.await_event(lambda event: event.get("command") == self._commands)

    def events(self) -> list[dict[str, Any]]:
        """All that it has reported."""
        lines = self._events.read_text().splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.startswith("{") and line.endswith("\n")]

    def await_event(self, is_meant: Callable[[dict[str, Any]], bool]) -> None:
        """Wait until it has reported such an event."""
        eventually(lambda: any(map(is_meant, self.events())), "PJSIP reports what is waited for")

    def await_call(self, number: int, state: str) -> None:
        """Wait until its call of this number has been in this state: `EARLY`, `CONFIRMED`, `DISCONNECTED`."""
        self.await_event(lambda event: (event.get("number"), event.get("state")) == (number, state))

    def await_tone(self, tone: int, call: int = 0) -> None:
        """Wait until this call hears this tone and nothing else, in what comes from now on."""
        seeker = ToneSeeker(tone, LISTEN_SECONDS, CLEAR, len(self.heard(call)))
        eventually(lambda: seeker.found(self.heard(call), SAMPLE_RATE), f"a clear tone of {tone} Hz")

    def await_silence(self, call: int = 0) -> None:
        """Wait until nothing comes for a third of a second, in which its call would hear 16 packets."""

        def look() -> bool:
            start = len(self.heard(call))
            time.sleep(SILENCE_SECONDS)
            return not any(abs(sample) > NOISE for sample in self.heard(call)[start:])

        eventually(look, "silence")

    def await_answer(self, method: str, status: int = 200, text: str = "") -> None:
        """Wait until a request of its calls, sent by it or to it, has had this answer, with this text."""
        self.await_event(
            lambda event: (
                (event.get("method"), event.get("status")) == (method, status) and text in event["message"]
            )
        )

    def heard(self, call: int) -> "array.array[int]":
        """Every sample that this call has heard, of 16 bit."""
        samples = array.array("h")
        file = self._folder / f"heard-{call}.wav"
        if file.exists():
            octets = file.read_bytes()[WAV_HEADER:]
            samples.frombytes(octets[: len(octets) // 2 * 2])
        return samples
