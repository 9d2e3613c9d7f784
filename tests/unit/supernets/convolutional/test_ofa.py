import numpy as np
import pytest
import torch
from helpers.image_folder import CLASSES, write_checkpoint, write_images

from archfront.core.files import file_digest, read_json
from archfront.core.registry import ConfigError
from archfront.supernets.registry import SUPERNETS, supernet

PUBLISHED = [name for name in SUPERNETS if name.startswith("ofa_")]
SIZES = {
    "ofa_mbv3_w1.0": 21_758_655_492_572_485_851,
    "ofa_mbv3_w1.2": 21_758_655_492_572_485_851,
    "ofa_resnet50": 1_639_276_531_308,
    "ofa_proxyless_w1.3": 9 * 21_758_655_492_572_485_851,
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_space_has_the_exact_number_of_distinct_sub_networks(name):
    assert supernet(name).space.size == SIZES[name]
    elastic_resolution = {"name": name, "resolution": {"first": 128, "last": 224, "step": 4}}
    assert supernet(elastic_resolution).space.size == 25 * SIZES[name]


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_constrained_space_has_the_same_costs(name):
    network = supernet({"name": name, "resolution": [128, 160, 224]})
    space = network.space
    rng = np.random.default_rng(1)
    kept = {p: [v for v in q.values if rng.random() < 0.6] or list(q.values)[-1:]
            for p, q in zip(space.names, space.parameters, strict=True)}  # fmt: skip
    constrained = space.constrain(kept)
    population = constrained.sample(50, 1)
    ours = network.family.Costs(constrained, network.geometry)(population)
    theirs = network.family.Costs(space, network.geometry)(constrained.convert(population, space))
    assert np.array_equal(ours, theirs)


SETTINGS = {"validation_images": None, "calibration_images": 100, "validation_device": "cpu"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_images(tmp_path_factory.mktemp("images") / "images", 3)


def test_a_subset_is_told_and_is_part_of_the_key(folder):
    network = supernet({"name": "ofa_mbv3_w1.0", "imagenet": str(folder), "classes": CLASSES})
    assert network.remarks(SETTINGS) == []
    subset = SETTINGS | {"validation_images": 100}
    assert network.remarks(subset) == ["top-1 on a stratified subset of 100 images"]


NAME = "ofa_mbv3_w1.0"


@pytest.mark.parametrize(
    ("given", "sides"),
    [
        (224, (224,)),
        (32, (32,)),
        ([128, 160, 224], (128, 160, 224)),
        ({"first": 128, "last": 140, "step": 4}, (128, 132, 136, 140)),
        ({"first": 128, "last": 139, "step": 4}, (128, 132, 136)),
    ],
)
def test_the_resolution_is_a_number_a_list_or_a_range(given, sides):
    network = supernet({"name": NAME, "resolution": given})
    assert network.resolutions == sides
    assert network.space.parameters[-1].kind == "r"
    assert network.space.parameters[-1].values == sides


@pytest.mark.parametrize(
    "given",
    [
        31,
        [],
        [160, 128],
        [128, 128],
        [128, "160"],
        [128.0],
        "224",
        {"first": 128, "last": 224},
        {"first": 128, "last": 224, "steps": 4},
        {"first": 224, "last": 128, "step": 4},
        {"first": 32, "last": 30_000_000, "step": 1},
        {"first": "32", "last": 64, "step": 1},
        {"first": 32, "last": 64, "step": 0},
        {"first": 32, "last": 64, "step": 1.0},
        10**12,
        4097,
        [32] * 10_000,
    ],
)
def test_a_resolution_of_another_form_is_refused(given):
    with pytest.raises(ConfigError, match=r"^supernet\.resolution: .* is not allowed; "):
        supernet({"name": NAME, "resolution": given})


@pytest.mark.parametrize("option", ["classes", "workers"])
@pytest.mark.parametrize("given", [-1, 0, 1.5, 10.0, "x", True, None, 10**12])
def test_a_number_of_another_form_is_refused(option, given):
    with pytest.raises(ConfigError, match=rf"^supernet\.{option}: .* an integer from 1 to 1,000"):
        supernet({"name": NAME, option: given})


@pytest.mark.parametrize("missing", ["checkpoint", "imagenet"])
def test_top1_needs_a_checkpoint_and_images_and_the_latency_neither(folder, tmp_path, missing):
    options = {"checkpoint": str(tmp_path / "weights"), "imagenet": str(folder)}
    (tmp_path / "weights").write_bytes(b"weights")
    network = supernet(
        {"name": NAME, missing: None}
        | {option: value for option, value in options.items() if option != missing}
    )
    assert network.context("latency", SETTINGS) == {}
    message = rf"^supernet\.{missing}: {NAME} needs it for top1 \(without it: latency, macs"
    with pytest.raises(ConfigError, match=message):
        network.context("top1", SETTINGS)


def test_a_checkpoint_that_is_not_there_is_refused_with_its_address(tmp_path):
    message = r"published at https://raw.*w1\.0; .*results/checkpoints/ofa_mbv3_w1\.0` fetches them"
    with pytest.raises(ConfigError, match=message):
        supernet({"name": NAME, "checkpoint": str(tmp_path / "weights")})


def test_the_context_of_top1_names_the_images_and_changes_with_them(folder, tmp_path):
    (tmp_path / "weights").write_bytes(b"weights")
    options = {"name": NAME, "checkpoint": str(tmp_path / "weights"), "classes": CLASSES}
    network = supernet(options | {"imagenet": str(folder)})
    before = network.context("top1", SETTINGS)
    assert (before["images"], before["calibration_images"], before["split"]) == ("all", 100, "val")
    subset = network.context("top1", SETTINGS | {"validation_images": 50})
    assert subset["images"] == 50 and subset["data"] == before["data"]
    (tmp_path / "imagenet.json").write_text('{"digest": "of the listed images"}')
    listed = network.context("top1", SETTINGS | {"data": str(tmp_path)})
    assert listed["data"] == "of the listed images"
    other = supernet(options | {"imagenet": str(write_images(tmp_path / "others", 2))})
    assert other.context("top1", SETTINGS)["data"] != before["data"]


def test_the_digest_is_that_of_the_weights_or_says_that_there_are_none(tmp_path):
    (tmp_path / "weights").write_bytes(b"weights")
    trained = supernet({"name": NAME, "checkpoint": str(tmp_path / "weights")})
    assert trained.digest() == file_digest(tmp_path / "weights")
    untrained = {supernet({"name": n}).digest() for n in PUBLISHED}
    untrained.add(supernet({"name": NAME, "classes": 10}).digest())
    assert len(untrained) == len(PUBLISHED) + 1 and all("untrained" in d for d in untrained)


def test_the_untrained_network_is_the_same_each_time_and_leaves_the_generator_alone():
    network = supernet({"name": NAME, "classes": 10})
    torch.manual_seed(5)
    first, drawn = network.untrained().state_dict(), torch.rand(1)
    torch.manual_seed(6)
    second = network.untrained().state_dict()
    torch.manual_seed(5)
    assert torch.equal(torch.rand(1), drawn)
    assert all(torch.equal(tensor, second[name]) for name, tensor in first.items())


def test_preparing_says_what_does_not_fit_the_published_training(tmp_path, capsys):
    supernet({"name": NAME, "resolution": [96, 128, 224, 256]}).prepare_data(tmp_path, SETTINGS)
    told = capsys.readouterr().err
    assert "[96, 256] lies outside the published training (128 to 224)" in told
    supernet({"name": NAME, "resolution": [128, 224]}).prepare_data(tmp_path, SETTINGS)
    assert capsys.readouterr().err == "" and list(tmp_path.iterdir()) == []


def test_preparing_checks_the_weights_and_lists_the_images(folder, tmp_path, capsys):
    path = write_checkpoint(tmp_path / "weights", NAME)
    options = {"name": NAME, "checkpoint": str(path), "imagenet": str(folder), "classes": CLASSES}
    data = tmp_path / "data"
    data.mkdir()
    network = supernet(options | {"resolution": 128})
    network.prepare_data(data, SETTINGS | {"calibration_images": 20})
    assert f"{path} fits {NAME}: SHA-256 {file_digest(path)}" in capsys.readouterr().err
    given = SETTINGS | {"data": str(data)}
    assert network.context("top1", given)["data"] == read_json(data / "imagenet.json")["digest"]
    images, labels, calibration = network.data(given, 128)
    assert len(images) == len(labels) == 3 * CLASSES and len(calibration) == 20
    assert images[:2].shape == (2, 3, 128, 128)
    with pytest.raises(ConfigError, match="does not fit"):
        supernet(options | {"classes": 1000}).prepare_data(data, SETTINGS)
