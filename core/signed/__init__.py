"""Decisions under which humans put their own signature (E-IMZO), kept beside it and proved by one file.

Each topic says what its decision is (a `Kind`). Whether a signature holds, `core.pkcs7` says; what the
platform itself signs, the statement around such a file too, is `core.signing`. ADR-0053."""
