"""Rules from examples: as few patterns as say the same."""

import pytest

from cnnspec.train.weights.rules import can_be_named, rules_from


def applied(rules: list[tuple[str, str]], name: str) -> str:
    """What rules call a layer, by Python's own means."""
    import re

    for pattern, there in rules:
        parts = re.split(r"\{(\w+)\}|(\*)", pattern)
        text = ""
        for n, part in enumerate(parts):
            if part is not None:
                text += re.escape(part) if n % 3 == 0 else rf"(?P<{part}>\d+)" if n % 3 == 1 else "[^.]*?"
        if match := re.fullmatch(text, name):
            values = {key: int(value) for key, value in match.groupdict().items()}
            return re.sub(r"\{([^}]*)\}", lambda m, known=values: str(eval(m[1], {}, known)), there)
    raise AssertionError(name)


def offsets() -> dict[str, str]:
    return {
        f"stage{s}.block{b}.conv{c}": f"layer{s}.{b - 1}.conv{c}"
        for s in (1, 2)
        for b in (1, 2)
        for c in (1, 2)
    }


CASES: dict[str, tuple[dict[str, str], list[tuple[str, str]]]] = {
    "one layer": ({"head": "fc"}, [("head", "fc")]),
    "offsets": (offsets(), [("stage{s}.block{b}.conv{c}", "layer{s}.{b - 1}.conv{c}")]),
    "factors": (
        {f"conv{n}": f"features.{3 * n - 3}" for n in range(1, 5)},
        [("conv{c}", "features.{3 * c - 3}")],
    ),
    "two points are on any line": (
        {"conv1": "features.0", "conv2": "features.3"},
        [("conv1", "features.0"), ("conv2", "features.3")],
    ),
    "an exception first": (
        {"conv1": "a.9"} | {f"conv{n}": f"a.{n + 1}" for n in range(2, 6)},
        [("conv1", "a.9"), ("conv{c}", "a.{c + 1}")],
    ),
    "a number that stays": (
        {f"a{n}.conv1": f"b{n}.0" for n in range(3)},
        [("a{a}.conv1", "b{a}.0")],
    ),
    "letters that are taken": (
        {f"conv{n}.cat{m}": f"{n}.{m}" for n in (1, 2) for m in (1, 2)},
        [("conv{c}.cat{a}", "{c}.{a}")],
    ),
    "leading zeros are text": ({"conv1": "l.01", "conv2": "l.02"}, [("conv1", "l.01"), ("conv2", "l.02")]),
    "a swap": ({"a1.1": "b1.1", "a1.2": "b2.1", "a2.1": "b1.2", "a2.2": "b2.2"}, [("a{a}.{b}", "b{b}.{a}")]),
}


@pytest.mark.parametrize("case", CASES)
def test_rules_from_examples(case: str) -> None:
    names, expected = CASES[case]
    assert rules_from(names) == expected


@pytest.mark.parametrize("case", CASES)
def test_rules_say_what_the_examples_do(case: str) -> None:
    names, _ = CASES[case]
    rules = rules_from(names)
    assert {name: applied(rules, name) for name in names} == names


def test_places_where_no_number_says_it() -> None:
    names = {"s1.conv1": "f.0", "s2.conv1": "f.4", "s3.conv1": "f.8", "s3.conv2": "f.11"}
    places = {"s1.conv1": 1, "s2.conv1": 5, "s3.conv1": 9, "s3.conv2": 12}
    assert rules_from(names, places=places) == [("s*.conv*", "f.{place - 1}")]


def test_words_that_have_a_meaning_are_not_taken() -> None:
    assert rules_from({"conv1": "b1", "conv2": "b2"}, ["c", "a"]) == [("conv{b}", "b{b}")]


def test_names_that_no_rule_can_have() -> None:
    assert can_be_named("layer1.0.conv") and can_be_named("with space/and:colon")
    assert not any(map(can_be_named, ("", 'a"b', "a{b}", "a*b", "a\\b", "a<b", "a\nb")))
