"""Whether a PKCS#7 (CMS) signature of a human holds, as E-IMZO makes them: checked here or by its server."""
