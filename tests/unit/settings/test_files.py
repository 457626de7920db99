"""The configuration file: what it may say, and what is said about what it may not."""

import os
import stat
from pathlib import Path

import pytest

from workbench.domain.catalog import ProviderConfig
from workbench.domain.conversation import Parameters
from workbench.domain.errors import ConfigurationError
from workbench.settings.files import Loaded, check_settings, create, load_settings, template
from workbench.settings.model import Deadlines, Settings

OPENAI = ProviderConfig(
    name="openai",
    protocol="openai-chat",
    base_url="https://api.openai.com/v1",
    api_key_env="OPENAI_API_KEY",
    quirks={"max_completion_tokens": True},
)
LAB = """\
[providers.lab]
protocol = "openai-chat"
base_url = "http://127.0.0.1:8000/v1"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def load(file: Path, text: str | bytes) -> Loaded:
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return load_settings(file, {"openai": OPENAI})


def refusal(file: Path, text: str | bytes) -> str:
    """What is said about a file that can't be used; it stays as it was."""
    data = text.encode() if isinstance(text, str) else text
    with pytest.raises(ConfigurationError) as caught:
        load(file, data)
    assert file.read_bytes() == data
    return str(caught.value).removeprefix(str(file))


def test_no_file_means_defaults(file: Path) -> None:
    """Without a file every documented default holds."""
    assert load_settings(file).settings == Settings()
    assert not load_settings(file).exists


def test_the_template_is_valid_and_changes_nothing(file: Path) -> None:
    """The file that `config init` writes is read without a word and means the defaults."""
    create(file)

    loaded = load_settings(file)
    assert (loaded.settings, loaded.warnings) == (Settings(), ())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_every_line_of_the_template_can_be_uncommented(file: Path) -> None:
    """What the template shows is what the program understands."""
    lines = [line.removeprefix("# ") if _is_setting(line) else "" for line in template().splitlines()]
    loaded = load(file, "\n".join(lines).replace("MODEL", "gpt-x").replace("anthropic/", "lab/"))

    assert loaded.warnings == ()
    assert loaded.settings.providers["lab"].headers == {"X-Team": "research"}
    assert loaded.settings.defaults.parameters.max_output_tokens == 4096
    assert loaded.settings.lineups["daily"].lanes[2].parameters.extra == {}
    assert loaded.settings.lineups["daily"].lanes[2].parameters.top_k == 40


def _is_setting(line: str) -> bool:
    body = line.removeprefix("# ")
    return body != line and (body.startswith(("[", "    ", "]")) or " = " in body.partition("#")[0])


def test_create_replaces_nothing(file: Path) -> None:
    """A10: a file that exists is never overwritten."""
    file.write_text("theme = broken")
    with pytest.raises(ConfigurationError, match="exists already"):
        create(file)
    assert file.read_text() == "theme = broken"


def test_a_provider_is_four_lines(file: Path) -> None:
    """A section of the user's own becomes a provider; a loopback address makes it local."""
    config = load(file, LAB + 'api_key_env = "LAB_KEY"\n').settings.providers["lab"]

    assert (config.protocol, config.base_url, config.api_key_env) == (
        "openai-chat",
        "http://127.0.0.1:8000/v1",
        "LAB_KEY",
    )
    assert config.local
    assert config.source == f"{file}:1: providers.lab"


def test_a_vendors_row_keeps_what_is_not_mentioned(file: Path) -> None:
    """A section with a vendor's name changes its row."""
    config = load(file, '[providers.openai]\nkey_command = "pass show openai"\n').settings.providers["openai"]

    assert config.key_command == "pass show openai"
    assert (config.base_url, config.api_key_env, config.quirks) == (OPENAI.base_url, "OPENAI_API_KEY", OPENAI.quirks)


@pytest.mark.parametrize(
    ("lines", "optional"),
    [
        ('base_url = "http://127.0.0.1:9/v1"', True),
        ('base_url = "http://127.0.0.1:9/v1"\napi_key_env = "LAB_KEY"', False),
        ('base_url = "https://models.example/v1"', False),
        ('label = "Mine"', False),
    ],
)
def test_a_vendors_variable_may_be_absent_on_this_machine(file: Path, lines: str, optional: bool) -> None:
    """A row that is pointed at a local server needs no key, unless the section itself names a variable."""
    assert load(file, f"[providers.openai]\n{lines}\n").settings.providers["openai"].key_optional is optional


def test_lanes_are_texts_or_tables(file: Path) -> None:
    """A lane may have a system prompt, parameters, and parameters that only its provider knows."""
    lanes = (
        load(
            file,
            LAB
            + '[lineups.daily]\nlanes = ["lab/a/b:c", { target = "openai/x", system = "Brief.", temperature = 0, '
            + "parameters = { seed = 7, min_p = 0.1 } }]\n",
        )
        .settings.lineups["daily"]
        .lanes
    )
    assert [lane.target for lane in lanes] == ["lab/a/b:c", "openai/x"]
    assert lanes[1].system == "Brief."
    assert lanes[1].parameters == Parameters(temperature=0.0, seed=7, extra={"min_p": 0.1})


def test_prices_are_dollars_per_million_tokens(file: Path) -> None:
    """Prices become exact integers, nano-dollars per million tokens."""
    tier = "tiers = [{ above_input_tokens = 200000, input = 2.5, output = 15 }]"
    text = f'[prices."lab/q"]\ninput = 0.0375\noutput = 10\n{tier}\n'
    rates = load(file, text).settings.prices["lab/q"]

    assert (rates.input, rates.output, rates.cached_input, rates.version) == (
        37_500_000,
        10_000_000_000,
        None,
        "configuration",
    )
    assert (rates.tiers[0].above_input_tokens, rates.tiers[0].input) == (200_000, 2_500_000_000)


def test_deadlines_and_app(file: Path) -> None:
    """The other sections reach their fields."""
    settings = load(
        file, '[deadlines]\nidle_s = 5\nretries = 0\n[app]\nfollow = "top"\nmotion = false\n[budgets]\nday_usd = 5\n'
    ).settings
    assert settings.deadlines == Deadlines(idle_s=5.0, retries=0)
    assert (settings.follow, settings.motion, settings.budgets.day_nano) == ("top", False, 5_000_000_000)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LAB + "[providers.lab]\n", ":4: column 15: Cannot declare ('providers', 'lab') twice"),
        ("theme =\n", ":1: column 8: Invalid value"),
        ("x = 1\n\n[a", ":3: Expected ']'"),
        (b"\xef\xbb\xbfx = 1\n", ":1: column 1: the file starts with a byte order mark"),
        ("x = 1\n".encode("utf-16"), ":1: column 1: the file starts with UTF-16"),
        ("x = 1\n".encode("utf-16-le"), ":1: column 2: a NUL character; is it UTF-16?"),
        (b"x = 1\ny = '\x00'\n", ":2: column 6: a NUL character"),
        (b"x = 1\r[app]\r", ":1: column 6: a carriage return without a line feed"),
        (b"x = 1\ny = '\xff'\n", ":2: column 6: not UTF-8"),
        ("x = 1\ny = " + "[" * 5000 + "]" * 5000, ":2: brackets are nested too deeply"),
        ("x = 1\ny = " + "1" * 5000, ":2: a number has too many digits"),
    ],
)
def test_bad_syntax_is_named_with_its_line(file: Path, text: str | bytes, said: str) -> None:
    """A10, A11: what is no TOML is refused with file, line and, where known, column."""
    assert refusal(file, text).startswith(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# one\n[deadlines]\n\nidle_s = nan\n", ":4: deadlines.idle_s: must be a number from 0.1 to 86400, not nan"),
        ("[deadlines]\nretries = 1.5\n", ":2: deadlines.retries: must be a whole number from 0 to 10, not 1.5"),
        (
            '[app]\nfollow = "page"\n',
            ':2: app.follow: must be one of paged, smooth, top, not "page"; did you mean paged?',
        ),
        ('[app]\nmotion = "no"\n', ':2: app.motion: must be true or false, not "no"'),
        ("providers = 5\n", ":1: providers: must be a table, not 5"),
        (
            '[providers.x]\nprotocol = "openai"\nbase_url = "http://localhost"\n',
            ":2: providers.x.protocol: must be one of",
        ),
        ("[providers.x]\n", ":1: providers.x: protocol is missing in [providers.x]"),
        ('[providers."a/b"]\n', ":1: providers.\"a/b\": a provider's name is free of '/'"),
        (LAB + LAB.replace(".lab", ".LAB"), ":4: providers.LAB: is the same name as lab but for capital letters"),
        ("[providers.sim]\n", ":1: providers.sim: a provider's name"),
        ('[lineups.a]\nlanes = ["x"]\n', ":2: lineups.a.lanes[1]: 'x' is no target"),
        ("[lineups.a]\nlanes = []\n", ":1: lineups.a: a line-up has from 1 to 12 lanes"),
        ('[lineups.a]\nlanes = [\n  "lab/x",\n  7,\n]\n', ":2: lineups.a.lanes[2]: a lane is"),
        ('[prices."lab/q"]\ninput = 1\n', ':1: prices."lab/q": output is missing'),
        (
            '[defaults]\ntemperature = 9\n[app]\nfollow = "x"\n',
            ":2: defaults.temperature: must be a number from 0 to 2, not 9",
        ),
    ],
)
def test_a_wrong_value_is_named_with_file_line_and_key(file: Path, text: str, said: str) -> None:
    """A12, A15: file, line, key and what is allowed."""
    assert refusal(file, text).startswith(said)


def test_all_errors_are_counted(file: Path) -> None:
    """The first error is named, the others counted, and `check_settings` lists them all."""
    text = '[app]\nfollow = "x"\nmotion = 3\n'
    assert refusal(file, text).endswith("(and 1 more: `workbench config check`)")
    assert [issue.where for issue in check_settings(file)[1]] == [f"{file}:2: app.follow", f"{file}:3: app.motion"]


def test_unknown_keys_are_warnings_with_a_suggestion(file: Path) -> None:
    """A12: a key that nobody knows has no effect, says so, and names its nearest neighbour."""
    warnings = [str(each) for each in load(file, LAB + 'base_ur1 = "x"\n[deadlinez]\n[routes.x]\n').warnings]

    assert warnings == [
        f"{file}:4: providers.lab.base_ur1: is not known and has no effect; did you mean base_url?",
        f"{file}:5: deadlinez: is not known and has no effect; did you mean deadlines?",
        f"{file}:6: routes: is not used by this version",
    ]


def test_an_unknown_provider_in_a_lineup_is_a_warning(file: Path) -> None:
    """A mistyped provider is found when the file is read."""
    (warning,) = load(file, '[lineups.a]\nlanes = ["opnai/x", "sim/steady"]\n').warnings
    assert str(warning).endswith("lineups.a.lanes[1]: no provider is named opnai; did you mean openai?")


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (LAB + 'api_key = "canary-4711"\n', ":4: providers.lab.api_key:"),
        (LAB + '# x\n"key" = "canary-4711"\n', ":5: providers.lab.key:"),
        (LAB + 'api_key_env = "sk-canary-4711-canary"\n', ":4: providers.lab.api_key_env:"),
        (LAB + 'headers = { "X-Api-Key" = "canary-4711" }\n', ":4: providers.lab.headers.X-Api-Key:"),
        (LAB + 'headers = { X = "Bearer canary-4711" }\n', ":4: providers.lab.headers.X:"),
        ('[secrets]\ntoken = "canary-4711"\n', ":2: secrets.token:"),
        ('[app]\ntheme = "sk-canary-4711-canary"\n', ":2: app.theme:"),
    ],
)
def test_a_key_in_the_file_is_refused(file: Path, text: str, where: str) -> None:
    """A04: a key in the file is refused with the reason, and its text is repeated nowhere."""
    said = refusal(file, text)
    assert said.startswith(where)
    assert "written into the file" in said or "looks like a key" in said
    assert "canary" not in said.removeprefix(where)


def test_api_key_env_that_is_no_name(file: Path) -> None:
    """A04: a key given in the place of its variable's name is refused unseen."""
    said = refusal(file, LAB + 'api_key_env = "canary 4711"\n')
    assert "must be the name of an environment variable" in said
    assert "canary" not in said


def test_a_file_that_cannot_be_read(file: Path) -> None:
    """A folder, a pipe or a file of many megabytes in the file's place is refused, not read."""
    os.mkfifo(file)
    with pytest.raises(ConfigurationError, match="no regular file"):
        load_settings(file)
    with pytest.raises(ConfigurationError, match="no regular file"):
        load_settings(file.parent)
    file.unlink()
    file.write_text("#" * 1_000_001)
    with pytest.raises(ConfigurationError, match="larger than 1 MB"):
        load_settings(file)
    assert load_settings(Path(os.devnull)).settings == Settings()


def test_escape_sequences_are_not_repeated(file: Path) -> None:
    """A13: what a message quotes from the file can't steer the terminal."""
    said = refusal(file, '[app]\nfollow = "\\u001b[2J"\n')
    assert "\x1b" not in said
    assert "␛[2J" in said
