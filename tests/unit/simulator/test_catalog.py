import subprocess
import sys

import pytest

from workbench.domain.catalog import PROTOCOLS
from workbench.simulator.catalog import DEMO_LINEUP, SIM_MODELS, find_model, sim_config
from workbench.simulator.faults import parse_faults


def test_there_is_a_character_for_every_occasion():
    """At least ten models, each described in one short line, none twice."""
    assert len(SIM_MODELS) >= 10
    assert all(0 < len(model.description) <= 60 for model in SIM_MODELS.values())
    assert len({model.description for model in SIM_MODELS.values()}) == len(SIM_MODELS)
    assert set(DEMO_LINEUP) <= set(SIM_MODELS)


def test_own_faults_are_known_words():
    """What a model does by itself could be asked of any other."""
    for model in SIM_MODELS.values():
        parse_faults(model.faults)


def test_prices_span_what_is_on_the_market():
    """The dear one costs at least a hundred times the cheap one, and the one at home nothing."""
    output = {name: model.rates.output for name, model in SIM_MODELS.items()}
    assert output["sage"] >= 100 * output["swift"]
    assert output["hearth"] == 0
    assert {model.rates.version for model in SIM_MODELS.values()} == {"simulated"}


def test_models_are_found_with_their_faults():
    """A name keeps its model whatever is appended."""
    assert find_model("steady@429=2:1@slow") is SIM_MODELS["steady"]
    assert find_model("nobody") is None


@pytest.mark.parametrize(
    ("protocol", "url"),
    [
        ("openai-chat", "http://127.0.0.1:8123/v1"),
        ("openai-responses", "http://127.0.0.1:8123/v1"),
        ("anthropic-messages", "http://127.0.0.1:8123"),
        ("gemini", "http://127.0.0.1:8123/v1beta"),
        ("cohere", "http://127.0.0.1:8123/v2"),
        ("ollama", "http://127.0.0.1:8123"),
    ],
)
def test_the_configuration_is_what_the_sdk_takes(protocol, url):
    """Each protocol has its base URL, no key, and the simulated label."""
    config = sim_config(SIM_MODELS["steady"], 8123, protocol=protocol)
    assert (config.name, config.protocol, config.base_url) == ("sim", protocol, url)
    assert (config.simulated, config.local, config.label) == (True, True, "simulated")
    assert (config.api_key_env, config.key_command) == (None, None)


def test_the_model_s_own_protocol_is_the_usual_one():
    """Without a wish, the model is spoken to as its row says."""
    assert {sim_config(model, 1).protocol for model in SIM_MODELS.values()} >= {
        "openai-chat",
        "anthropic-messages",
        "ollama",
    }
    with pytest.raises(ValueError, match="no such protocol"):
        sim_config(SIM_MODELS["steady"], 1, protocol="telepathy")
    assert len(PROTOCOLS) == 6


def test_the_server_needs_the_standard_library_alone():
    """Importing the server loads nothing that was installed."""
    code = (
        "import sys; import workbench.simulator.__main__;"
        "print([m for m in sys.modules if 'site-packages' in (getattr(sys.modules[m], '__file__', '') or '')])"
    )
    done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
