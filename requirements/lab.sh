#!/bin/sh
# Install the optional peers that the tests use and that are Debian packages. Says what it does before it does it.
set -eu

missing=
want() {
    dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'ok installed' || missing="$missing $1"
}

if ! command -v apt-get >/dev/null 2>&1; then
    echo "这里没有 apt-get;请自行安装 Chromium、Noto CJK 字体、Java 17、PostgreSQL 15、FreeRADIUS、Kamailio、snmptrapd、sipp。"
    echo "There is no apt-get here; install Chromium, the Noto CJK fonts, Java 17, PostgreSQL 15, FreeRADIUS, Kamailio, snmptrapd and sipp yourself."
    exit 0
fi

want chromium
want fonts-noto-cjk
want fontconfig
want openjdk-17-jre-headless
want postgresql-15
want freeradius
want freeradius-postgresql
want freeradius-utils
want kamailio
want kamailio-postgres-modules
want snmptrapd
want sip-tester
"${PYTHON:-python3}" -c 'import ensurepip' 2>/dev/null || want python3-venv

if [ -z "$missing" ]; then
    echo "可选软件包均已安装。/ All optional packages are installed."
elif [ "$(id -u)" -ne 0 ]; then
    echo "请管理员执行 / Ask the administrator to run:"
    echo "    apt-get install --no-install-recommends$missing"
else
    echo "正在安装 Debian 软件包 / Installing Debian packages:$missing"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    # shellcheck disable=SC2086
    fresh=$missing
    apt-get install -y -qq --no-install-recommends $missing
    # The peers are started by the tests and by `kapok lab`; the system's own services of them are not wanted.
    for service in freeradius kamailio snmptrapd; do
        case "$fresh " in
            *" $service "*) systemctl disable --now "$service" >/dev/null 2>&1 || true ;;
        esac
    done
fi
