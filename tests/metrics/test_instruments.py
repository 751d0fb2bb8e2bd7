from metrics.instruments import Instruments


def test_open_is_asked_at_each_scrape() -> None:
    states = {"+46853061000": True}
    instruments = Instruments(lambda: states)

    assert b'vaxeln_open{number="+46853061000"} 1.0' in instruments.text()
    states["+46853061000"] = False
    assert b'vaxeln_open{number="+46853061000"} 0.0' in instruments.text()


def test_what_is_watched_is_asked_at_each_scrape() -> None:
    instruments = Instruments(dict)
    values = iter([1.0, 2.0])
    instruments.watch("vaxeln_thing", "A thing.", lambda: next(values))

    assert b"vaxeln_thing 1.0" in instruments.text()
    assert b"vaxeln_thing 2.0" in instruments.text()


def test_registries_are_their_own() -> None:
    Instruments(dict).in_progress.inc()

    assert b"vaxeln_calls_in_progress 0.0" in Instruments(dict).text()
