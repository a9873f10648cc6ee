"""Signing in through another identity provider: OpenID Connect, OneID with a flow of its own, or E-IMZO."""
