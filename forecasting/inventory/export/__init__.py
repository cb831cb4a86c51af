"""Orders to take away: tables and a workbook with live formulas."""
