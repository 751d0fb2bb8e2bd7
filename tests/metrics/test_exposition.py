from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from metrics.exposition import About, Counter, Histogram, Kind, Metric, Shown


def text_of(metric: Metric) -> str:
    return metric.about.heading() + "".join(metric.lines())


def samples_of(metric: Metric) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """The series as an independent reader of the format sees them."""
    (family,) = text_string_to_metric_families(text_of(metric))
    return {(s.name, frozenset(s.labels.items())): s.value for s in family.samples}


def observed(seconds: Iterable[float], *values: str) -> Histogram:
    histogram = Histogram("waits_seconds", "Waits.", (5.0, 20.0), *(f"l{n}" for n in range(len(values))))
    for one in seconds:
        histogram.observe(one, *values)
    return histogram


def test_a_counter_counts_by_its_labels() -> None:
    calls = Counter("calls_total", "Calls.", "number", "outcome")
    calls.add("+46", "answered")
    calls.add("+46", "answered")
    calls.add("+47", "busy", by=3)

    assert text_of(calls) == (
        "# HELP calls_total Calls.\n"
        "# TYPE calls_total counter\n"
        'calls_total{number="+46",outcome="answered"} 2\n'
        'calls_total{number="+47",outcome="busy"} 3\n'
    )


def test_what_has_no_labels_is_there_from_the_start() -> None:
    assert list(Counter("calls_total", "Calls.").lines()) == ["calls_total 0\n"]
    assert "waits_seconds_count 0\n" in text_of(observed([]))


def test_what_has_labels_begins_with_its_first_count() -> None:
    assert list(Counter("calls_total", "Calls.", "number").lines()) == []


def test_a_histogram_counts_each_bound_and_what_lies_below() -> None:
    assert list(observed([5.0, 5.1, 20.0, 21.0]).lines()) == [
        'waits_seconds_bucket{le="5.0"} 1\n'
        'waits_seconds_bucket{le="20.0"} 3\n'
        'waits_seconds_bucket{le="+Inf"} 4\n'
        "waits_seconds_count 4\n"
        "waits_seconds_sum 51.1\n"
    ]


def test_a_histogram_is_written_anew_when_it_has_changed() -> None:
    waits = observed([1.0], "a")
    before = text_of(waits)
    waits.observe(1.0, "a")

    assert 'waits_seconds_count{l0="a"} 1' in before
    assert 'waits_seconds_count{l0="a"} 2' in text_of(waits)


@given(st.lists(st.floats(0, 100)))
def test_the_last_bound_holds_all(seconds: list[float]) -> None:
    samples = samples_of(observed(seconds))

    assert samples["waits_seconds_bucket", frozenset({("le", "+Inf")})] == len(seconds)
    assert samples["waits_seconds_count", frozenset()] == len(seconds)
    assert samples["waits_seconds_bucket", frozenset({("le", "5.0")})] == sum(s <= 5 for s in seconds)
    assert samples["waits_seconds_sum", frozenset()] == pytest.approx(sum(seconds))


def test_what_is_shown_follows_what_is_read() -> None:
    states = {"a": 1.0}
    shown = Shown(About("open", Kind.GAUGE, "Open.", ("number",)), lambda: states)

    assert list(shown.lines()) == ['open{number="a"} 1.0\n']
    states = {"b": 0.5}
    assert list(shown.lines()) == ['open{number="b"} 0.5\n']


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e300, -0.0])
def test_unusual_numbers_are_read_back(value: float) -> None:
    shown = Shown(About("size", Kind.GAUGE, "Size."), lambda: {(): value})

    ((_, read),) = samples_of(shown).items()
    assert repr(read) == repr(value)


@given(st.text(max_size=20))
def test_no_label_value_breaks_out_of_its_quotes(value: str) -> None:
    shown = Shown(About("info", Kind.GAUGE, "Info.", ("function",)), lambda: {value: 1.0})

    assert "".join(shown.lines()).count("\n") == 1
    if not set(value) & set("\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"):  # where that reader ends a line
        assert samples_of(shown) == {("info", frozenset({("function", value)})): 1.0}
