"""A relative's appeals: handing in with a receipt, reading, and what an applicant may do."""
