"""Formulations of team rosters."""
