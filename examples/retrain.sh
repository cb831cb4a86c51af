#!/bin/sh
# Merges a sales file, retrains, and shows the progress as it comes; ends with 0 once the new version is live, else with 1 and the reason.
# Call: [SHELFCAST_URL=https://shop.example] [FORECASTING_API_TOKEN=...] sh retrain.sh sales.csv [epochs=50 horizon=90 ...]
set -eu
url=${SHELFCAST_URL:-http://127.0.0.1:8501}
file=${1:?Name the sales file.}
shift
for field in "$@"; do
    shift
    set -- "$@" --form-string "$field"
done

# The token goes through a pipe: on the command line everybody who is logged in could read it.
printf '%s' "${FORECASTING_API_TOKEN:+Authorization: Bearer $FORECASTING_API_TOKEN}" |
    curl --no-buffer --silent --show-error --header @- --form "file=@\"$file\"" "$@" "$url/api/retrain" | {
    code=1 told= return=$(printf '\r')
    while IFS= read -r line || [ -n "$line" ]; do
        line=${line%"$return"}
        case $line in
            'data: {"type": "result", "data": {"status": "success"'*) code=0 && printf '%s\n' "${line#data: }" ;;
            'data: {"type": "progress", "data": "'*) text=${line#*\"data\": \"} && printf '%s\n' "${text%%\", \"stage\"*}" ;;
            id:* | retry:* | :* | '') ;;
            *) told=yes && printf '%s\n' "${line#data: }" >&2 ;; # how it failed, or what is wrong with the request
        esac
    done
    [ "$code$told" != 1 ] || echo "The connection was lost. A retraining that had begun goes on: see $url/api/jobs" >&2
    exit "$code"
}
