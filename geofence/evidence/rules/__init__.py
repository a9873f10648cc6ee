"""What a bundle proves: trees and chains over its rows, rows named where they differ, verdicts told again."""
