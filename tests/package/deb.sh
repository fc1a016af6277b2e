#!/bin/sh
# A package for Debian and its like, from what `make install` installs. It does what the tools for making packages would
# do for one program, and needs none of them.
#
#   make deb                sh tests/package/deb.sh PROGRAM FOLDER
set -eu

PROGRAM=$1
FOLDER=$2
for tool in dpkg dpkg-deb strip objdump; do
    command -v $tool >/dev/null || {
        echo "deb: needs $tool: apt-get install dpkg binutils" >&2
        exit 1
    }
done
VERSION=$("$PROGRAM" --version | cut -d ' ' -f 2)
ARCH=$(dpkg --print-architecture)
PLACE=$(mktemp -d)
trap 'rm -rf "$PLACE"' EXIT
umask 022
chmod 755 "$PLACE"

make --no-print-directory install DESTDIR="$PLACE" PREFIX=/usr
# The symbols of functions, which only a debugger reads, are two fifths of it.
strip "$PLACE/usr/bin/photomesh"
gzip -9 -n "$PLACE"/usr/share/man/man1/*.1
# Where Debian's zsh looks for what packages bring.
mv "$PLACE/usr/share/zsh/site-functions" "$PLACE/usr/share/zsh/vendor-completions"
install -d "$PLACE/usr/share/doc/photomesh" "$PLACE/DEBIAN"
install -m 644 README.md "$PLACE/usr/share/doc/photomesh/README.md"
install -m 644 LICENSE* "$PLACE/usr/share/doc/photomesh/"

# The oldest C library that has all that the program asks for.
LIBC=$(objdump -T "$PLACE/usr/bin/photomesh" | sed -n 's/.*GLIBC_\([0-9.]*\).*/\1/p' | sort -V | tail -1)
cat >"$PLACE/DEBIAN/control" <<CONTROL
Package: photomesh
Version: $VERSION
Section: graphics
Priority: optional
Architecture: $ARCH
Depends: libc6 (>= $LIBC), libgcc-s1
Installed-Size: $(du -sk "$PLACE/usr" | cut -f 1)
Maintainer: the photomesh project <photomesh@localhost>
Description: one photo collection, kept between the computers of a few friends
 Each friend runs a daemon over a folder of photos. Together they keep every
 picture once, in its best version, on two computers each, so that none is
 lost when a computer fails.
CONTROL

dpkg-deb --root-owner-group --build "$PLACE" "$FOLDER/photomesh_${VERSION}_$ARCH.deb"
