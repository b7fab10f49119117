"""Formulations of the shift design question: few different shifts with little shortage and surplus."""
