"""The demonstration as a newcomer runs it: a process of its own, judged by its exit code and its words."""

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

COMMAND = (sys.executable, "-m", "telephony.cli", "demo")

# One call of the five, with one expectation too many: nobody answers it.
WRONG = """
import sys
from dataclasses import replace
from telephony.demo import judging
from telephony.demo.demo import run_demo
from telephony.demo.scenarios import scenarios

call = scenarios()[4]
wrong = replace(call, expectations=(*call.expectations, judging.answered_by("elif")))
sys.exit(run_demo(keep=False, calls=[wrong]))
"""


@contextmanager
def running(*command: str) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            yield process
        finally:
            process.terminate()  # in vain when it has ended, as it should


def read_until(process: "subprocess.Popen[str]", words: str) -> str:
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if words in line:
            break
    return "".join(lines)


def read_rest(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.read()


def is_there(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as response:
            return bool(response.status == 200)
    except urllib.error.URLError:
        return False


def demo_folders() -> set[Path]:
    return set(TEMPORARY.glob("vaxeln-demo-*"))
