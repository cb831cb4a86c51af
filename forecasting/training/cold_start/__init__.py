"""Series too new for any model of their own."""
