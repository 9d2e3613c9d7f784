"""Measurements of one torch module: latency, top-1, batch norm, BLEU, NASWOT, runtimes, memory."""
