"""What a person learns: courses, attendance, results, certificates, and books that count."""
