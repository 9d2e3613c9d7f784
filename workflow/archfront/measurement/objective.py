"""The objectives: what is measured of a sub-network, in which unit, and which way is better."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Objective:
    """One number about a sub-network.

    evaluation:   "validation" (measured, costs time) or "exact" (closed form, costs nothing).
    per_platform: the value depends on the platform's settings and the host's processor.
    protocol:     version of how it is measured; part of every measurement's key. Raise it when the
                  numbers would change, and only then.
    """

    name: str
    label: str
    unit: str
    maximise: bool
    evaluation: str
    per_platform: bool
    protocol: int

    @property
    def axis(self) -> str:
        """Label of an axis, with the unit."""
        return f"{self.label} ({self.unit})"


OBJECTIVES = {
    objective.name: objective
    for objective in (
        Objective("top1", "Top-1 accuracy", "%", True, "validation", False, 1),
        Objective("latency", "Latency", "ms", False, "validation", True, 1),
        Objective("macs", "MACs", "millions", False, "exact", False, 1),
        Objective("params", "Parameters", "millions", False, "exact", False, 1),
    )
}
