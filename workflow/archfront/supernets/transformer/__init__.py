"""HAT's Transformers."""
