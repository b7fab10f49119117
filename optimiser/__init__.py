"""Police sector design, shift staffing and assignment: questions, data, engine and evaluation.

Formulations live in ``optimiser_models``, screens in ``optimiser_apps``.
"""

__version__ = "0.1.0"
