"""The services of the app, built from a configuration."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.store import builders as make
from workbench.app.services import StartOptions
from workbench.domain.conversation import Lane, LineUp, Parameters, Session
from workbench.domain.errors import ConfigurationError
from workbench.domain.ids import new_id
from workbench.engine.events import EngineEvent, ResponseEnded
from workbench.engine.means import utc_now
from workbench.store.database import open_store
from workbench.wiring.detection import LocalServer, servers_found
from workbench.wiring.services import AppServices
from workbench.wiring.setup import lanes_for

FAST = "sim/swift@tps=0@ttft=0"


@pytest.fixture
async def services() -> AsyncIterator[AppServices]:
    made = AppServices()
    yield made
    await made.close()


def configure(text: str) -> None:
    Path(os.environ["WORKBENCH_CONFIG"]).write_text(text)


def test_nothing_configured_opens_the_welcome() -> None:
    """Without a file, a line-up or a past there are no lanes, no draft and no banner."""
    opening = AppServices().opening(StartOptions())
    assert (opening.lanes, opening.lineup, opening.draft, opening.banner) == ((), "", "", "")


def test_what_was_asked_for_opens() -> None:
    """Named targets, the demo, a line-up by name, and the default one open with their lanes."""
    configure('[defaults]\nlineup = "a"\n[lineups.a]\nlanes = ["sim/swift"]\n[lineups.b]\nlanes = ["sim/sage"]\n')
    services = AppServices()

    assert [lane.target for lane in services.opening(StartOptions()).lanes] == ["sim/swift"]
    assert services.opening(StartOptions()).lineup == "a"
    assert [lane.target for lane in services.opening(StartOptions(lineup="b")).lanes] == ["sim/sage"]
    assert [lane.target for lane in services.opening(StartOptions(targets=("sim/x@", FAST))).lanes] == []
    assert [lane.target for lane in services.opening(StartOptions(targets=(FAST,))).lanes] == [FAST]
    assert len(services.opening(StartOptions(demo=True)).lanes) == 4
    assert [lineup.name for lineup in services.lineups()] == ["a", "b"]


async def test_a_lineup_that_the_app_saved_is_found_by_name() -> None:
    """The app's menu, `--lineup` and `ask` find it with its parameters; the configuration's names are its own."""
    configure('[lineups.a]\nlanes = ["sim/swift"]\n')
    services = AppServices()
    brief = Lane(new_id(), 0, FAST, "quick", "Be brief.", Parameters(temperature=0.5))
    await services.save_lineup(LineUp("my own", (brief, Lane(new_id(), 1, "sim/sage"))))
    with pytest.raises(ConfigurationError, match="stands in"):
        await services.save_lineup(LineUp("a", (brief,)))
    await services.close()

    assert [lineup.name for lineup in services.lineups()] == ["a", "my own"]
    opening = AppServices().opening(StartOptions(lineup="my own"))
    assert opening.lineup == "my own"
    assert [replace(lane, id="") for lane in opening.lanes] == [
        replace(brief, id=""),
        Lane("", 1, "sim/sage"),
    ]
    with pytest.raises(ConfigurationError, match="did you mean my own"):
        lanes_for(services.setup, (), "my won")

    services = AppServices()
    with pytest.raises(ConfigurationError, match="stands in"):
        await services.forget_lineup("a")
    await services.forget_lineup("my own")
    await services.close()
    assert [lineup.name for lineup in services.lineups()] == ["a"]


def test_what_stands_in_the_way_is_told_before_anything_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lane whose key is missing says which variable to set; one that can be asked says nothing."""
    monkeypatch.delenv("GEMINI_API_KEY", raising=False)
    monkeypatch.setenv("MISTRAL_API_KEY", "k")
    found = AppServices()._deployments.obstacles(["google/gemini-x", "mistral/some", "ollama/some", "nobody/x"])

    assert "GEMINI_API_KEY" in found.pop("google/gemini-x")
    assert "nobody" in found.pop("nobody/x")
    assert found == {}


def test_a_bad_file_is_a_banner() -> None:
    """A10: the app opens with defaults and says what is wrong with the file."""
    configure('[app]\nfollow = "pagd"\n')
    services = AppServices()
    assert "config.toml:2: app.follow" in services.opening(StartOptions()).banner
    assert services.preferences.follow == "paged"


def test_warnings_are_a_banner() -> None:
    """A key without effect is told too."""
    configure("[apps]\n[ap]\n")
    banner = AppServices().opening(StartOptions()).banner
    assert "did you mean app?" in banner
    assert banner.endswith("(and 1 more: workbench config check)")


def test_preferences_come_from_the_file() -> None:
    """The settings that the app reads."""
    configure('[app]\ntheme = "mine"\nmotion = false\n[keymap]\nquit = "ctrl+x"\n[budgets]\nday_usd = 5\n')
    preferences = AppServices().preferences
    assert (preferences.theme, preferences.motion, preferences.day_budget_nano) == ("mine", False, 5_000_000_000)
    assert preferences.keymap == {"quit": "ctrl+x"}
    assert preferences.theme_folder == Path(os.environ["HOME"]) / "themes"


def test_the_theme_that_was_chosen_is_kept_unless_the_file_names_one() -> None:
    """The app's choice comes back at the next start; the configuration wins; what is no name is ignored."""
    AppServices().keep_theme("nord")
    assert (AppServices().preferences.theme, AppServices().preferences.theme_is_named) == ("nord", False)
    configure('[app]\ntheme = "mine"\n')
    assert (AppServices().preferences.theme, AppServices().preferences.theme_is_named) == ("mine", True)
    configure("")
    (Path(os.environ["WORKBENCH_DATA"]) / "theme").write_bytes(b"\x1b]0;x\xff\n")
    assert AppServices().preferences.theme == "workbench-dark"


async def test_a_session_is_kept_and_opens_again(services: AppServices) -> None:
    """What a comparison answers is in the history, prices and windows are there, and the lanes open next time."""
    ended: list[EngineEvent] = []
    lanes = lanes_for(services.setup, [FAST])
    await services.prepare([FAST])
    comparison = await services.comparison(Session(new_id(), "", utc_now()), lanes, ended.append)
    comparison.send("Say hi")
    await comparison.wait()
    await comparison.close()

    last = ended[-1]
    assert isinstance(last, ResponseEnded)
    assert (last.response.state, last.response.simulated) == ("complete", True)
    assert last.response.cost_nano is not None
    history = await services.history(demo=False)
    assert history is not None
    await asyncio.to_thread(history.flush, 5.0)
    (row,) = await asyncio.to_thread(history.sessions.list, 10)
    assert row.targets == (FAST,)
    (preview,) = services.preview(lanes, (), "Say hi again")
    assert preview.context_window == 128_000
    assert preview.cost_high_nano is not None
    assert [lane.target for lane in AppServices().opening(StartOptions()).lanes] == [FAST]


async def test_models_of_two_protocols_are_told_apart_from_repeats(services: AppServices) -> None:
    """OpenAI's models stand under both of its protocols; the second is marked, another vendor's never."""
    choices = await services.choices()
    repeated = {choice.provider for choice in choices if choice.repeats}
    assert "openai-chat" in repeated
    assert not repeated & {"openai", "azure", "openrouter", "sim"}
    assert len([choice for choice in choices if choice.target.endswith("openai/gpt-5.5") and not choice.repeats]) >= 1


def leave_a_session(*targets: str, draft: str = "") -> Session:
    store = open_store(Path(os.environ["WORKBENCH_DATA"]) / "workbench.db")
    asked, lanes = make.session("sorting"), make.lanes(*targets)
    turn = make.turn(asked, "how?")
    store.recorder.session_saved(asked, lanes)
    store.recorder.turn_started(turn, make.responses(turn, lanes))
    store.drafts.save("", draft)
    store.close()
    return asked


def test_the_last_session_opens_as_it_was_left() -> None:
    """Without more words the last session opens with its own lanes; other lanes, a prompt or none of it, a new one."""
    asked = leave_a_session(FAST, "sim/sage")
    services = AppServices()
    opening = services.opening(StartOptions())
    assert opening.session == asked
    assert [lane.id for lane in opening.lanes] == ["lane-1", "lane-2"]
    assert opening.page is not None
    assert opening.page.prompt == "how?"

    new = services.opening(StartOptions(prompt="Say hi"))
    assert (new.session, new.page) == (None, None)
    assert [lane.target for lane in new.lanes] == [FAST, "sim/sage"]
    assert "lane-1" not in [lane.id for lane in new.lanes]
    assert services.opening(StartOptions(targets=(FAST,))).session is None
    assert services.opening(StartOptions(demo=True)).session is None


def test_what_was_begun_in_a_new_session_opens_there() -> None:
    """A draft that was typed before anything was sent comes back in a new session with the lanes of last time."""
    leave_a_session(FAST, draft="half a thought")
    opening = AppServices().opening(StartOptions())
    assert (opening.session, opening.draft) == (None, "half a thought")
    assert [lane.target for lane in opening.lanes] == [FAST]


def test_a_session_with_a_provider_that_is_gone_is_not_gone_on_with() -> None:
    """The lanes that can still be asked open in a new session."""
    leave_a_session(FAST, "gone/model")
    opening = AppServices().opening(StartOptions())
    assert opening.session is None
    assert [lane.target for lane in opening.lanes] == [FAST]


async def test_demo_sessions_have_a_history_of_their_own(services: AppServices) -> None:
    """The demo's file is another one."""
    demo, own = await services.history(demo=True), await services.history(demo=False)
    assert demo is not own
    assert {"demo.db", "workbench.db"} <= set(os.listdir(os.environ["WORKBENCH_DATA"]))


async def test_without_a_place_there_is_no_history(monkeypatch: pytest.MonkeyPatch) -> None:
    """T21: the app runs without history and knows why."""
    (Path(os.environ["HOME"]) / "file").write_text("")
    monkeypatch.setenv("WORKBENCH_DATA", str(Path(os.environ["HOME"]) / "file" / "data"))
    services = AppServices()
    assert await services.history(demo=False) is None
    assert services.history_problem is not None
    assert "nothing is kept" in services.history_problem
    await services.close()


async def test_choices_put_what_works_first(services: AppServices, monkeypatch: pytest.MonkeyPatch) -> None:
    """Models with a key come before the simulated ones, those without a key last, with the reason."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "canary")
    choices = await services.choices()
    assert choices[0].provider == "anthropic"
    assert {choice.note for choice in choices if choice.provider == "openai"} == {"no key: set OPENAI_API_KEY"}
    assert choices[-1].usable is False
    assert next(choice for choice in choices if choice.target == "sim/steady").simulated


async def test_what_is_found_on_this_machine(services: AppServices, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys by the names of their variables, with what can be started at once."""
    monkeypatch.setattr("workbench.wiring.detection.LOCAL_SERVERS", ())
    monkeypatch.setenv("OPENAI_API_KEY", "canary")
    found = await services.detect()
    assert [(key.variable, key.provider) for key in found.keys] == [("OPENAI_API_KEY", "openai")]
    assert [target.partition("/")[0] for target in found.targets] == ["openai", "openai"]
    monkeypatch.setenv("ANTHROPIC_API_KEY", "canary")
    both = (await services.detect()).targets
    assert [target.partition("/")[0] for target in both] == ["openai", "anthropic"]
    assert "canary" not in repr(found)


async def test_servers_are_probed_in_parallel() -> None:
    """One that answers is found with its models; silence, garbage and refusals are not, and cost only the limit."""
    import httpx

    async def answer(request: httpx.Request) -> httpx.Response:
        match request.url.port:
            case 1:
                return httpx.Response(200, json={"data": [{"id": "a\x1b[2J"}, {"id": 7}]})
            case 2:
                return httpx.Response(200, json={"models": [{"name": "b"}]})
            case 3:
                return httpx.Response(200, text="<html>")
            case 4:
                return httpx.Response(404)
            case 5:
                raise httpx.ConnectError("refused")
        await asyncio.Event().wait()
        raise AssertionError

    servers = [LocalServer(str(port), "x", f"http://127.0.0.1:{port}", "/models") for port in range(1, 7)]
    async with asyncio.timeout(5), httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        found = await servers_found(client, servers, 0.1)
    assert [(server.name, models) for server, models in found] == [("1", ("a␛[2J",)), ("2", ("b",))]


async def test_a_request_to_take_away(services: AppServices) -> None:
    """The request of a lane as JSON, through the adapter's own words."""
    (lane,) = lanes_for(services.setup, ["openai-chat/gpt-x"], system="Be brief.")
    body = json.loads(await services.request_as(lane, (), "Say hi", "json"))
    assert (body["model"], body["stream"], body["messages"][-1]["content"]) == ("gpt-x", True, "Say hi")


def test_a_configuration_is_written_where_there_is_none() -> None:
    """The welcome screen can begin one; it replaces nothing."""
    services = AppServices()
    services.create_configuration()
    path = Path(os.environ["WORKBENCH_CONFIG"])
    path.write_text(path.read_text() + "# mine\n")
    services.create_configuration()
    assert path.read_text().endswith("# mine\n")
