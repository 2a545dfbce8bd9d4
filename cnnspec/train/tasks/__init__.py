"""What an output of a network is about, and what its raw numbers mean."""

from .base import Scored, Task
from .boxes import BoxTask, overlaps
from .classes import ClassTask
from .labels import LabelTask
from .numbers import NumberTask, PointTask

__all__ = ["BoxTask", "ClassTask", "LabelTask", "NumberTask", "PointTask", "Scored", "Task", "overlaps"]
