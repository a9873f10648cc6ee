"""Whether a human's signature (PKCS#7, as E-IMZO makes them) holds, and whose PINFL it bears: checked here
or by E-IMZO's server. Knows bytes and certificates, no account and no paper.

To come in by such a signature: `core.federation.eimzo`. To sign a decision: `core.signed`. What the platform
signs itself: `core.signing`."""
