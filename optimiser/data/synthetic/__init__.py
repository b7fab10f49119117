"""A made-up county, the same from the same seed: raw files as an agency would have them, and the truth behind."""

from optimiser.data.synthetic.county import County, Truth, county, tiny
from optimiser.data.synthetic.write import column_map, settings, write

__all__ = ["County", "Truth", "column_map", "county", "settings", "tiny", "write"]
