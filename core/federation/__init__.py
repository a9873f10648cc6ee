"""Signing in through another identity provider: OpenID Connect, OneID with a flow of its own, or E-IMZO.

By E-IMZO somebody comes in here, or shows a second factor: they sign our words. Decisions are signed in
`core.signed`."""
