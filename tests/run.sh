#!/bin/sh
# Runs all tests, two programs at a time: those with real daemons mostly wait for something, and what only reckons, the
# unit tests and the simulator, needs the processors meanwhile. What a program says is shown when it has ended; after
# the first that fails no other one is started.
#
#   make test
set -eu

if [ $# -eq 1 ]; then
    said=$(mktemp)
    name=$(basename "$1" | sed 's/-[0-9a-f]*$//')
    began=$(date +%s)
    "$1" --quiet >"$said" 2>&1 && failed= || failed=$?
    echo "== $name, $(($(date +%s) - began)) s"
    cat "$said"
    rm -f "$said"
    # Tells xargs to start no more.
    [ -z "$failed" ] || exit 255
    exit 0
fi

# Cargo says of each program whether it is a test; an example, and the program itself, are none. That all of them could be
# built is known before the first one runs.
built=$(mktemp)
trap 'rm -f "$built"' EXIT
cargo test --no-run --quiet --message-format=json-render-diagnostics >"$built"
programs=$(grep '"test":true},"features"' "$built" | sed -n 's/.*"executable":"\([^"]*\)".*/\1/p')
[ -n "$programs" ] || {
    echo "cargo does not say which test programs it has built" >&2
    exit 1
}
echo "$programs" | xargs -n 1 -P 2 sh "$0"
cargo test --quiet --doc
