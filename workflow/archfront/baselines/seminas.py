"""SemiNAS: gradient ascent on the codes of a sequence model of sub-networks.

Luo et al., "Semi-Supervised Neural Architecture Search", NeurIPS 2020. An LSTM encodes a
sub-network's parameters one after the other, a perceptron predicts the quality from the mean code,
and an LSTM with attention decodes the code. The model is trained on the measurements. Its
predictions then label thousands of random sub-networks, and the model is trained on both. The codes
of the best sub-networks follow the gradient of the predicted quality, with longer and longer steps.
The batch takes the first new sub-networks that the codes decode to.

The sizes, the weights of the losses and the scaling of quality to values between 0 and 1 are as
published. The published trainings take 10,000 and 1,000 epochs. Here each training takes
:data:`STEPS` batches, at ten times the published learning rate.
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from archfront.core.space import SearchSpace
from archfront.predictors.predictor import standardised
from archfront.search.tactic import Tactic

HIDDEN, PERCEPTRON = 16, 64
STEPS, BATCH, LEARNING_RATE = 1_000, 100, 1e-2
PREDICTION_WEIGHT = 0.8
"""Weight of the predictor's loss. The weight of the decoder's loss is 1 minus this weight."""
UNLABELLED = 4_000
TOP = 100
FARTHEST = 30
"""Number of step lengths of the ascent: 1, 2, ... times :data:`STRIDE`."""
STRIDE = 10.0


class SemiNAS(Tactic):
    """A single-objective search: it uses the first objective only. Decoded sub-networks beyond the
    bounds on exact objectives are left out."""

    def propose(self, count: int, seed: int) -> np.ndarray:
        own, there = self.supernet.space, self.there()
        measured, goal = self.measured[there], self._goodness()
        unlabelled = self.space.convert(
            self.space.sample(min(UNLABELLED, self.space.size), seed), own
        )
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            model = trained(own, measured, goal, unlabelled, STEPS)
            best = measured[np.argsort(-goal, kind="stable")[:TOP]]
            found = [
                self._usable(model.climbed(best, STRIDE * step)) for step in range(1, FARTHEST + 1)
            ]
        return self.new(np.concatenate(found), count, seed)

    def _goodness(self) -> np.ndarray:
        """The first objective of the complete measurements, standardised, higher is better: float64
        ``n``. Rows beyond the bounds count as the worst row within."""
        return -standardised(self.first_cost())[0]

    def _usable(self, rows: np.ndarray) -> np.ndarray:
        """The rows that ``space`` contains and that are within the bounds on exact objectives, as
        rows of ``space``."""
        own = self.supernet.space
        fit = self.may_be_measured(rows) & own.contained_in(rows, self.space)
        return own.convert(rows[fit], self.space)


State = tuple[torch.Tensor, torch.Tensor]
"""The state of an LSTM: its hidden values and its cells."""


class SequenceModel(nn.Module):
    """Encoder, predictor and decoder of sequences of tokens, one token per parameter. The token is
    0 where the parameter is inactive, else the index of its value plus 1."""

    legal: torch.Tensor

    def __init__(self, space: SearchSpace):
        super().__init__()
        self.space = space
        values = int(space.cardinalities.max()) + 1
        self.embedding = nn.Embedding(values + 1, HIDDEN)  # the last token begins a sequence
        self.encoder = nn.LSTM(HIDDEN, HIDDEN, batch_first=True)
        self.predictor = nn.Sequential(
            nn.Linear(HIDDEN, PERCEPTRON), nn.ReLU(), nn.Linear(PERCEPTRON, 1)
        )
        self.decoder = nn.LSTM(HIDDEN, HIDDEN, batch_first=True)
        self.output = nn.Linear(2 * HIDDEN, values)
        legal = np.arange(values)[None] <= space.cardinalities[:, None]
        self.register_buffer("legal", torch.from_numpy(legal))

    def tokens(self, population: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(self.space.canonical(population).astype(np.int64) + 1)

    def encode(self, tokens: torch.Tensor) -> torch.Tensor:
        """Codes of unit length, one per parameter: ``n x p x HIDDEN``."""
        return functional.normalize(self.encoder(self.embedding(tokens))[0], dim=-1)

    def predict(self, codes: torch.Tensor) -> torch.Tensor:
        return self.predictor(codes.mean(dim=1))[:, 0]

    def decode(
        self, codes: torch.Tensor, before: torch.Tensor, state: State | None = None
    ) -> tuple[torch.Tensor, State]:
        """Scores of each token at the place after each token of ``before`` (``n x t``): ``n x t x
        tokens``; and the state of the decoder, for the next call."""
        state = self._start(codes) if state is None else state
        outputs, state = self.decoder(self.embedding(before), state)
        attended = torch.softmax(outputs @ codes.transpose(1, 2), dim=-1) @ codes
        return self.output(torch.cat([outputs, attended], dim=-1)), state

    @staticmethod
    def _start(codes: torch.Tensor) -> State:
        mean = codes.mean(dim=1)[None].contiguous()
        return mean, mean

    def begin(self, rows: int) -> torch.Tensor:
        return torch.full((rows, 1), self.embedding.num_embeddings - 1)

    def climbed(self, population: np.ndarray, distance: float) -> np.ndarray:
        """The sub-networks that the population's codes decode to after one step of ``distance``
        times the gradient of the predicted quality. A sub-network has the most probable legal
        values: int16 ``n x p``, not blanked."""
        codes = self.encode(self.tokens(population)).detach().requires_grad_()
        (slope,) = torch.autograd.grad(self.predict(codes).sum(), codes)
        with torch.inference_mode():
            codes = functional.normalize(codes + distance * slope, dim=-1)
            last, state, rows = self.begin(len(population)), None, []
            for place in range(len(self.space)):
                scores, state = self.decode(codes, last, state)
                scores = scores[:, 0].masked_fill(~self.legal[place], -torch.inf)
                last = scores.argmax(dim=1, keepdim=True)
                # A row has a value also where the parameter will turn out to be inactive.
                rows.append(scores[:, 1:].argmax(dim=1))
        return torch.stack(rows, dim=1).numpy().astype(np.int16)


def trained(
    space: SearchSpace,
    measured: np.ndarray,
    goodness: np.ndarray,
    unlabelled: np.ndarray,
    steps: int,
) -> SequenceModel:
    """The model after two trainings of ``steps`` batches each.

    The first training uses the measured rows and their standardised ``goodness`` (higher is
    better). The second training also uses the ``unlabelled`` rows, with the model's predictions for
    them. Half of each batch comes from either source.
    """
    torch.set_num_threads(1)
    model = SequenceModel(space)
    known = model.tokens(measured), torch.from_numpy(goodness).float()
    _train(model, [known], steps)
    more = model.tokens(unlabelled)
    with torch.inference_mode():
        guessed = model.predict(model.encode(more))
    _train(model, [known, (more, guessed.clone())], steps)
    return model.eval()


def _train(
    model: SequenceModel, sources: list[tuple[torch.Tensor, torch.Tensor]], steps: int
) -> None:
    """Train the model for ``steps`` batches. A batch has equally many rows of each source."""
    optimiser = torch.optim.Adam(model.parameters(), LEARNING_RATE)
    for _ in range(steps):
        rows = [torch.randint(len(tokens), (BATCH // len(sources),)) for tokens, _ in sources]
        tokens = torch.cat([s[0][r] for s, r in zip(sources, rows, strict=True)])
        target = torch.cat([s[1][r] for s, r in zip(sources, rows, strict=True)])
        codes = model.encode(tokens)
        before = torch.cat([model.begin(len(tokens)), tokens[:, :-1]], dim=1)
        scores, _ = model.decode(codes, before)
        rebuilt = functional.cross_entropy(scores.flatten(0, 1), tokens.flatten())
        off = functional.mse_loss(torch.sigmoid(model.predict(codes)), torch.sigmoid(target))
        loss = PREDICTION_WEIGHT * off + (1 - PREDICTION_WEIGHT) * rebuilt
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
