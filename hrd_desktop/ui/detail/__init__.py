"""The right-hand pane: one item's preview, record, findings and custody."""
