"""The chain: orders, and later faults and complaints."""
