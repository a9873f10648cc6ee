"""Signing in through another identity provider: OpenID Connect, or OneID with a flow of its own."""
