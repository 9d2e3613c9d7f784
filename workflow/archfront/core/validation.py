"""The device and the arithmetic in which quality is validated, and whether this host has them."""

from archfront.core.platform import check_gpu, processor_has_bf16
from archfront.core.types import Config

PRECISIONS = "fp32", "tf32", "bf16", "fp16"
"""The values of ``measurement.validation_precision``."""
ON_A_PROCESSOR = "fp32", "bf16"
DEVICE, PRECISION = "measurement.validation_device", "measurement.validation_precision"


def precision_of(settings: Config) -> str:
    """The precision of a validation: ``validation_precision`` of the settings, otherwise fp32."""
    precision: str = settings.get("validation_precision", "fp32")
    return precision


def check_validation(settings: Config) -> None:
    """ValueError with the key, the value and the allowed values, if this host lacks the device or
    the device lacks the precision."""
    device, precision = settings["validation_device"], precision_of(settings)
    if device != "cpu":
        check_gpu(DEVICE, device)
    able = possible_precisions(device)
    if precision not in able:
        raise ValueError(
            f"{PRECISION} = {precision!r}: {device} of this host has no such arithmetic; allowed: "
            f"{', '.join(able)}"
        )


def possible_precisions(device: str) -> list[str]:
    """The precisions that the device of this host computes in. This host must have the device."""
    if device == "cpu":
        return [name for name in ON_A_PROCESSOR if name == "fp32" or processor_has_bf16()]
    import torch

    ampere = torch.cuda.get_device_capability(device) >= (8, 0)
    with torch.cuda.device(device):
        bf16 = torch.cuda.is_bf16_supported(including_emulation=False)
    has = {"fp32": True, "tf32": ampere, "bf16": bf16, "fp16": True}
    return [name for name in PRECISIONS if has[name]]


def must_be_here(settings: Config, missing: int, of: int) -> None:
    """ValueError if ``missing`` of ``of`` validations are not in the store and this host cannot
    take them."""
    try:
        check_validation(settings)
    except ValueError as error:
        raise ValueError(
            f"{error}; {missing} of {of} measurements are not in the store: take them on a host "
            "that has it, and import what `archfront store export` writes"
        ) from None
