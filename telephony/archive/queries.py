"""SQL by name: every statement lies in a `.sql` file, below a line `-- name: what_it_does`."""

import re
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable

_NAME = re.compile(r"^-- name: ([a-z_]+)\n", re.MULTILINE)


def sql_folder() -> Traversable:
    """Where the `.sql` files lie, also in an installed package."""
    return files("telephony.archive") / "sql"


def load_queries(file: str) -> Mapping[str, str]:
    """Return the statements of one `.sql` file by name. Raises `ValueError` for a name given twice."""
    _, *parts = _NAME.split((sql_folder() / f"{file}.sql").read_text("utf-8"))
    names, statements = parts[::2], parts[1::2]
    if len(set(names)) < len(names):
        raise ValueError(f"{file}.sql gives a name twice")
    return dict(zip(names, statements, strict=True))
