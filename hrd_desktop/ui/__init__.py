"""The window: Qt widgets, models, dialogs, jobs."""
