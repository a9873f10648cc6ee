"""The psychologists' compartment: screens, trends and notes, which nobody else can read."""
