import pytest

from routing.host_names import host_name


@pytest.mark.parametrize("text", ["pbx.example.se", "pbx", "a1", "1a", "xn--vxeln-gra.se", "1.example"])
def test_a_host_name(text: str) -> None:
    assert host_name(text) == text


def test_it_is_made_lower_case_and_loses_the_dot_of_the_root() -> None:
    assert host_name("PBX.Example.SE.") == "pbx.example.se"


@pytest.mark.parametrize(
    "text",
    ["", ".", "a..b", "-a.se", "a-.se", "a_b.se", "5060", "1.2.3", "a.12", "å.se", "a\n", "x" * 64],
)
def test_anything_else_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="neither an address nor a host name"):
        host_name(text)


def test_its_length_is_bounded() -> None:
    longest = ".".join(["a" * 62] * 4)
    assert host_name(longest + "a") == longest + "a"
    with pytest.raises(ValueError, match="host name"):
        host_name(longest + "aaa")
