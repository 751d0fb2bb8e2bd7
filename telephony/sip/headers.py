"""The header fields of a message, in order and as they came (RFC 3261 7.3)."""

from collections.abc import Iterable, Iterator
from typing import Any

from telephony.sip.grammar import LWS, is_token, split_list
from telephony.sip.header_names import KNOWN, FieldName, field_name

_NONE: list[str] = []


class Headers:
    """Header fields in order, one for each line. Names are matched in any case and in compact form.

    Lookup is by an index that is made at first use, so that many fields cost no more than their number.
    """

    __slots__ = ("_fields", "_index", "kept")

    def __init__(self, fields: Iterable[tuple[str, str]] = ()) -> None:
        self._fields: list[tuple[FieldName, str]] = [
            (field_name(name), value.strip(LWS)) for name, value in fields
        ]
        self._index: dict[str, list[str]] | None = None
        self.kept: dict[str, Any] = {}
        """What was parsed from these fields, for who did it to keep. A change empties it."""

    @classmethod
    def parse(cls, lines: Iterable[str]) -> tuple["Headers", bool]:
        """Read unfolded lines, and say whether each was a field. One that is not is left out."""
        headers = cls()
        fields = headers._fields
        whole = True
        for line in lines:
            name, colon, value = line.partition(":")
            known = KNOWN.get(name)
            if known is None or not colon:
                name = name.rstrip(LWS)
                if not colon or not is_token(name):
                    whole = False
                    continue
                known = field_name(name)
            fields.append((known, value.strip(LWS)))
        return headers, whole

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter([(name[1], value) for name, value in self._fields])

    def __len__(self) -> int:
        return len(self._fields)

    def __contains__(self, name: str) -> bool:
        return bool(self._values(name))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Headers) and self._comparable() == other._comparable()

    def __repr__(self) -> str:
        return f"Headers({list(self)!r})"

    def get(self, name: str) -> str | None:
        """Return the raw value of the first field of that name, or `None`."""
        values = self._values(name)
        return values[0] if values else None

    def get_all(self, name: str) -> list[str]:
        """Return the raw values of all fields of that name, one for each line."""
        return list(self._values(name))

    def repeated(self, names: Iterable[str]) -> str | None:
        """Return the first of these names that more than one field has, or `None`."""
        for name in names:
            if len(self._values(name)) > 1:
                return name
        return None

    def elements(self, name: str) -> list[str]:
        """Return the comma-separated elements of all lines. Date and Authorization are no such lists."""
        return [element for value in self._values(name) for element in split_list(value)]

    def add(self, name: str, value: str) -> None:
        """Append a field."""
        self._fields.append((field_name(name), value.strip(LWS)))
        self._changed()

    def prepend(self, name: str, value: str) -> None:
        """Put a field before all others, as a new Via or Route is."""
        self._fields.insert(0, (field_name(name), value.strip(LWS)))
        self._changed()

    def set(self, name: str, value: str) -> None:
        """Let `value` be the only field of that name: in place of the first, else at the end."""
        new = (field_name(name), value.strip(LWS))
        key, fields = new[0][0], self._fields
        keys = [known[0] for known, _ in fields]
        if key not in keys:
            fields.append(new)
        else:
            place = keys.index(key)
            fields[place] = new
            fields[place + 1 :] = [field for field in fields[place + 1 :] if field[0][0] != key]
        self._changed()

    def replace_first(self, name: str, value: str) -> None:
        """Put `value` in place of the first element of the first field of that name, if there is one."""
        key, values = field_name(name)[0], self._values(name)
        for i, (known, old) in enumerate(self._fields):
            if known[0] == key:
                values[0] = ", ".join([value, *split_list(old)[1:]])  # so that the index stays as it is
                self._fields[i] = (known, values[0])
                self.kept.clear()
                return

    def remove(self, name: str) -> None:
        """Remove all fields of that name."""
        key = field_name(name)[0]
        self._fields = [field for field in self._fields if field[0][0] != key]
        self._changed()

    def to_lines(self, without: str) -> list[str]:
        """Return the fields as they are written, but those of this canonical name."""
        return [f"{name}: {value}" for (_, name), value in self._fields if name != without]

    def copy(self) -> "Headers":
        """Return headers of their own with the same fields."""
        copy = Headers()
        copy._fields = list(self._fields)
        return copy

    def _comparable(self) -> list[tuple[str, str]]:
        return [(key, value) for (key, _), value in self._fields]

    def _values(self, name: str) -> list[str]:
        index = self._index
        if index is None:
            index = self._index = {}
            for (key, written), value in self._fields:
                if key in index:
                    index[key].append(value)
                else:  # also by the name as it is written, by which it is mostly asked for
                    index[key] = index[written] = [value]
        found = index.get(name)
        return index.get(field_name(name)[0], _NONE) if found is None else found

    def _changed(self) -> None:
        self._index = None
        self.kept.clear()
