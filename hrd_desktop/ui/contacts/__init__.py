"""The Contacts section: people and organisations to reach or protect, and what they consent to."""
