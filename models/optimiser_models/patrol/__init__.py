"""Formulations of patrol."""
