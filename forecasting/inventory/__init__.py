"""Stock and policy in; order levels, orders, their past check, a budget, the workbook out."""
