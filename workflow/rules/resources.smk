# Resources of jobs: threads, GPUs, partitions, and the whole host while a latency is measured.

from archfront.core.objective import OBJECTIVES, on_platform
from archfront.predictors.kinds import LIVE


def platform_settings(wildcards):
    return experiment(wildcards)["platforms"][wildcards.platform]


def platform_threads(wildcards):
    return platform_settings(wildcards).get("threads", 1)


def platform_gpus(wildcards):
    return int(platform_settings(wildcards)["device"] != "cpu")


def platform_partition(wildcards):
    """The platform's partition of the cluster; empty for the cluster's default."""
    return platform_settings(wildcards)["partition"] or ""


def validation_gpus(wildcards):
    on_gpu = experiment(wildcards)["measurement"]["validation_device"] != "cpu"
    return int(on_gpu and bool(OBJECTIVES[wildcards.objective].precisions))


# -- searches that measure -------------------------------------------------------------------------


def live_objectives(wildcards):
    """The objectives that the search measures itself."""
    kinds = experiment(wildcards)["predictors"]
    return [name for name, kind in kinds.items() if kind == LIVE]


def live_on_platform(wildcards):
    return on_platform(live_objectives(wildcards))


def live_host(wildcards):
    """The amount of the resource ``host`` (of 100): all of it if the search measures latencies."""
    return 100 if live_on_platform(wildcards) else 1


def live_threads(wildcards):
    return platform_threads(wildcards) if live_on_platform(wildcards) else 1


def live_gpus(wildcards):
    return platform_gpus(wildcards) if live_on_platform(wildcards) else 0


def live_partition(wildcards):
    return platform_partition(wildcards) if live_on_platform(wildcards) else ""


# -- search within training ------------------------------------------------------------------------


def measured_on_platform(wildcards):
    return on_platform(validated_objectives(wildcards))


def round_host(wildcards):
    return 100 if measured_on_platform(wildcards) else 1


def round_threads(wildcards):
    return platform_threads(wildcards) if measured_on_platform(wildcards) else 1


def round_partition(wildcards):
    return platform_partition(wildcards) if measured_on_platform(wildcards) else ""


def round_gpus(wildcards):
    """The GPU of validations and of training, or that of the platform."""
    on_gpu = experiment(wildcards)["measurement"]["validation_device"] != "cpu"
    return int(on_gpu or bool(measured_on_platform(wildcards) and platform_gpus(wildcards)))
