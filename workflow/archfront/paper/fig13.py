"""Figure 13: the errors of the quality predictors of all super-networks against training rows."""

from archfront.paper import fig3, learning_curves

TITLE = "Figure 13: error of the quality predictors"
CAPTION = """\
Mean absolute percentage error (lower is better) of predicted top-1 and BLEU against the number of
training rows; mean and one standard deviation over random splits, the same test rows for every
point of a split. The first predictor of a panel is the paper's choice, the others are compared."""
SAYS = """\
Low errors from few rows, and fast convergence: ridge for top-1, SVR for BLEU. Simple predictors
need fewer rows than MLPs."""
ROLES = learning_curves.ROLES

inputs = learning_curves.inputs
draw = learning_curves.draw
table = fig3.table
