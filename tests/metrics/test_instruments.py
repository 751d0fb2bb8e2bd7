import pytest
from prometheus_client.parser import text_string_to_metric_families

from metrics.instruments import Instruments


def text_of(instruments: Instruments) -> str:
    return instruments.text().decode()


def test_what_is_watched_is_asked_at_each_scrape() -> None:
    instruments = Instruments()
    values = iter([1.0, 2.0])
    instruments.watch("vaxeln_thing", "A thing.", lambda: next(values))

    assert "# TYPE vaxeln_thing gauge\nvaxeln_thing 1.0\n" in text_of(instruments)
    assert "vaxeln_thing 2.0\n" in text_of(instruments)


def test_a_name_that_ends_with_total_is_a_counter() -> None:
    instruments = Instruments()
    instruments.watch("vaxeln_things_total", "Things.", lambda: 3)

    assert "# TYPE vaxeln_things_total counter\nvaxeln_things_total 3\n" in text_of(instruments)


def test_numbers_by_one_label_and_by_several() -> None:
    instruments = Instruments()
    instruments.watch_each(("number",), "vaxeln_open", "Open.", lambda: {"+46853061000": True})
    instruments.watch_each(("way", "method"), "vaxeln_sip", "Messages.", lambda: {("in", "BYE"): 2})

    text = text_of(instruments)
    assert 'vaxeln_open{number="+46853061000"} 1\n' in text
    assert 'vaxeln_sip{way="in",method="BYE"} 2\n' in text


def test_a_name_is_given_once() -> None:
    with pytest.raises(ValueError, match="vaxeln_calls_total"):
        Instruments().watch("vaxeln_calls_total", "Calls again.", lambda: 0)


def test_registries_are_their_own() -> None:
    Instruments().calls.add("+46853061000", "answered")

    assert "vaxeln_calls_total{" not in text_of(Instruments())


def test_what_the_process_takes_is_shown() -> None:
    text = text_of(Instruments())

    assert "process_start_time_seconds " in text
    assert "process_cpu_seconds_total " in text


def test_the_table_names_every_metric_of_the_exposition() -> None:
    instruments = Instruments()
    instruments.watch_each(("number",), "vaxeln_open", "Open.", dict)
    table = instruments.table()

    assert "| `vaxeln_calls_total` | counter | `number`, `outcome` | Calls by number reached" in table
    assert "| `process_cpu_seconds_total` | counter |  |" in table
    lines = [line.partition(" {")[0].split() for line in text_of(instruments).splitlines()]
    names = {words[2] for words in lines if words[:2] == ["#", "TYPE"]}
    assert {line.split("`")[1] for line in table.splitlines()[2:]} == names


def test_the_exposition_is_read_by_another_reader() -> None:
    families = {family.name: family for family in text_string_to_metric_families(text_of(Instruments()))}

    assert families["vaxeln_calls"].type == "counter"
    assert families["vaxeln_answer_seconds"].type == "histogram"
