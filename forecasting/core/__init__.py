"""What every wing speaks in: errors, column names, settings, locations, periods, the panel and its calendar, arrays, numbers and dates as text."""
