"""The staff area: pages only, one module per noun, all behind one guard."""
