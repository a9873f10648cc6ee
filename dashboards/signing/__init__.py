"""The page of a decision as a paper, where whoever decided signs it; coming in by E-IMZO: `account.eimzo`."""
