"""Which number an extension is that was keyed in a menu."""

from collections.abc import Collection

from routing.tables import MenuRow, NumberRow, Tables


def number_of(tables: Tables, menu: MenuRow, keyed: str, visited: Collection[str]) -> NumberRow | None:
    """The number of the plan whose last digits these are, or None: only one that can be dialled from outside
    (P11), and where the call has not been (`visited`)."""
    row = tables.numbers.get(menu.series + keyed)
    if row is None or row.internal_only or row.number in visited:
        return None
    return row if len(keyed) == menu.menu.extension_digits else None
