"""Pages on which somebody signs with E-IMZO: to come in, or to show who they are once more."""
