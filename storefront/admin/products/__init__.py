"""The goods desk: the list of products, the editor, pictures and stock."""
