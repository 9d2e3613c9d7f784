import numpy as np

from archfront.pages import charts


def test_many_points_are_counted_not_sent():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(2, 100_000))
    cells = charts.density(x, y)
    assert sum(count for _, _, count in cells) == 100_000
    assert len(cells) <= charts.CELLS[0] * charts.CELLS[1]
    few = charts.density(x[:50], y[:50])
    assert [(a, b) for a, b, _ in few] == list(zip(x[:50], y[:50], strict=True))
