"""A plug-in module that has a super-network and an objective."""

from instant import Instant

from archfront.core.objective import Objective


class Net(Instant):
    pass


class Cost(Objective):
    def exact(self, supernet, population):
        return supernet.exact("macs", population)


cost = Cost("cost", "Cost", "$ per $1", False, "exact", False, 1)
