"""The command line: verbs, arguments, progress bar, schedules that hold a terminal."""
