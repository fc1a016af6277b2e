#!/bin/sh
# Real daemons over lines as slow as those at home: four network namespaces on a bridge, of which the first one sends
# no faster than RATE. It holds all photos; two more of its group are empty, and the last one is of another group. Says
# how long everything takes, beside what the line alone needs for the photos' bytes.
#
#   make lines [RATES="2000 1000", in kbit/s]        as root, on Linux with iproute2
set -eu

RATES=${RATES:-2000 1000}
COUNT=${COUNT:-10}
PROGRAM=${PROGRAM:-$(pwd)/target/release/photomesh}
WIDTH=1200
HEIGHT=1111
BYTES=$((54 + WIDTH * 3 * HEIGHT))

fail() {
    echo "lines: $1" >&2
    exit 1
}
[ "$(id -u)" = 0 ] || fail "network namespaces can be made by root alone: run it with sudo"
command -v tc >/dev/null && command -v ip >/dev/null || fail "needs ip and tc (the package iproute2)"
[ -x "$PROGRAM" ] || fail "$PROGRAM is not there: build it first (make build)"

PLACE=$(mktemp -d)
clean_up() {
    for name in ana ben cia dov; do
        pids=$(ip netns pids "pm-$name" 2>/dev/null) && kill $pids 2>/dev/null || true
        ip netns del "pm-$name" 2>/dev/null || true
        # A namespace lives, with its end of the line, until its last process has ended.
        ip link del "pm-$name" 2>/dev/null || true
    done
    ip link del pm-bridge 2>/dev/null || true
}
trap 'clean_up; rm -rf "$PLACE"' EXIT
trap 'exit 1' INT TERM

# A number of 4 bytes, the lowest first, as octal escapes.
word() {
    printf '\\%03o\\%03o\\%03o\\%03o' $(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16 & 255)) $(($1 >> 24 & 255))
}

# A picture of noise, which nothing is similar to and nothing makes smaller.
picture() {
    printf 'BM'
    printf "$(word $BYTES)$(word 0)$(word 54)$(word 40)$(word $WIDTH)$(word $HEIGHT)\\001\\000\\030\\000"
    printf "$(word 0)$(word $((BYTES - 54)))$(word 2835)$(word 2835)$(word 0)$(word 0)"
    head -c $((BYTES - 54)) /dev/urandom
}

start() { # name, other arguments
    name=$1
    shift
    ip netns exec "pm-$name" "$PROGRAM" daemon "$PLACE/$name" --member "$PLACE/$name.member" --host 0.0.0.0 \
        --port 5000 "$@" >/dev/null 2>"$PLACE/$name.log" &
}

sent() { ip netns exec pm-ana cat /sys/class/net/line/statistics/tx_bytes; }

replicas() { find "$PLACE/ben/.photomesh/replicas" "$PLACE/cia/.photomesh/replicas" -name '*.bmp' 2>/dev/null | wc -l; }

get() { # number of the photo, and whose client wants it, if not cia's, by which name
    who=${2:-cia}
    rm -f "$PLACE/$1"
    ip netns exec "pm-$who" "$PROGRAM" get "${3:-$1.bmp}" --member "$PLACE/$who.member" --output "$PLACE/$1" \
        2>"$PLACE/get$1.log"
}

timed() { # how long a get takes, in seconds
    began=$(date +%s%N)
    get "$1" || fail "$1.bmp does not come: $(cat "$PLACE/get$1.log")"
    echo $((($(date +%s%N) - began) / 100000000)) | sed 's/.$/.&/'
}

# What another group gets at the same time is to delay those of the own one as little as can be.
beside_others() {
    start dov --super 5100 --group aveiro --link-key "$PLACE/circle" --link 10.9.0.1:5100
    for second in $(seq 60); do
        [ "$(ip netns exec pm-dov "$PROGRAM" list --group porto --member "$PLACE/dov.member" 2>/dev/null | wc -l)" -lt "$COUNT" ] || break
        sleep 1
    done
    alone=$(timed 5)
    for number in 6 7 8 9; do get $number dov porto/$number.bmp & done
    sleep 5
    printf '%6s kbit/s: a get within the group takes %s s, and %s s while another group gets four\n' "$rate" "$alone" \
        "$(timed 10)"
    kill $(ip netns pids pm-dov)
}

compare() { # what, of how many photos, seconds
    line=$(($2 * BYTES / (rate * 125)))
    printf '%6s kbit/s: %s after %s s; the line needs %s s: x %s.%02d\n' "$rate" "$1" "$3" "$line" $(($3 / line)) \
        $(($3 * 100 / line % 100))
}

run() { # kbit/s
    rate=$1
    clean_up
    rm -rf "$PLACE"/*
    ip link add pm-bridge type bridge
    ip link set pm-bridge up
    host=1
    for name in ana ben cia dov; do
        mkdir "$PLACE/$name"
        ip netns add "pm-$name"
        ip link add "pm-$name" type veth peer name line netns "pm-$name"
        ip link set "pm-$name" master pm-bridge up
        ip netns exec "pm-$name" ip addr add 10.9.0.$host/24 dev line
        ip netns exec "pm-$name" ip link set line up
        ip netns exec "pm-$name" ip link set lo up
        host=$((host + 1))
    done
    ip netns exec pm-ana tc qdisc add dev line root handle 1: tbf rate "${rate}kbit" burst 16k latency 1s
    # Not every kernel can delay what it sends.
    ip netns exec pm-ana tc qdisc add dev line parent 1: netem delay 100ms 2>/dev/null || true
    for number in $(seq "$COUNT"); do picture >"$PLACE/ana/$number.bmp"; done
    "$PROGRAM" group new "$PLACE/group" >/dev/null 2>&1
    "$PROGRAM" group new "$PLACE/others" >/dev/null 2>&1
    "$PROGRAM" circle new "$PLACE/circle" >/dev/null 2>&1
    for name in ana ben cia dov; do
        group=group
        [ $name != dov ] || group=others
        (umask 077 && "$PROGRAM" group invite "$PLACE/$group" $name >"$PLACE/$name.member" 2>/dev/null)
    done
    # Of what the first one alone has, four are wanted at a time through another one.
    start ana --copies 1 --share --super 5100 --group porto --link-key "$PLACE/circle"
    start cia --copies 1 --cache 0 --join 10.9.0.1:5000
    for second in $(seq 120); do
        [ "$(ip netns exec pm-cia "$PROGRAM" list --member "$PLACE/cia.member" 2>/dev/null | wc -l)" -lt "$COUNT" ] || break
        sleep 1
    done
    began=$(date +%s)
    waiting=
    for number in 1 2 3 4; do
        get $number &
        waiting="$waiting $!"
    done
    answered=0
    for get in $waiting; do wait "$get" && answered=$((answered + 1)); done
    compare "$answered of 4 gets at a time are answered," 4 $(($(date +%s) - began))
    beside_others
    for name in ana cia; do kill $(ip netns pids "pm-$name"); done
    sleep 2

    start ana
    sleep 3
    before=$(sent)
    began=$(date +%s)
    start ben --join 10.9.0.1:5000
    start cia --join 10.9.0.1:5000
    sleep 20
    asked=$(date +%s)
    get "$COUNT" && got="answered" || got="not answered"
    got="a get meanwhile is $got after $(($(date +%s) - asked)) s"
    while [ "$(replicas)" -lt "$COUNT" ]; do
        [ $(($(date +%s) - began)) -lt $((COUNT * BYTES / (rate * 125) * 5 + 60)) ] || break
        sleep 1
    done
    compare "$(replicas) of $COUNT photos are on a second node," "$COUNT" $(($(date +%s) - began))
    bytes=$(($(sent) - before))
    needed=$((COUNT * BYTES))
    echo "               $((bytes / 1000000)) MB are sent for $((needed / 1000000)) MB; $got"
}

for rate in $RATES; do run "$rate"; done
