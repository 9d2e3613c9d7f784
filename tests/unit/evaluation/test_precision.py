import pytest
import torch

from archfront.evaluation.precision import computing_in, kept_as


def switches():
    cudnn = torch.backends.cudnn
    return torch.get_float32_matmul_precision(), cudnn.allow_tf32, cudnn.deterministic


@pytest.mark.parametrize(
    ("precision", "matmul", "tf32"),
    [
        ("fp32", "highest", False),
        ("tf32", "high", True),
        ("bf16", "highest", False),
        ("fp16", "highest", False),
    ],
)
def test_fp32_numbers_are_multiplied_as_tf32_in_tf32_only(precision, matmul, tf32):
    before = switches()
    with computing_in(precision):
        assert switches() == (matmul, tf32, True)
    assert switches() == before


@pytest.mark.parametrize("usual", ["highest", "medium"])
def test_the_switches_are_set_back_after_an_error(usual):
    at_first = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision(usual)
    try:
        before = switches()
        with pytest.raises(ZeroDivisionError), computing_in("tf32"):
            raise ZeroDivisionError
        assert switches() == before and before[0] == usual
    finally:
        torch.set_float32_matmul_precision(at_first)


@pytest.mark.parametrize(
    ("precision", "kept"),
    [
        ("fp32", torch.float32),
        ("tf32", torch.float32),
        ("bf16", torch.bfloat16),
        ("fp16", torch.float16),
    ],
)
def test_half_precisions_keep_half_the_bytes(precision, kept):
    assert kept_as(precision) is kept
