"""Maps, charts, sheets and sentences of a plan: from (problem, result) to figures, text and files.

Nothing is computed here: every number comes from a family's measures, a result or the raw data. Figures need
the extra ``report``; :mod:`optimiser.report.words`, :mod:`optimiser.report.plans` and the summary do not.
"""
