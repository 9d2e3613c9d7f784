"""Search: fronts, operators, evolution, what to measure next."""
