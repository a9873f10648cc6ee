"""E-MUROJAAT: what people say to the service and what it answers: appeals, relatives, receipts."""
