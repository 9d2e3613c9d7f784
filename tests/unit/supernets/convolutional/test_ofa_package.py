import sys

import pytest

from archfront.supernets.convolutional.ofa_package import channels_rounded_to, import_ofa


def rounded(width):
    """The width that the package makes of a width."""
    from ofa.utils import MyNetwork, make_divisible

    return make_divisible(width, MyNetwork.CHANNEL_DIVISIBLE)


def test_the_elastic_networks_are_imported_without_the_data_loader():
    networks = import_ofa()
    assert {"OFAMobileNetV3", "OFAProxylessNASNets", "OFAResNets"} <= set(vars(networks))
    loader = sys.modules["ofa.utils.my_dataloader"]
    assert getattr(loader, "__file__", None) is None and import_ofa() is networks


def test_widths_are_rounded_to_the_divisor_within_the_context_only():
    import_ofa()
    assert rounded(21) == 24
    with channels_rounded_to(1):
        assert rounded(21) == 21
        with channels_rounded_to(4):
            assert rounded(22) == 24
        assert rounded(21) == 21
    assert rounded(21) == 24


def test_an_error_ends_the_context():
    import_ofa()
    with pytest.raises(ZeroDivisionError), channels_rounded_to(1):
        raise ZeroDivisionError
    assert rounded(21) == 24
