"""The arithmetic of a validation: torch's switches, and the type of weights and activations."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def computing_in(precision: str) -> Iterator[None]:
    """Within the block torch's kernels on a GPU are deterministic. They multiply fp32 numbers as
    TF32 if, and only if, ``precision`` is ``tf32``."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("high" if precision == "tf32" else "highest")
    try:
        with torch.backends.cudnn.flags(True, deterministic=True, allow_tf32=precision == "tf32"):
            yield
    finally:
        torch.set_float32_matmul_precision(before)


def kept_as(precision: str) -> torch.dtype:
    """The type of weights and activations in this precision."""
    return {"bf16": torch.bfloat16, "fp16": torch.float16}.get(precision, torch.float32)
