"""People who sign in: staff today, customers later. Second factors, roles and permissions, sessions, limits."""
