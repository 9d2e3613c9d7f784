"""The built-in super-networks by name, and the function that makes a config's ``supernet``."""

import inspect
from collections.abc import Mapping
from typing import Any, TypeGuard

from archfront.core.extras import explained
from archfront.core.objective import Objective
from archfront.core.registry import ConfigError, find, nearest, shown, told
from archfront.core.supernet import SuperNetwork
from archfront.core.working_folder import kept_folder

SUPERNETS = {
    "embedded_mobilenetv3": "archfront.supernets.embedded.vision:EmbeddedMobileNetV3",
    "embedded_resnet": "archfront.supernets.embedded.vision:EmbeddedResNet",
    "embedded_transformer": "archfront.supernets.embedded.translation:EmbeddedTransformer",
    "hat_wmt14_ende": "archfront.supernets.transformer.hat:WMT14EnDe",
    "hat_wmt14_enfr": "archfront.supernets.transformer.hat:WMT14EnFr",
    "hat_wmt19_ende": "archfront.supernets.transformer.hat:WMT19EnDe",
    "hat_iwslt14_deen": "archfront.supernets.transformer.hat:IWSLT14DeEn",
    "ofa_mbv3_w1.0": "archfront.supernets.convolutional.ofa:MobileNetV3W10",
    "ofa_mbv3_w1.2": "archfront.supernets.convolutional.ofa:MobileNetV3W12",
    "ofa_resnet50": "archfront.supernets.convolutional.ofa:ResNet50",
    "ofa_proxyless_w1.3": "archfront.supernets.convolutional.ofa:ProxylessNASW13",
}


def supernet(given: Mapping | str) -> SuperNetwork:
    """The super-network of an experiment's config, of a name, or of a mapping of name and options.

    ConfigError for an unknown name or option, for a class that raises an exception, and for
    something else than a :class:`SuperNetwork` or a subclass of it, which is not called.
    """
    if isinstance(given, Mapping) and "supernet" in given:
        given = given["supernet"]
    options = {} if isinstance(given, str) else dict(given)
    name = options.pop("name", given)
    made = find("supernet", name, SUPERNETS)
    if not isinstance(made, SuperNetwork) and not _is_class(made):
        raise ConfigError(
            f"supernet: {name!r} is no SuperNetwork but {told(made)}; allowed: a class that "
            "extends archfront.SuperNetwork, or an object of such a class"
        )
    known = options_of(made)
    for option in options:
        if option not in known:
            raise ConfigError(
                f"supernet.{shown(option)}: {name!r} has no such option; allowed: "
                f"{', '.join(['name', *known])}{nearest(option, known)}"
            )
    try:
        with explained(), kept_folder():
            network: object = made(**options) if isinstance(made, type) else made
    except ConfigError:
        raise
    except (Exception, SystemExit) as error:  # the user's class may raise any exception
        raise ConfigError(f"supernet: {name!r}: {type(error).__name__}: {error}") from error
    if not isinstance(network, SuperNetwork):
        raise ConfigError(f"supernet: {name!r} gave no SuperNetwork but {told(network)}")
    return network


def own_objectives(given: Mapping[str, object] | str) -> dict[str, str]:
    """The objectives that are attributes of the class that the config's ``supernet`` names: their
    references, by the name of the attribute and by the name of the objective. Empty for a class
    that cannot be imported."""
    name, kind = _name(given), _class_of(given)
    found: dict[str, str] = {}
    for attribute, value in inspect.getmembers_static(kind):
        if isinstance(value, Objective):
            reference = f"{SUPERNETS.get(name, name)}.{attribute}"
            found |= {attribute: reference, value.name: reference}
    return found


CHECKPOINT = "checkpoint"
"""The option of a super-network that names a file of its weights."""


def with_checkpoint(given: Mapping[str, object] | str, path: str) -> dict[str, object]:
    """The config's ``supernet`` with the weights in this file."""
    named = {"name": given} if isinstance(given, str) else given
    return {**named, CHECKPOINT: path}


def trainable(given: Mapping[str, object] | str) -> bool:
    """Whether the class that the config's ``supernet`` names can be trained: it has the method
    ``fine_tune`` and an option for the trained weights. False for a class that cannot be
    imported."""
    made = _class_of(given)
    own = made.fine_tune is not SuperNetwork.fine_tune
    return own and CHECKPOINT in options_of(made)


def option(given: Mapping[str, Any] | str, name: str) -> Any:
    """The value of an option of the config's ``supernet``, given or by default; None for a class
    without it."""
    if not isinstance(given, str) and name in given:
        return given[name]
    known = inspect.signature(_class_of(given)).parameters
    default = known[name].default if name in known else None
    return None if default is inspect.Parameter.empty else default


def may_know_everything(given: Mapping[str, object] | str) -> bool:
    """Whether the class that the config's ``supernet`` names has the method ``everything``. The
    class is not called, since its data may be elsewhere."""
    return _class_of(given).everything is not SuperNetwork.everything


def options_of(made: object) -> list[str]:
    """The names of the options of a class of super-networks. Any other object has none."""
    return list(inspect.signature(made).parameters) if _is_class(made) else []


def _name(given: Mapping[str, object] | str) -> str:
    return str(given if isinstance(given, str) else given["name"])


def _class_of(given: Mapping[str, object] | str) -> type[SuperNetwork]:
    """The class that the config's ``supernet`` names, or whose object it names. The base class for
    a class that cannot be imported, and for something else."""
    try:
        made = find("supernet", _name(given), SUPERNETS)
    except ConfigError:
        return SuperNetwork
    kind = made if isinstance(made, type) else type(made)
    return kind if _is_class(kind) else SuperNetwork


def _is_class(made: object) -> TypeGuard[type[SuperNetwork]]:
    return isinstance(made, type) and issubclass(made, SuperNetwork)
