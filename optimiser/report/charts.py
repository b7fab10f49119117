"""Charts of plans: workload by district, officers by hour, the time split, the search, the response."""

from optimiser.report.chart import ChartStyle
from optimiser.report.chart_assignment import response_chart
from optimiser.report.chart_search import progress_chart
from optimiser.report.chart_sectors import workload_chart
from optimiser.report.chart_shifts import officers_chart, split_by_hour_chart, split_by_shift_chart
from optimiser.report.chart_strength import strength_chart
from optimiser.report.sheet import save

__all__ = [
    "ChartStyle",
    "officers_chart",
    "progress_chart",
    "response_chart",
    "save",
    "split_by_hour_chart",
    "split_by_shift_chart",
    "strength_chart",
    "workload_chart",
]
