"""Why a forecast changed between two versions: amounts with names that add up to the change exactly."""
