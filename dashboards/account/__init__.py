"""One's own account: signing in, by password, provider or E-IMZO, and its second factors and sessions."""
