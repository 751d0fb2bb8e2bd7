"""Whether a pid is the server of our data."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from telephony.archive.postmaster import PID_FILE, PidFile, Postmaster, remove_stale_pid_file
from tests.support.postgres import Postgres


@pytest.fixture
def other() -> Iterator["subprocess.Popen[bytes]"]:
    """A process that is no server."""
    process = subprocess.Popen(["sleep", "60"])
    yield process
    process.kill()
    process.wait()


def write_pid_file(data: Path, pid: int) -> Path:
    file = data / PID_FILE
    file.write_text(f"{pid}\n{data}\n1700000000\n5432\n/tmp/sockets\n\n  123  456\nready   \n")
    return file


def test_a_pid_file_is_read_when_it_is_whole(tmp_path: Path) -> None:
    assert PidFile.read(tmp_path) is None
    file = write_pid_file(tmp_path, 42)
    assert PidFile.read(tmp_path) == PidFile(42, "/tmp/sockets", "ready")
    file.write_text("42\n/data\n")
    assert PidFile.read(tmp_path) is None


def test_a_process_that_is_no_server_is_not_taken_for_one(
    tmp_path: Path, other: "subprocess.Popen[bytes]"
) -> None:
    assert Postmaster.of(tmp_path, other.pid) is None


def test_a_server_of_other_data_is_not_taken_for_ours(tmp_path: Path, postgres: Postgres) -> None:
    assert postgres.server.pid is not None
    assert Postmaster.of(tmp_path, postgres.server.pid) is None

    found = Postmaster.of(postgres.server.data, postgres.server.pid)

    assert found is not None and found.is_alive
    found.close()


def test_a_servers_children_are_known(postgres: Postgres) -> None:
    assert postgres.server.pid is not None
    held = Postmaster(postgres.server.pid)

    names = {Path(f"/proc/{pid}/comm").read_text().strip() for pid in held.children()}

    assert names == {"postgres"}
    held.close()


def test_a_process_that_has_ended_has_no_children() -> None:
    child = subprocess.Popen(["true"])
    held = Postmaster(child.pid, child)
    assert held.wait(5)

    assert held.children() == []
    held.close()


def test_the_pid_of_another_process_makes_a_stale_file(
    tmp_path: Path, other: "subprocess.Popen[bytes]"
) -> None:
    file = write_pid_file(tmp_path, other.pid)

    remove_stale_pid_file(tmp_path)

    assert not file.exists()


def test_the_file_of_a_dead_pid_is_left_to_postgresql(
    tmp_path: Path, other: "subprocess.Popen[bytes]"
) -> None:
    other.kill()
    other.wait()
    file = write_pid_file(tmp_path, other.pid)

    remove_stale_pid_file(tmp_path)

    assert file.exists()


def test_a_live_servers_file_is_left_alone(postgres: Postgres) -> None:
    remove_stale_pid_file(postgres.server.data)

    assert (postgres.server.data / PID_FILE).exists()


def test_without_a_file_nothing_is_done(tmp_path: Path) -> None:
    remove_stale_pid_file(tmp_path)


def test_a_child_that_ends_is_seen_and_takes_no_more_signals() -> None:
    child = subprocess.Popen(["sleep", "60"])
    held = Postmaster(child.pid, child)
    assert held.is_alive

    held.signal(signal.SIGKILL)

    assert held.wait(5)
    assert child.returncode == -signal.SIGKILL
    held.signal(signal.SIGINT)
    held.close()
    with pytest.raises(ProcessLookupError):
        os.kill(child.pid, 0)
