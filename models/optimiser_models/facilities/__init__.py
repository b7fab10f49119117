"""Formulations of facilities."""
