"""Many people at once: the fold of `rules.walk` over batches, their geometry measured together."""

from geofence.engine.board import Board, Judged

__all__ = ["Board", "Judged"]
