"""The report of a run: one self-contained page, and its figures as files beside it."""

from .building import PageOptions, Report, build_report
from .writing import check_report_folder, write_report

__all__ = ["PageOptions", "Report", "build_report", "check_report_folder", "write_report"]
