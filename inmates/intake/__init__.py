"""Bulk import: files of people, custody and writs, row by row, each row with its outcome."""
