import pytest

from archfront.pages import drawing
from archfront.supernets.registry import supernet


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("embedded_mobilenetv3", {f"d_{n} = 2": 4 for n in range(5)}),
        ("embedded_resnet",
         {"d": 1, "d_1 = 0": 4, "d_2 = 0": 4, "d_3 = 0": 6, "d_4 = 0": 4, "w": 6}),
        ("embedded_transformer", {"encoder_embed_dim = 24": 0, "encoder": 4,
                                  "decoder_embed_dim = 24": 0, "decoder_layer_num = 1": 4}),
    ],
)  # fmt: skip
def test_every_layer_is_drawn_and_what_is_absent_says_so(name, rows):
    space = supernet(name).space
    smallest, largest = space.decode(space.extremes())
    small, large = drawing.parts(space, smallest), drawing.parts(space, largest)
    assert {part.title: len(part.layers) for part in small} == rows
    assert [len(part.layers) for part in large] == list(rows.values())
    assert all(layer.values for part in large for layer in part.layers)
    absent = sum(not layer.values for part in small for layer in part.layers)
    drawn = drawing.svg(small, "small")
    assert drawn.count(">absent<") == absent > 0
    for value in (v for part in large for layer in part.layers for v in layer.values):
        assert 0 < value[2] <= 1


def test_what_differs_is_marked_and_nothing_else():
    space = supernet("embedded_mobilenetv3").space
    (one,) = space.decode(space.extremes()[1:])
    other = {kind: list(values) for kind, values in one.items()}
    other["ks"][5] = 3
    changed = [
        layer for part in drawing.parts(space, one, other) for layer in part.layers if layer.changed
    ]
    assert len(changed) == 1 and ("ks", 7, 1.0) in changed[0].values
    same = drawing.parts(space, one, one)
    assert not any(layer.changed for part in same for layer in part.layers)


def test_a_drawing_takes_no_name_for_code():
    part = drawing.Part("<script>", (drawing.Layer((("<b>", "<i>", 1.0),)),))
    assert "<script>" not in drawing.svg([part], '"><script>') and "<b>" not in drawing.svg(
        [part], ""
    )
