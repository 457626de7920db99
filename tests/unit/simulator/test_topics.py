import re

import pytest

from workbench.simulator.catalog import SIM_MODELS, SUGGESTED_PROMPTS
from workbench.simulator.topics import fallback, find_topic, topics, unwrap

VOICES = {model.voice for model in SIM_MODELS.values()} - {"rambling"}


@pytest.mark.parametrize("prompt", SUGGESTED_PROMPTS)
def test_each_suggested_prompt_has_a_written_answer(prompt):
    """None of them falls back to the general answer."""
    assert find_topic(prompt) is not None


def test_suggestions_are_about_different_things():
    """Six prompts, six topics."""
    assert len({find_topic(prompt).name for prompt in SUGGESTED_PROMPTS}) == len(SUGGESTED_PROMPTS) == 6


@pytest.mark.parametrize("topic", [*topics(), fallback()], ids=lambda topic: topic.name)
def test_every_voice_says_something_of_its_own(topic):
    """Voices differ on each topic; only the deep one may speak with another's words."""
    said = [topic.section(voice) for voice in sorted(VOICES)]
    assert all(said)
    assert len(set(said)) >= len(said) - 2
    assert topic.section("reasoning")


@pytest.mark.parametrize("topic", [*topics(), fallback()], ids=lambda topic: topic.name)
def test_markdown_is_well_formed(topic):
    """Fences close and tables have equally many cells in every row."""
    for text in topic.sections.values():
        assert text.count("```") % 2 == 0
        prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
        for table in re.findall(r"(?:^\|.*\n?)+", prose, flags=re.MULTILINE):
            rows = [re.sub(r"`[^`]*`", "", row).count("|") for row in table.splitlines()]
            assert len(set(rows)) == 1, table


def test_the_answers_show_what_markdown_can():
    """Between them they have headings, lists, tables, quotes, links, tasks and code in many languages."""
    everything = "\n".join(text for topic in [*topics(), fallback()] for text in topic.sections.values())
    for sign in ("\n## ", "\n### ", "\n- ", "\n1. ", "|---|", "\n> ", "](https://", "- [x]", "**", "*"):
        assert sign in everything
    languages = set(re.findall(r"^```(\w+)", everything, flags=re.MULTILINE))
    assert {"python", "rust", "sql", "sh", "javascript", "json", "yaml", "diff"} <= languages


@pytest.mark.parametrize(
    ("prompt", "topic"),
    [
        ("hi", "hello"),
        ("please help me to move my piano to the third floor", None),
        ("write a poem about git", "haiku"),
        ("git rebase: explain the last commit in a poem", "git"),
        ("why is the sky blue?", None),
        ("", None),
    ],
)
def test_topics_are_found_by_their_words(prompt, topic):
    """Most keywords win, then the first one; long prompts are no greetings."""
    found = find_topic(prompt)
    assert (found.name if found else None) == topic


@pytest.mark.parametrize(
    ("wrapped", "whole"),
    [
        ("one\ntwo", "one two"),
        ("- one\n  more\n- two", "- one more\n- two"),
        ("# title\ntext", "# title\ntext"),
        ("```\na\nb\n```", "```\na\nb\n```"),
        ("> verse\n> verse", "> verse  \n> verse"),
        ("> " + "x" * 100 + "\n> more", "> " + "x" * 100 + " more"),
        ("| a |\n|---|\n| b |", "| a |\n|---|\n| b |"),
        ("a\n\nb", "a\n\nb"),
    ],
)
def test_lines_are_unwrapped(wrapped, whole):
    """Paragraphs become one line; code, tables, headings and verse keep theirs."""
    assert unwrap(wrapped) == whole
