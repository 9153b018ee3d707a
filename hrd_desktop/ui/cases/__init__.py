"""The Cases section: matters, their exhibits and the people in them."""
