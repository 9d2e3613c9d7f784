"""Training of the examples' super-networks by the sandwich rule: in each step the largest, the
smallest and two random sub-networks learn from one batch, each with its part of the weights."""

import sys
from functools import partial

import torch
from torch.func import functional_call

from archfront import TorchSuperNetwork, inherit, shared


class Trained(TorchSuperNetwork):
    """Sub-networks are smaller modules of the structure of a network that :func:`train` trains.

    A subclass sets ``files``, the file of the weights first, and has the method
    ``module(configuration)``, the module without these weights.
    """

    def with_weights(self, network):
        """``network`` with the trained weights if there are any."""
        if self.files[0].exists():
            network.load_state_dict(torch.load(self.files[0], weights_only=True))
        return network

    def extract(self, configuration):
        return inherit(self.module(configuration), self.network)


def train(net, loss, steps, rate=3e-3):
    """Train ``net.network``, and write its weights to the first of ``net.files``.

    ``loss(run, step)`` is the loss on the batch with the number ``step``; ``run(inputs)`` computes
    a sub-network. A step is always the same, so equal code gives equal weights.
    """
    smallest, largest = net.space.decode(net.space.extremes())
    optimiser = torch.optim.Adam(net.network.parameters(), rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, steps)
    for step in range(steps):
        optimiser.zero_grad()
        random = net.space.decode(net.space.sample(2, (0, step)))
        for configuration in (largest, smallest, *random):
            module = net.module(configuration).train()
            value = loss(partial(functional_call, module, shared(module, net.network)), step)
            value.backward()
        torch.nn.utils.clip_grad_norm_(net.network.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        if step % 50 == 49:
            print(f"step {step + 1} of {steps}, loss {value.item():.3f}", file=sys.stderr)
    net.files[0].parent.mkdir(parents=True, exist_ok=True)
    torch.save(net.network.state_dict(), net.files[0])
