"""Values of the field: sides, orders, fills, positions, messages and the arithmetic on them."""
