#!/usr/bin/env bash
# Writes deploy/order.txt anew: the functions a program has used by the time it is at rest. The linker puts them next to
# each other in the program that is shipped (profile `dist`), which needs 10 MB less memory for that: those first that
# it uses without tokens, behind them those that only GitHub and the chats need.
#
# Functions get other names with another compiler (deploy/Dockerfile names ours), another version of the project, and
# where Cargo.lock changes, those of what depends on the change. Names that do not fit any more do no harm but to memory:
# run this before a release. It takes half an hour. The names are those of x86_64 with glibc; elsewhere none fits.
#
#   deploy/order.sh [SECONDS]    how long each of three starts is watched (default 150; watched it runs 30 times slower)
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-150}
for need in valgrind awk curl; do
  command -v "$need" >/dev/null || { echo "This needs $need. Install it, for example: sudo apt-get install $need" >&2; exit 1; }
done

# Settings of whoever runs this are none of a program that is watched.
unset "${!WHIMBREL_@}"

target=${CARGO_TARGET_DIR:-target}
echo "== building the program with the names of its functions"
WHIMBREL_NAMES=1 cargo build --locked --profile dist --package whimbrel-app --features jemalloc
echo "== building the services it talks to"
cargo build --locked --package whimbrel-world --bins

scratch=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$scratch"' EXIT
"$target/debug/whimbrel-world" github --port 18099 >/dev/null &
sleep infinity | "$target/debug/whimbrel-world" telegram --port 18098 >/dev/null &
"$target/debug/whimbrel-world" discord --port 18097 >/dev/null &
cp config/samples/*.* "$scratch"
cat >"$scratch/whimbrel.toml" <<TOML
[web]
listen = "127.0.0.1:18787"
[github]
api_url = "http://127.0.0.1:18099"
projects = true
[telegram]
api_url = "http://127.0.0.1:18098"
[discord]
api_url = "http://127.0.0.1:18097"
[[catalog]]
id = "demo"
source = "github:demo/catalog"
TOML
# Ten catalogs of a thousand projects beside the samples: a larger index is merged in other ways than a small one.
for list in 0 1 2 3 4 5 6 7 8 9; do
  awk -v list="$list" 'BEGIN {
    print "# List " list
    for (n = 0; n < 1000; n++) {
      if (n % 50 == 0) print "\n## Section " n / 50 "\n"
      printf "- [name%d-%d](https://github.com/owner%d/name%d-%d) - Tool number %d for parsing, storing and searching.\n",
        list, n, n % 300, list, n, n
    }
  }' >"$scratch/large-$list.md"
done
for file in "$scratch"/*.md; do
  name=$(basename "$file" .md)
  [ "$name" = README ] || printf '[[catalog]]\nid = "%s"\nsource = "%s"\n' "$name" "$file" >>"$scratch/whimbrel.toml"
done

# The first start reads everything for the first time, the second one finds it in its store, the third one has tokens. It
# becomes itself anew with settings of its own for the heap, hence the children.
for start in first second third; do
  echo "== the $start start: ${seconds} s"
  tokens=()
  if [ "$start" = third ]; then
    tokens=(WHIMBREL_GITHUB__TOKEN=ghp_demo WHIMBREL_TELEGRAM__TOKEN=4200000001:demo WHIMBREL_DISCORD__TOKEN=demo)
  fi
  env "${tokens[@]}" \
    valgrind --quiet --trace-children=yes --tool=callgrind --demangle=no --callgrind-out-file="$scratch/$start.%p.calls" \
    "$target/dist/whimbrel" run --config "$scratch/whimbrel.toml" >"$scratch/$start.log" 2>&1 &
  program=$!
  sleep "$seconds"
  for page in / /status /metrics '/api/ask?q=/top' '/api/ask?q=/find+name3-5'; do
    curl --silent --fail --output /dev/null "http://127.0.0.1:18787$page" || { cat "$scratch/$start.log" >&2; exit 1; }
  done
  kill -TERM "$program"
  wait "$program" || true
done

# Lines such as `fn=(12) name` and `cfn=(13) name'2`, where the number behind the quote is a depth of recursion.
functions() {
  awk 'match($0, /^c?fn=\([0-9]+\) /) { name = substr($0, RLENGTH + 1); sub(/\x27[0-9]+$/, "", name); print name }' "$@" |
    awk '/^_(ZN|R|rjem_)/' | LC_ALL=C sort -u
}
functions "$scratch"/first.*.calls "$scratch"/second.*.calls >"$scratch/alone.txt"
functions "$scratch"/third.*.calls | LC_ALL=C comm -13 "$scratch/alone.txt" - >"$scratch/more.txt"
cat "$scratch/alone.txt" "$scratch/more.txt" >"$scratch/order.txt"
[ -s "$scratch/alone.txt" ] || { echo "No function was seen." >&2; exit 1; }
if [ -e deploy/order.txt ]; then
  echo "== of the former order $(sort deploy/order.txt | comm -12 - <(sort "$scratch/order.txt") | wc -l) still fit"
fi
mv "$scratch/order.txt" deploy/order.txt
echo "== deploy/order.txt: $(wc -l <"$scratch/alone.txt") functions alone, $(wc -l <"$scratch/more.txt") more with the chats"
