"""The import rule: the README's table of folders is the rule, and every import is held against it."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from telephony.config import settings_table

ROOT = Path(__file__).parent.parent
PACKAGES = ("routing", "telephony", "metrics")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
# fmt: off
IMPURE = frozenset((
    "asyncio", "socket", "select", "selectors", "ssl", "threading", "multiprocessing", "concurrent",
    "subprocess", "signal", "time", "random", "secrets", "uuid", "logging", "os", "pathlib", "io",
    "tempfile", "shutil", "sqlite3", "http", "urllib.request",
))
# fmt: on


@dataclass(frozen=True)
class Room:
    """One row of the table."""

    names: tuple[str, ...]
    pure: bool
    ours: frozenset[str] | None  # None: everything
    libraries: frozenset[str]

    def holds(self, module: str) -> bool:
        """Whether the module lives in this folder."""
        return any(module == name or module.startswith(f"{name}.") for name in self.names)


def _cells(text: str) -> frozenset[str]:
    return frozenset(cell for cell in text.replace("`", "").replace(",", " ").split() if cell != "-")


def _rooms() -> list[Room]:
    table = (ROOT / "README.md").read_text("utf-8").partition("<!-- folders")[2].partition("\nPure means")[0]
    rooms = []
    for line in table.splitlines():
        if not line.startswith("| `"):
            continue
        names, what, ours, libraries = [cell.strip() for cell in line.strip("|").split("|")]
        allowed = None if ours == "all" else _cells(ours)
        rooms.append(Room(tuple(sorted(_cells(names))), "**pure**" in what, allowed, _cells(libraries)))
    return rooms


ROOMS = _rooms()


def _module(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            module = node.module or ""
            if module == "telephony":
                yield from (f"telephony.{alias.name}" for alias in node.names)
            else:
                yield module


def _room_of(module: str) -> Room | None:
    return next((room for room in ROOMS if room.holds(module)), None)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_import_is_one_that_the_table_allows(path: Path) -> None:
    module = _module(path)
    if module == "telephony":
        return  # the package itself holds nothing
    room = _room_of(module)
    assert room is not None, f"{module} has no row in the README's table of folders"
    for imported in _imports(path):
        top = imported.partition(".")[0]
        if top in PACKAGES:
            short = imported.removeprefix("telephony.").partition(".")[0]
            assert room.ours is None or room.holds(imported) or short in room.ours, f"{module} -> {imported}"
        elif top not in sys.stdlib_module_names:
            assert room.ours is None or top in room.libraries, f"{module} -> {imported}"
        elif room.pure:
            assert top not in IMPURE and imported not in IMPURE, f"{module} is pure, and imports {imported}"


def test_libraries_are_named_for_the_folders_that_use_them() -> None:
    used = {
        imported.partition(".")[0]
        for path in SOURCES
        for imported in _imports(path)
        if imported.partition(".")[0] not in sys.stdlib_module_names | set(PACKAGES)
    }
    assert used == set().union(*(room.libraries for room in ROOMS))


def test_every_source_has_its_test() -> None:
    missing = [
        str(path.relative_to(ROOT)) for path in SOURCES if _has_code(path) and not _test_of(path).exists()
    ]
    assert missing == []


def _has_code(path: Path) -> bool:
    """Whether a function in it does anything: protocols, errors and plain values have nothing to test."""
    functions = [
        node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.FunctionDef)
    ]
    return any(not isinstance(statement, ast.Expr) for function in functions for statement in function.body)


def _test_of(path: Path) -> Path:
    relative = path.relative_to(ROOT)
    return ROOT / "tests" / relative.parent / f"test_{relative.name}"


def test_the_readme_lists_the_settings_as_they_are() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    shown = readme.partition("<!-- settings -->\n")[2].partition("<!-- end of settings -->")[0]
    assert shown == settings_table()


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_outgrows_its_name(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 400
