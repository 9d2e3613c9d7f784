"""The names of the built-in kinds of predictors (:mod:`archfront.predictors.predictor`)."""

MEMBERS = ("ridge", "svr", "gaussian_process")
"""Members of the kind ``ensemble``. Its prediction is the mean of their predictions."""
KINDS = (*MEMBERS, "gradient_boosting", "mlp", "ensemble")
AUTO, QUICK = "auto", ("ridge", "gaussian_process")
"""The kind that chooses, and the kinds that it chooses among. The leave-one-out errors of these
kinds have a closed form, so the choice takes a fraction of a second."""

LIVE = "live"
"""Kind of an objective that is measured within the search
(:mod:`archfront.search.live_measurement`)."""
LOOK_UP = "look_up"
"""Kind of an objective that a look-up table predicts (:mod:`archfront.predictors.look_up`)."""
UNTRAINED = LOOK_UP, LIVE
