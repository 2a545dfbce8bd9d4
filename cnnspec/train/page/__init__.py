"""The report of a run: one self-contained page, and its figures as files beside it."""

from .building import PageOptions, Report, build_report
from .writing import write_report

__all__ = ["PageOptions", "Report", "build_report", "write_report"]
