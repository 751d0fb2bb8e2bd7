"""The demonstration as a newcomer runs it: a process of its own, judged by its exit code and its words."""

import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.postgres import open_folder

DEMO = (sys.executable, "-P", "-m", "telephony.cli", "demo")

# The last of the five calls, with one expectation too many: nobody answers it.
WRONG = """
import sys
from dataclasses import replace
from telephony.demo import judging
from telephony.demo.demo import run_demo
from telephony.demo.scenarios import scenarios

call = scenarios()[-1]
sys.exit(run_demo(False, [replace(call, expectations=(*call.expectations, judging.answered_by("elif")))]))
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """Every user gets in: as root PostgreSQL runs as another."""
    with open_folder() as folder:
        yield folder


@contextmanager
def running(command: tuple[str, ...], temporary: Path) -> Iterator["subprocess.Popen[str]"]:
    """The command, whose temporary folder is ours to look into."""
    environment = os.environ | {"TMPDIR": str(temporary), "PYTHONUTF8": "1"}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            yield process
        finally:
            process.terminate()  # in vain when it has ended, as it should


def read_until(process: "subprocess.Popen[str]", words: str) -> str:
    """What it prints, to the line that has these words, or to its end."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if words in line:
            break
    return "".join(lines)


def is_left_running(temporary: Path) -> bool:
    """Whether any process still works in the folder."""
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    return str(temporary) in listed


def is_served(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as response:
            return bool(response.status == 200)
    except urllib.error.URLError:
        return False


def test_all_five_calls_do_what_they_should_and_the_service_can_be_kept(folder: Path) -> None:
    with running((*DEMO, "--keep"), folder) as process:
        text = read_until(process, "The call log:")
        address = re.search(r"http://\S+/healthz", text)
        served = address is not None and is_served(address[0])
        process.send_signal(signal.SIGINT)
        rest = read_until(process, "nothing more")
        code = process.wait(30)

    assert "✗" not in text, text
    assert "Every call did what it should (5 calls, 34 checks" in text
    for words in (
        "En medborgare (medborgare) called Kontaktcenter, 08-530 610 00",
        "answered by Amina Berg after",
        "the caller hears Amina Berg: a tone of 570 Hz arrives, clear",
        "it stops ringing at David Holm and Johan Vik (answered elsewhere)",
        "no answer: on to 08-530 610 00",
        "the caller hears the announcement `closed`, and when the number opens again, to its end",
        "abandoned after",
        "$ vaxeln override set 0853061201 --closed --until +1h --reason 'Fire drill'",
        "the call log says why: closed by override until",
        "The override of 0853061201 has ended.",
        "the database has the journal's 5 calls, and says the same of them",
        'vaxeln_calls_total{number="+46853061201",outcome="closed"}  0 -> 1',
    ):
        assert words in text
    assert served
    assert rest.strip() == "Stopping; its data is removed."
    assert code == 0
    assert address is not None and not is_served(address[0])
    assert list(folder.iterdir()) == []
    assert not is_left_running(folder)


def test_an_expectation_that_fails_is_named_and_the_exit_code_is_1(folder: Path) -> None:
    with running((sys.executable, "-P", "-c", WRONG), folder) as process:
        text = read_until(process, "nothing more")
        code = process.wait(30)

    assert code == 1
    assert (
        "The demonstration failed:\n"
        "  ✗ call 1: Elif Yilmaz answers, nobody else; "
        "found: by the phones nobody, by the journal nobody, the caller got 100, 180, 487\n"
        "The service's log ends:\n"
    ) in text
    assert list(folder.iterdir()) == []
    assert not is_left_running(folder)


def test_an_interrupted_demonstration_leaves_nothing_behind(folder: Path) -> None:
    with running(DEMO, folder) as process:
        text = read_until(process, "1. The main number")
        address = re.search(r"udp:127\.0\.0\.1:\d+", text)
        process.send_signal(signal.SIGTERM)
        rest = read_until(process, "nothing more")
        code = process.wait(30)

    assert address is not None
    assert rest.strip() == "Interrupted; everything is stopped and removed."
    assert code == 130
    assert list(folder.iterdir()) == []
    assert not is_left_running(folder)
