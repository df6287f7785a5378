#!/bin/sh
# Installs the Debian packages that some tests need and no Python package brings.
#
#   tools/test_packages.sh
#
# Only as root and only where there is apt-get; elsewhere those tests say what they miss and are
# skipped, and with CI set they fail instead.
set -eu

packages="prometheus redis-server docker-compose python3-yaml openssl g++ gcc-mingw-w64-i686-win32 gcc-mingw-w64-x86-64-win32 \
g++-mingw-w64-i686-win32 g++-mingw-w64-x86-64-win32 wine wine64"

missing=
for package in $packages; do
    dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null | grep -q "ok installed" ||
        missing="$missing $package"
done
if [ -z "$missing" ]; then
    "$(dirname "$0")/wine_32_bit.sh" >/dev/null 2>&1 || true
    exit 0
fi
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "Not installed, some tests will be skipped:$missing"
    exit 0
fi
echo "Installing$missing"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq || true
# A service that starts by itself would be no part of any test.
printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d
chmod +x /usr/sbin/policy-rc.d
# shellcheck disable=SC2086  # a list of words
apt-get install -y -qq --no-install-recommends $missing >/dev/null
rm -f /usr/sbin/policy-rc.d
# Where this fails, the tests of 32-bit Windows programs say that they are skipped.
"$(dirname "$0")/wine_32_bit.sh" >/dev/null 2>&1 || true
