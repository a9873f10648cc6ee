"""Identifiers that more than one package speaks of."""

from typing import NewType

UserId = NewType("UserId", int)
PersonId = NewType("PersonId", int)
DeviceId = NewType("DeviceId", int)
OrderId = NewType("OrderId", int)
RelativeId = NewType("RelativeId", int)
HandsetId = NewType("HandsetId", int)
"""A telephone or browser on which a relative is signed in."""
