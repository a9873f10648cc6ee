"""What a person's own file holds, in the order in which it is printed: one line a topic."""

from typing import Final

from inmates.handover import sections
from inmates.handover.model import Identify, Sections
from messaging.relatives.kinship import section

SECTIONS: Final[Sections] = {
    "photos": sections.photos,
    "custody": sections.custody,
    "sentence": sections.sentence,
    "orders": sections.orders,
    "conduct": sections.conduct,
    "work": sections.work,
    "consequences": sections.consequences,
    "relatives": section.relatives,
}
"""Health and psychology are closed compartments: their professions give the person that part themselves."""
IDENTIFY: Final[Identify] = sections.identify
