"""An order as a supplier gets it: PDF, XLSX, CSV, a page to print, the text of an e-mail, and JSON for programs."""
