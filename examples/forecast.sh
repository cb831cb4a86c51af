#!/bin/sh
# Prints the forecast of a filter, as JSON with what to order, or as CSV with --csv; ends with 22 and what is wrong where there is none.
# Call: [SHELFCAST_URL=...] [FORECASTING_API_TOKEN=...] sh forecast.sh [--csv] ['{"days": 7, "product_id": "P001", "total": true}']
set -eu
url=${SHELFCAST_URL:-http://127.0.0.1:8501}
accept=application/json question='{}'
if [ "${1:-}" = --csv ]; then
    accept=text/csv
    shift
fi
[ $# -eq 0 ] || question=$1

# The token goes through a pipe: on the command line everybody who is logged in could read it.
printf '%s' "${FORECASTING_API_TOKEN:+Authorization: Bearer $FORECASTING_API_TOKEN}" |
    curl --silent --show-error --fail-with-body --header @- --header "Accept: $accept" --header "Content-Type: application/json" \
        --data "$question" "$url/api/forecast"
