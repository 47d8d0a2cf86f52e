"""The cash forecast, and its trial on the past."""
