"""What the prompts say, from the file beside them."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

TEXTS = "texts.toml"


@dataclass(frozen=True, slots=True)
class Texts:
    """By name, the texts that are prompts of their own, and those that are parts of a sentence."""

    whole: dict[str, str] = field(default_factory=dict)
    fragments: dict[str, str] = field(default_factory=dict)

    def of_name(self, name: str) -> str:
        """What one says, or "" when that is not written here."""
        return self.whole.get(name) or self.fragments.get(name, "")

    @classmethod
    def of(cls, folder: Path) -> "Texts":
        """Those of a folder; none without the file. Each is one line."""
        try:
            written = (folder / TEXTS).read_text("utf-8")
        except FileNotFoundError:
            return cls()
        tables: dict[str, dict[str, str]] = tomllib.loads(written)
        whole, fragments = tables.get("whole", {}), tables.get("fragments", {})
        return cls(
            {name: " ".join(text.split()) for name, text in whole.items()},
            {name: " ".join(text.split()) for name, text in fragments.items()},
        )
