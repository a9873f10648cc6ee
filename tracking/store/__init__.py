"""What the worker keeps of devices: reports, marks, partitions, commands; the only SQL of tracking."""

from tracking.store.absent import absent
from tracking.store.partitions import keep_partitions
from tracking.store.records import Cited, cited, reports, reports_since

__all__ = ["Cited", "absent", "cited", "keep_partitions", "reports", "reports_since"]
