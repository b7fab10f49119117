"""Police sector design, shift staffing and assignment: questions, data, engine and evaluation.

Formulations live in ``optimiser_models``, screens in ``optimiser_apps``.
"""

import os

# before numpy is loaded: threads of its algebra and of the compiled loops otherwise wait for each other
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = "0.1.0"
