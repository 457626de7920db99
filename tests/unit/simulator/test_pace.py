import itertools
import random

from workbench.simulator.catalog import SIM_MODELS
from workbench.simulator.faults import Faults
from workbench.simulator.pace import pace_of

STEADY = SIM_MODELS["steady"]


def moments(faults: Faults, count: int) -> list[float]:
    return list(itertools.islice(pace_of(STEADY, faults).due(random.Random(1)), count))


def test_tokens_come_at_the_model_s_rate():
    """A thousand tokens take about as long as the rate says, unevenly and never backwards."""
    due = moments(Faults(), 1000)
    assert due[0] == STEADY.first_token_s
    assert due == sorted(due)
    assert 0.9 < (due[-1] - due[0]) * STEADY.tokens_per_s / 1000 < 1.1
    assert len({round(b - a, 6) for a, b in itertools.pairwise(due)}) > 900


def test_the_beat_repeats():
    """The same generator state gives the same moments."""
    assert moments(Faults(), 50) == moments(Faults(), 50)


def test_faults_change_the_speed():
    """Full speed has no delay at all unless one is asked for; slow stretches everything."""
    assert moments(Faults(tps=0), 3) == [0, 0, 0]
    assert moments(Faults(tps=0, ttft=0.5), 2) == [0.5, 0.5]
    assert moments(Faults(slow=10), 1) == [STEADY.first_token_s * 10]
    assert pace_of(STEADY, Faults(tps=50, slow=2)).token_s == 0.04
