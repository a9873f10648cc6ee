"""Relatives that do not exist: telephones that sign in, ask, lose their network and try again."""
