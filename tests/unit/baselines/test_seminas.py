import numpy as np
import torch
from instant import Instant

from archfront.baselines import seminas
from archfront.core.metrics import tau

SPACE = Instant().space


def test_seminas_learns_to_rebuild_and_to_rank_and_climbs():
    random = np.random.default_rng(0)
    rows = SPACE.sample(300, 3)
    goodness = Instant().exact("macs", rows)
    goodness = (goodness - goodness.mean()) / goodness.std()
    torch.manual_seed(0)
    model = seminas.trained(SPACE, rows[:200], goodness[:200], rows[:200], 400)
    with torch.inference_mode():
        predicted = model.predict(model.encode(model.tokens(rows[200:]))).numpy()
    assert tau(goodness[200:], predicted) > 0.7
    start = rows[random.choice(200, 50, replace=False)]
    assert (model.climbed(start, 0.0) == start)[SPACE.active(start)].mean() > 0.6
    there, far = (Instant().exact("macs", model.climbed(start, step)) for step in (0.0, 100.0))
    assert far.mean() > there.mean() + 0.5 * there.std()
    assert (SPACE.canonical(model.climbed(start, 100.0)) < SPACE.cardinalities).all()
