"""What people see: a script for each page, and the parts that pages are made of."""
