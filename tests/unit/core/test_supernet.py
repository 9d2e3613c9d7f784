from archfront.core.supernet import SuperNetwork


def test_plug_ins_of_version_0_1_0_call_arithmetic_with_the_settings_alone():
    given = {"validation_device": "cuda:1", "validation_precision": "fp32"}
    assert SuperNetwork.arithmetic(given) == {"precision": "fp32", "device": "cuda"}
    assert SuperNetwork.arithmetic({"validation_device": "cpu"}) == {"precision": "fp32"}
