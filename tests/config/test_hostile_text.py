"""Texts that are no usual file: the odd ones are read, the hostile ones refused with their line."""

import pytest

from config.loading import load

GOOD = "version: 1\nintegrations:\n  - {slug: stripe, provider: stripe}\n"
BAD = GOOD.replace("provider: stripe", "provider: strpe")


@pytest.mark.parametrize(
    "text",
    ["\ufeff" + GOOD, GOOD.replace("\n", "\r\n"), GOOD.replace("\n", "\r"), GOOD + "...\n", "%YAML 1.2\n---\n" + GOOD],
    ids=["byte order mark", "CRLF", "CR", "end of document", "directive"],
)
def test_what_editors_leave_in_a_file_is_read(text: str) -> None:
    loaded = load(text)

    assert [str(problem) for problem in loaded.problems] == []
    assert [one.slug for one in loaded.declared] == ["stripe"]


@pytest.mark.parametrize(
    "text", [BAD.replace("\n", "\r\n"), BAD.replace("\n", "\r"), "\ufeff" + BAD], ids=["CRLF", "CR", "byte order mark"]
)
def test_lines_are_counted_as_an_editor_counts_them(text: str) -> None:
    assert [problem.line for problem in load(text).errors] == [3]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (GOOD + "# \x00\n", 4, "control characters are not allowed"),
        (GOOD + "x: \x1b[2J\n", 4, "control characters are not allowed"),
        (GOOD + "silences: " + "[" * 10_000, 4, "nested deeper than 30 levels"),
        (GOOD + "silences: " + "[" * 10_000 + "]" * 10_000, 4, "nested deeper than 30 levels"),
        (GOOD + "silences: " + "{a: " * 10_000, 4, "nested deeper than 30 levels"),
        (GOOD + "silences:\n" + "".join(f"{' ' * level}a:\n" for level in range(1, 500)), 35, "nested deeper than 30 levels"),
        ("- " * 10_000, 1, "nested deeper than 30 levels"),
        (GOOD + "#" * (1_048_577 - len(GOOD)), 1, "the file is larger than 1 MiB"),
    ],
    ids=["NUL", "escape", "lists", "closed lists", "mappings", "blocks", "dashes", "one byte too many"],
)
def test_what_is_made_to_break_a_reader_is_refused_at_once(text: str, line: int, words: str) -> None:
    loaded = load(text)

    assert loaded.config is None
    assert [(problem.line, words in problem.message) for problem in loaded.errors] == [(line, True)]


def test_one_mebibyte_is_still_a_file() -> None:
    assert load(GOOD + "#" * (1_048_576 - len(GOOD))).errors == ()


def test_aliases_of_aliases_are_refused_before_anything_grows() -> None:
    laughs = "".join(f"l{level}: &l{level} [{', '.join([f'*l{level - 1}'] * 10)}]\n" for level in range(1, 15))
    loaded = load(f"version: 1\nl0: &l0 [lol]\n{laughs}")

    assert sum("is refused: write the value out" in problem.message for problem in loaded.errors) == 140


def test_numbers_beyond_every_counter_stay_what_was_written() -> None:
    digits = "9" * 5_000
    loaded = load(GOOD.replace("provider: stripe", f"provider: http, settings: {{url: 'https://example.com', account: {digits}}}"))

    assert loaded.errors == ()
    assert loaded.declared[0].settings["account"] == digits


@pytest.mark.parametrize("word", ["on", "no", "y", "null", "0123", "1e3"])
def test_words_that_another_yaml_reads_as_something_else_are_slugs(word: str) -> None:
    loaded = load(GOOD.replace("slug: stripe", f"slug: '{word}'"))

    assert [one.slug for one in loaded.declared] == [word]


def test_a_slug_that_is_a_truth_in_every_yaml_wants_quotes() -> None:
    assert [str(problem) for problem in load(GOOD.replace("slug: stripe", "slug: true")).errors] == [
        "integrations.yaml, line 3, integrations[0].slug: must be text"
    ]


def test_nobody_is_told_more_than_anybody_reads() -> None:
    loaded = load("version: 1\nintegrations:\n" + "  - {slug: s, provider: stripe, ownr: x}\n" * 300)

    assert len(loaded.problems) == 201
    assert str(loaded.problems[-1]) == "integrations.yaml, line 302: there are more problems: mend these first"


def test_of_too_many_mistakes_in_one_place_the_first_are_named() -> None:
    assert len(load("version: 1\n" + "".join(f"key{number}: x\n" for number in range(1_000))).errors) == 200


def test_more_integrations_than_one_machine_carries_are_refused() -> None:
    entries = "".join(f"  - {{slug: s{number}, provider: http}}\n" for number in range(2_001))

    assert [str(problem) for problem in load("version: 1\nintegrations:\n" + entries).errors] == [
        "integrations.yaml, line 2, integrations: at most 2000 stand in one file"
    ]


def test_a_list_that_is_no_list_of_a_person_is_refused_before_it_is_read_to_its_end() -> None:
    loaded = load(GOOD.replace("provider: stripe", f"provider: stripe, tags: [{'a, ' * 300_000}]"))

    assert [problem.message for problem in loaded.errors] == ["must be at most 100 long"]
