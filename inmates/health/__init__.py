"""The health compartment: what doctors write for doctors, and the consequences everybody may see."""
