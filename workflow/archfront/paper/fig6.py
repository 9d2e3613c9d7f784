"""Figure 6: fronts of thread counts and batch sizes, each measured on the others."""

from archfront.paper import fig5

TITLE = "Figure 6: fronts of thread counts and batch sizes, each on the others"
CAPTION = fig5.CAPTION
SAYS = """\
Within a processor, sub-networks that are optimal for one thread count and batch size are not for
others."""
ROLES = ("threads",)

inputs = fig5.inputs
table = fig5.table
draw = fig5.draw
