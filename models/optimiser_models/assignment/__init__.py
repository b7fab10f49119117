"""Formulations of the family ``assignment``."""
