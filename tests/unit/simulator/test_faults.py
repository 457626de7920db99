import re

import pytest

from workbench.simulator.faults import FAULT_HELP, Faults, Point, UnknownFault, parse_faults, split_name
from workbench.simulator.help import SIMULATE_HELP


def test_a_name_and_its_faults_are_parted_at_the_first_at():
    """Everything after the first @ is faults."""
    assert split_name("steady@429=2:1@slow") == ("steady", "429=2:1@slow")
    assert split_name("steady") == ("steady", "")


def test_several_texts_add_up_and_the_last_wins():
    """The model's own faults, its name's and the header's are one set."""
    faults = parse_faults("cut=5@slow", "@cut=9b", None, "tps=0")
    assert faults == Faults(cut=Point(9, in_bytes=True), slow=10.0, tps=0.0)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("429=2:1", Faults(status=429, status_times=2, retry_after="1")),
        ("429:2:1", Faults(status=429, status_times=2, retry_after="1")),
        ("500", Faults(status=500)),
        ("429=1:Fri, 01 Jan 2099", Faults(status=429, status_times=1, retry_after="Fri, 01 Jan 2099")),
        ("cut:20", Faults(cut=Point(20))),
        ("stall=3:1.5", Faults(stall=Point(3), stall_s=1.5)),
        ("stall", Faults(stall=Point(0))),
        ("split", Faults(split=1)),
        ("keepalive", Faults(keepalive=1.0)),
        ("html=502", Faults(html=502)),
        ("reject=temperature", Faults(reject="temperature")),
    ],
)  # fmt: skip
def test_words_are_read(words, expected):
    """Each word has its value, with a colon for the equals sign if one likes."""
    assert parse_faults(words) == expected


@pytest.mark.parametrize(
    "words", ["sideways", "cut=x", "tps=nan", "tps=-1", "once=1", "200", "reject", "tokens=-1", "__class__"]
)
def test_what_means_nothing_is_refused(words):
    """An unknown word or value is an error that names it."""
    with pytest.raises(UnknownFault, match=re.escape(words)):
        parse_faults(words)


def test_the_help_names_every_fault():
    """What can be asked for is in the help, which fits 80 columns."""
    named = set(re.findall(r"@([a-z0-9]+)", FAULT_HELP))
    fields = set(Faults.__dataclass_fields__) - {"status", "status_times", "retry_after", "stall_s"}
    assert fields <= named
    assert max(map(len, SIMULATE_HELP.splitlines())) <= 80
