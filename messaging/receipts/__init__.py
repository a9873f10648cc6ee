"""The receipt of an appeal: signed, checkable without us, and opened by a code that we do not keep."""
