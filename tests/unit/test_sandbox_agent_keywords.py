"""The words of a request, and the rule that is read out of an intent."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aion.sandbox.agents.keywords import keywords, match_score, matching_keywords
from aion.sandbox.agents.markup import count_noun, quote
from aion.sandbox.agents.organizer import read_rule
from aion.sandbox.agents.pipeline import plan
from aion.sandbox.agents.pipeline_agents import AGENTS
from aion.sandbox.agents.token_usage import token_usage


@pytest.mark.parametrize(
    ("request_text", "words"),
    [
        ("Find photos of a RED door, or a red gate!", ["red", "door", "gate"]),
        ("show me all my documents", []),
        ("?!", []),
        ("snow_plough 2026", ["snow", "plough", "2026"]),
        ("Übersicht über Häfen", ["übersicht", "über", "häfen"]),
    ],
)
def test_what_is_looked_for_is_left_of_a_request(request_text: str, words: list[str]) -> None:
    assert keywords(request_text) == words


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_request_gives_a_few_words_each_once(text: str) -> None:
    words = keywords(text)
    assert len(words) == len(set(words)) <= 32


def test_a_word_finds_words_that_begin_with_it() -> None:
    assert matching_keywords(["pole", "boat"], "Two Poles,", None, '["rowboat"]') == ["pole"]


@settings(deadline=None)
@given(st.lists(st.text(min_size=1, max_size=5), max_size=8, unique=True))
def test_a_share_lies_between_nothing_and_all(words: list[str]) -> None:
    assert 0 <= match_score(words[:2], words) <= 1


@settings(deadline=None)
@given(st.text(max_size=1000))
def test_a_quote_is_short_and_on_one_line(text: str) -> None:
    quoted = quote(text, 50)
    assert len(quoted) <= 50
    assert "\n" not in quoted


def test_tokens_add_up() -> None:
    used = token_usage(["x" * 9, ""], ["yyyy"], calls=2)
    assert (used["input_tokens"], used["output_tokens"], used["total_tokens"]) == (3, 1, 4)
    assert used["call_count"] == 2


def test_things_are_counted_in_words() -> None:
    assert (count_noun(1, "file"), count_noun(2, "file")) == ("1 file", "2 files")


@settings(deadline=None)
@given(st.text(max_size=2000))
def test_any_intent_has_a_rule(intent: str) -> None:
    assert callable(read_rule(intent))


def test_a_hostile_intent_takes_no_time() -> None:
    began = time.perf_counter()
    for intent in ('"' * 2000, "by " * 666, "folder called " * 140, "'a" * 1000):
        read_rule(intent)
    assert time.perf_counter() - began < 20


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(AGENTS)), st.none() | st.lists(st.integers(0, 9))),
        min_size=1,
        max_size=10,
    )
)
def test_every_step_runs_after_all_that_it_needs(
    wishes: list[tuple[str, list[int] | None]],
) -> None:
    steps = [
        {
            "agent": agent,
            "intent": "x",
            "depends_on": None if needs is None else [one for one in needs if one < position],
        }
        for position, (agent, needs) in enumerate(wishes)
    ]
    planned = plan(steps)
    assert sorted(one.position for one in planned) == list(range(len(steps)))
    waves = {one.position: one.wave for one in planned}
    assert all(waves[need] < one.wave for one in planned for need in one.needs)
    assert [one.wave for one in planned] == sorted(waves.values())
