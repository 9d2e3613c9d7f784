import pytest
import torch

from archfront.supernets.embedded.vision import EmbeddedMobileNetV3, EmbeddedResNet


@pytest.fixture(scope="module", params=[EmbeddedMobileNetV3, EmbeddedResNet])
def supernet(request):
    return request.param()


def test_folding_batch_norm_changes_nothing(supernet):
    from archfront.evaluation.batch_norm import fold_batch_norm

    (configuration,) = supernet.space.decode(supernet.space.sample(1, 2), fill=True)
    images = supernet.prepare(torch.randint(0, 256, (4, 3, 32, 32), dtype=torch.uint8))
    with torch.inference_mode():
        plain = supernet.extract(configuration)
        expected = plain(images)
        folded = fold_batch_norm(plain)
        assert not any(isinstance(m, torch.nn.BatchNorm2d) for m in folded.modules())
        assert torch.allclose(folded(images), expected, atol=1e-3)


def test_recalibration_sets_the_statistics_that_ofa_sets(supernet):
    from archfront.evaluation.batch_norm import recalibrate
    from archfront.supernets.convolutional.ofa_package import import_ofa

    import_ofa()
    from ofa.imagenet_classification.elastic_nn.utils import set_running_statistics

    (configuration,) = supernet.space.decode(supernet.space.sample(1, 2), fill=True)
    ours, theirs = supernet.extract(configuration), supernet.extract(configuration)
    # The last batch is smaller: batches weigh as much as they have images.
    images = [torch.randint(0, 256, (size, 3, 32, 32)).byte() for size in (8, 8, 3)]
    batches = [supernet.prepare(some) for some in images]
    recalibrate(ours, batches)
    set_running_statistics(theirs, [(batch, None) for batch in batches])
    statistics = dict(theirs.named_buffers())
    for name, own in ours.named_buffers():
        if "running" in name:
            assert torch.allclose(own, statistics[name], rtol=1e-3, atol=1e-4), name
