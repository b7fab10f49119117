"""The shelf of formulations: one file or folder each, listed in ``catalogue.py``."""
