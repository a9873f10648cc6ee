"""Electronic signatures of people: PKCS#7 (CMS) as E-IMZO makes them, checked here or by its server."""
