#!/bin/sh
# Exercises. Each NN_name.patch beside this file takes one rule of the program away, in a copy of it, and says which tests
# turn red. README.md there is the page for whoever does them, TEACHER.md the one for whoever sets them.
#
#   sh tests/exercises/exercise.sh try 7         takes it away, unless that was done before, and runs the tests
#   sh tests/exercises/exercise.sh solution 7    what the program has there, beside what you have
#   sh tests/exercises/exercise.sh fits          every patch can be applied
#   sh tests/exercises/exercise.sh check [7 ...] of these, or of all: exactly the tests that it names turn red
set -eu

HERE=tests/exercises
TARGET=${TARGET:-$(pwd)/target}
SCRATCH=$TARGET/exercises

fail() {
    echo "exercises: $1" >&2
    exit 1
}
[ -f "$HERE/exercise.sh" ] || fail "run it from the top of the project"
command -v git >/dev/null || fail "needs git, which applies the patches"

patch_of() { # number
    number=$(printf '%02d' "${1#0}" 2>/dev/null) || fail "say which: N=7"
    set -- "$HERE/$number"_*.patch
    [ -f "$1" ] || fail "there is no exercise $number: see $HERE/README.md"
    echo "$1"
}

# What a patch says above its first file: the lines of this word.
said() { # patch, word
    sed -n "/^diff /q; s/^$2: //p" "$1"
}

# Applies a patch to what lies in a folder. That this is within a repository is none of git's business.
apply() { # folder, patch
    patch=$(pwd)/$2
    (cd "$1" && GIT_CEILING_DIRECTORIES=$(dirname "$1") git apply "$patch")
}

copy() { # patch; the folder with a fresh copy of the program, without the rule
    place=$SCRATCH/$(basename "$1" .patch)
    rm -rf "$place"
    mkdir -p "$place"
    cp -r Cargo.toml Cargo.lock README.md src tests "$place"
    [ ! -d .cargo ] || cp -r .cargo "$place"
    # By its version cargo tells apart what it builds of the program and of the copy, though all lies in one place.
    number=$(basename "$1" | sed 's/^0*\([0-9]*\)_.*/\1/')
    sed "1,/^version = / s/^\(version = \".*\)\"/\1-exercise$number\"/" Cargo.toml >"$place/Cargo.toml"
    apply "$place" "$1"
}

# Runs unit tests in a folder, whose names begin with one of these; prints the names of those that fail, sorted.
red() { # folder, names
    place=$1
    shift
    output=$place.log
    (cd "$place" && cargo test --quiet --target-dir "$TARGET" --no-run --lib) >"$output" 2>&1 ||
        { cat "$output" >&2 && fail "it does not compile"; }
    (cd "$place" && cargo test --target-dir "$TARGET" --lib -- "$@") >"$output" 2>&1 || true
    grep -q '^test result:' "$output" || { cat "$output" >&2 && fail "the tests did not run to their end"; }
    sed -n 's/^test \(.*\) \.\.\. FAILED$/\1/p' "$output" | sort
}

try() { # number
    patch=$(patch_of "$1")
    place=$SCRATCH/$(basename "$patch" .patch)
    if [ ! -d "$place" ]; then
        copy "$patch"
        sed '/^diff /,$d; /^Red: /d; /^Script: /d' "$patch"
    fi
    echo "The tests run; that takes a minute or two."
    still=$(red "$place" $(said "$patch" Red))
    story "$place" "$(said "$patch" Script)"
    if [ -n "$still" ]; then
        echo "Red:"
        echo "$still" | sed 's/^/  /'
        echo "What a test says is in $place.log. Put the rule back in"
        sed -n "s|^+++ b/|  $place/|p" "$patch"
        echo "and run this again; what the program has there, shows: make solution N=$1"
    else
        echo "All green: the rule is back. (To begin anew, remove $place.)"
    fi
}

# How a story of the simulator is told now, where that differs.
story() { # folder, name of the script
    log=$1.story
    if (cd "$1" && FILE=tests/sim/scripts/$2 cargo test --quiet --target-dir "$TARGET" --test sim -- \
        --nocapture --ignored --exact diagrams::tell) >"$log" 2>&1; then
        sed '1,/^running 1 test$/d; /^test result/,$d' "$log" | sed '/^\.\{0,1\}$/d' >"$log.told"
        changed=$(sed '/^$/d' "tests/sim/scripts/$2" | git --no-pager diff --no-index - "$log.told" | sed '1,/^@@/d')
        echo "${changed:-The story $2 is told as before.}"
    else
        echo "The story $2 cannot be told any more: $log says why."
    fi
}

solution() { # number
    patch=$(patch_of "$1")
    place=$SCRATCH/$(basename "$patch" .patch)
    [ -d "$place" ] || copy "$patch"
    for file in $(sed -n 's|^+++ b/||p' "$patch"); do
        git --no-pager diff --no-index --no-prefix "$place/$file" "$file" || true
    done
}

fits() {
    for patch in "$HERE"/*.patch; do
        git apply --check "$patch" || fail "$patch does not fit any more: make it anew"
    done
    echo "every exercise fits"
}

check() { # numbers
    for number in "$@"; do
        patch=$(patch_of "$number")
        copy "$patch"
        place=$SCRATCH/$(basename "$patch" .patch)
        turned=$(red "$place" node:: protocol::)
        [ "$turned" = "$(said "$patch" Red | sort)" ] || fail "$patch turns other tests red than it says:
$turned"
        echo "$(basename "$patch" .patch): red as it says: $(echo "$turned" | wc -l)"
        rm -rf "$place" "$place".*
    done
}

all() {
    for patch in "$HERE"/*.patch; do basename "$patch" | sed 's/_.*//'; done
}

what=${1:-}
[ $# -eq 0 ] || shift
case $what in
try | solution) "$what" "${1:-}" ;;
fits) fits ;;
check) if [ $# -gt 0 ]; then check "$@"; else check $(all); fi ;;
*) fail "say what: try, solution, fits or check" ;;
esac
