"""One customer's page: their landed rows, the effect of each, and the figures they count in, for checks by hand.

It reads the published tables and writes nothing, to no file and no log.
"""

from orchestration.explain.events import event_lines, read_events
from orchestration.explain.figures import figure_lines
from orchestration.explain.others import other_lines
from orchestration.explain.person import find_person, person_lines
from orchestration.explain.states import read_course, state_lines
from orchestration.warehouses import Warehouse


def explanation(warehouse: Warehouse, business: str, customer: str) -> list[str]:
    """Explain a customer.

    Args:
        warehouse: where the figures are published.
        business: id of the business.
        customer: id of the customer, or of one who was merged into them.

    Returns:
        The lines of the page.

    Raises:
        WinbackError: nothing is published, or there is no such business or customer.
    """
    with warehouse.reader() as reader:
        person = find_person(reader, business, customer)
        course = read_course(reader, person)
        sections = {
            "Who": person_lines(person),
            "Events, in the order in which they apply": event_lines(read_events(reader, person), course, person),
            "States": state_lines(course, person),
            **other_lines(reader, person),
            "Part of these figures (segment 'all')": figure_lines(course, person),
        }
    lines = []
    for title, own in sections.items():
        lines += ["", title, "-" * len(title), *own] if own else ["", f"{title}: none"]
    return lines[1:]
