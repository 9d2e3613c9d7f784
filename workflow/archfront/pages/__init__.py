"""The graphical way in: pages to set up, run, explore and take home, on NiceGUI.

What a page does, the command line does as well: experiments are files in ``experiments/``, runs are
``workflow/run.py``, stops and exports are Snakemake's own targets.
"""
