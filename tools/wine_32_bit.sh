#!/bin/sh
# Adds 32-bit Windows programs to a 64-bit Wine of Debian, beside the packages of this machine.
#
#   tools/wine_32_bit.sh
#
# Debian has the 32-bit half of Wine for another architecture; adding that architecture to a machine
# asks all its package lists to agree.  Here four of its packages, signed and checked by apt, are
# unpacked by themselves.  Only as root; does nothing where 32-bit programs run already.
set -eu

[ -x /usr/lib/wine/wine ] && exit 0
[ -x /usr/lib/wine/wine64 ] || exit 0
[ "$(id -u)" -eq 0 ] || exit 0

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
chmod 755 "$place"
mkdir -p "$place/state/lists/partial" "$place/cache/archives/partial" "$place/packages"
: > "$place/status"
cat > "$place/apt.conf" <<CONF
APT::Architecture "i386";
APT::Architectures {"i386";};
APT::Sandbox::User "root";
Dir::State "$place/state";
Dir::State::status "$place/status";
Dir::Cache "$place/cache";
Dir::Etc::sourcelist "$place/sources.list";
Dir::Etc::sourceparts "$place/none";
Dir::Etc::parts "$place/none";
CONF
site=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | grep -v security | head -n 1)
release=$(. /etc/os-release && echo "$VERSION_CODENAME")
keys=/usr/share/keyrings/debian-archive-keyring.gpg
echo "deb [arch=i386 signed-by=$keys] $site $release main" > "$place/sources.list"
version=$(dpkg-query --show --showformat='${Version}' libwine)
(
    cd "$place/packages"
    export APT_CONFIG="$place/apt.conf"
    apt-get -qq update
    apt-get -qq download libc6 libgcc-s1 "libwine=$version" "wine32=$version"
)
for package in "$place"/packages/*.deb; do
    dpkg-deb -x "$package" "$place/root"
done
libraries=/usr/lib/i386-linux-gnu
mkdir -p "$libraries"
cp -a "$place/root/lib/i386-linux-gnu/." "$place/root/usr/lib/i386-linux-gnu/wine" "$libraries/"
# Without it the 32-bit half of a fresh prefix stays empty.
cp -an /usr/lib/x86_64-linux-gnu/wine/i386-windows/zlib1.dll "$libraries/wine/i386-windows/"
ln -sfn i386-linux-gnu/ld-linux.so.2 /usr/lib/ld-linux.so.2
cp -a "$place/root/usr/lib/wine/wine" /usr/lib/wine/wine
