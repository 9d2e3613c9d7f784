"""Super-networks that are elastic Transformers, for any translation task."""

from abc import abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from archfront.core.files import write_json
from archfront.core.platform import Platform
from archfront.core.space import Configuration
from archfront.core.supernet import Reading
from archfront.core.types import Settings
from archfront.supernets.timed import TimedModules
from archfront.supernets.transformer.transformer import BEAM, Costs, Geometry, search_space
from archfront.tasks.parallel_text import ParallelText

if TYPE_CHECKING:
    from archfront.supernets.timed import Parts
    from archfront.supernets.transformer.elastic_transformer import ElasticTransformer, Transformer


class Translator(TimedModules):
    """Costs, measurement and export. Torch is imported only in the methods that need it."""

    quality = "bleu"

    def __init__(self, geometry: Geometry):
        self.geometry, self.space = geometry, search_space(geometry)
        self._costs = Costs(self.space, geometry)

    @abstractmethod
    def network(self) -> "ElasticTransformer":
        """The elastic torch module with its weights, loaded once."""

    @abstractmethod
    def text(self, settings: dict) -> ParallelText:
        """The parallel text for BLEU."""

    def exact(self, objective: str, population: np.ndarray) -> np.ndarray:
        forms = {"macs": self._costs.macs, "params": self._costs.params}
        if objective not in forms:
            raise ValueError(f"{objective} is not known of a Transformer")
        return forms[objective](population)

    def stage_features(self, population: np.ndarray) -> np.ndarray:
        return self._costs.stages(population)

    def context(self, objective: str, settings: dict) -> dict:
        if objective == "latency":
            return {"tokens": self.geometry.tokens, "beam": BEAM}
        return {
            "scorer": settings["scorer"],
            "beam": settings["beam"],
            "length_penalty": settings["length_penalty"],
        } | self.arithmetic(settings, objective)

    def qualities(
        self, configurations: list[Configuration], settings: Settings
    ) -> Iterator[Reading]:
        from archfront.supernets.transformer.translation_evaluation import corpus_bleu

        text = self.text(settings)
        for configuration in configurations:
            yield corpus_bleu(self.extract(configuration), text, settings)

    def parts(self, configurations: list[Configuration], platform: Platform) -> "list[Parts]":
        import torch

        if platform.runtime == "onnxruntime":
            raise ValueError("runtime onnxruntime is not for translation, which decodes in steps")
        from archfront.supernets.transformer.translation_evaluation import Decoding, Encoding

        given = platform.batch_size, self.geometry.tokens
        found: list[Parts] = []
        for configuration in configurations:
            model = self.extract(configuration)
            with torch.inference_mode():
                decoding = Decoding(model, *given)
            found.append({"encoder": (Encoding(model, *given), ()), "decoder": (decoding, ())})
        return found

    def extract(self, configuration: Configuration) -> "Transformer":
        """The static sub-network (torch module)."""
        return self.network().extract(configuration)

    def export(self, configuration: Configuration, folder: Path, settings: dict) -> dict:
        """Write ``subnetwork.json``, ``geometry.json`` and ``weights.pt`` (``weights_only=True``).

        :func:`rebuild` makes the sub-network from these files. Returns the BLEU of that
        sub-network, and the scorer.
        """
        import torch

        from archfront.supernets.transformer.translation_evaluation import corpus_bleu

        write_json(folder / "subnetwork.json", configuration)
        write_json(folder / "geometry.json", vars(self.geometry))
        torch.save(self.extract(configuration).state_dict(), folder / "weights.pt")
        reading = corpus_bleu(rebuild(folder), self.text(settings), settings)
        return {"bleu": reading.value, "scorer": reading.detail["scorer"]}


def rebuild(folder: Path) -> "Transformer":
    """The sub-network from exported files alone, in evaluation mode."""
    import torch

    from archfront.core.files import read_json
    from archfront.supernets.transformer.elastic_transformer import Transformer
    from archfront.supernets.transformer.transformer import architecture

    geometry: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in read_json(folder / "geometry.json").items()
    }
    made = Transformer(Geometry(**geometry), architecture(read_json(folder / "subnetwork.json")))
    made.load_state_dict(torch.load(folder / "weights.pt", weights_only=True))
    return made.eval()
