"""The graphical interface: the pages Set up, Run, Explore and Take home, drawn with NiceGUI.

The command line can do everything that a page does. Experiments are files in ``experiments/``. A
run is a process of ``workflow/run.py``. Stops and exports are targets of Snakemake.
"""
