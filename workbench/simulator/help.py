"""What `workbench simulate --help` says beyond its options."""

from workbench.simulator.catalog import SIM_MODELS
from workbench.simulator.faults import FAULT_HELP

_MODELS = "".join(f"  {model.name:<10}{model.description}\n" for model in SIM_MODELS.values())
SIMULATE_HELP = f"""\
Serve the simulated models on a loopback port, for tests, demos and load. Every
model answers on every route: /v1/chat/completions, /v1/responses, /v1/messages,
/api/chat, /v1beta/models/M:streamGenerateContent, /v2/chat. No key is needed.
GET /v1/models and /api/tags list the models, GET /__log says what was asked and
whether the client hung up.

Models:
{_MODELS}
{FAULT_HELP}"""
"""Plain text, at most 80 columns."""
