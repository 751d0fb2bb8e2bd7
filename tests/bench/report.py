"""build/bench.json: what was measured. Each bench puts its part there and leaves the others."""

import json
from collections.abc import Mapping
from pathlib import Path

FILE = Path("build", "bench.json")

Row = Mapping[str, object]


def keep(file: Path = FILE, **parts: object) -> None:
    """Put these parts of the document in place of earlier ones."""
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(_read(file) | parts, indent=1) + "\n", "utf-8")
    print(f"written to {file}")


def keep_row(row: Row, file: Path = FILE) -> None:
    """Put a row there in place of an earlier one of the same `system` and `scenario`."""
    rows = _read(file).get("rows", [])
    others = [old for old in rows if (old["system"], old["scenario"]) != (row["system"], row["scenario"])]
    keep(file, rows=[*others, row])


def _read(file: Path) -> dict[str, list[Row]]:
    return json.loads(file.read_text("utf-8")) if file.exists() else {}
