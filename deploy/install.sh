#!/bin/sh
# Installs Whimbrel as a systemd service, or only the program.
#
#   deploy/install.sh                      builds it here (needs cargo, a C compiler, make) and installs program and service, as root
#   deploy/install.sh --archive FILE.tar.gz    takes the program from a release instead
#   deploy/install.sh --program            the program alone
#
# Running it again upgrades: the program before stays beside the new one, as whimbrel.before. For trials and packages
# PREFIX (/usr/local) says where the program goes, DESTDIR is put in front of every path, and nothing is started.
set -eu

PREFIX=${PREFIX:-/usr/local}
DESTDIR=${DESTDIR:-}
archive=
service=yes

fail() {
  echo "install.sh: $*" >&2
  exit 1
}

while [ $# -gt 0 ]; do
  case $1 in
    --archive)
      [ $# -gt 1 ] || fail "--archive needs the file of a release"
      archive=$2
      shift
      ;;
    --program) service= ;;
    -h | --help)
      sed -n '2,9s/^# \{0,1\}//p' "$0"
      exit 0
      ;;
    *) fail "$1 is not understood; --help says what is" ;;
  esac
  shift
done

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if [ -n "$archive" ]; then
  tar -xzf "$archive" -C "$work" || fail "$archive is no archive of a release"
  program=$(find "$work" -type f -name whimbrel | head -n 1)
  [ -n "$program" ] || fail "there is no program in $archive"
else
  command -v cargo >/dev/null || fail "cargo is missing: install Rust (https://rustup.rs), or use --archive"
  if command -v make >/dev/null; then
    set -- --features jemalloc
  else
    echo "install.sh: without make the program is built with the heap of the C library, and holds more memory" >&2
    set --
  fi
  (cd "$here/.." && cargo build --locked --profile dist --package whimbrel-app "$@")
  program=${CARGO_TARGET_DIR:-$here/../target}/dist/whimbrel
fi
chmod 755 "$program"
"$program" --version >/dev/null || fail "$program does not run on this machine"

bin=$DESTDIR$PREFIX/bin
mkdir -p "$bin"
if [ -x "$bin/whimbrel" ]; then
  cp -p "$bin/whimbrel" "$bin/whimbrel.before"
fi
# In one step: a program that runs goes on with the old file.
cp "$program" "$bin/whimbrel.new"
mv "$bin/whimbrel.new" "$bin/whimbrel"
echo "Installed $("$bin/whimbrel" --version) as $bin/whimbrel."

[ -n "$service" ] || exit 0
if [ -z "$DESTDIR" ]; then
  [ "$(id -u)" = 0 ] || fail "a service is installed by root; --program installs the program alone"
  id whimbrel >/dev/null 2>&1 ||
    useradd --system --home-dir /var/lib/whimbrel --shell /usr/sbin/nologin whimbrel
fi
mkdir -p "$DESTDIR/etc/whimbrel" "$DESTDIR/etc/systemd/system" "$DESTDIR/etc/credstore"
chmod 700 "$DESTDIR/etc/credstore"
if [ ! -e "$DESTDIR/etc/whimbrel/whimbrel.toml" ]; then
  "$bin/whimbrel" init "$DESTDIR/etc/whimbrel" >/dev/null
  # Where the service may write; commands such as `whimbrel backup` read it here as well.
  sed 's|^#path = "whimbrel-data"$|path = "/var/lib/whimbrel"|' \
    "$DESTDIR/etc/whimbrel/whimbrel.toml" >"$work/whimbrel.toml"
  cat "$work/whimbrel.toml" >"$DESTDIR/etc/whimbrel/whimbrel.toml"
fi
sed "s|/usr/local/bin/whimbrel|$PREFIX/bin/whimbrel|" "$here/whimbrel.service" \
  >"$DESTDIR/etc/systemd/system/whimbrel.service"
if [ -n "$DESTDIR" ]; then
  exit 0
fi
systemctl daemon-reload
systemctl enable whimbrel
systemctl restart whimbrel
echo "It runs. Your catalogs go into /etc/whimbrel/whimbrel.toml; \`systemctl status whimbrel\` says how it is."
