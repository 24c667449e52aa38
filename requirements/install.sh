#!/bin/sh
# Install a lock file, every file checked against its hash, into a virtual environment that is made if it is missing:
#   sh requirements/install.sh ENVIRONMENT LOCK [PROJECT]
# PROJECT is installed as it stands, for editing. Uses uv where it is; else the environment's own pip; else the system's.
set -eu
environment=$1 lock=$2 project=${3:-} python=${PYTHON:-python3}

fail() {
    printf '%s\n' "$@" >&2
    exit 1
}

command -v "$python" >/dev/null 2>&1 || fail \
    "没有找到 $python。请安装 Python 3.11 或更新版本。" \
    "There is no $python. Install Python 3.11 or newer."
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail \
    "需要 Python 3.11 或更新版本;例如 make PYTHON=python3.12 setup" \
    "Python 3.11 or newer is needed; for instance: make PYTHON=python3.12 setup"

# The ways to install, from the best; each prints nothing and makes the environment if need be.
if command -v uv >/dev/null 2>&1; then
    test -x "$environment/bin/python" || uv venv -q --python "$python" "$environment"
    install() { uv pip install -q --python "$environment/bin/python" "$@"; }
elif "$environment/bin/python" -m pip --version >/dev/null 2>&1 || {
    "$python" -c 'import ensurepip' 2>/dev/null && "$python" -m venv --clear "$environment"
}; then
    install() { "$environment/bin/python" -m pip install -q --disable-pip-version-check --no-input "$@"; }
elif "$python" -m pip --python "$python" --version >/dev/null 2>&1; then
    test -x "$environment/bin/python" || "$python" -m venv --without-pip --clear "$environment"
    install() { "$python" -m pip --python "$environment/bin/python" install -q --disable-pip-version-check --no-input "$@"; }
else
    rm -rf "$environment"
    fail "这个 Python 不能建立虚拟环境。在 Debian 或 Ubuntu 上请执行:apt-get install python3-venv" \
        "This Python cannot make a virtual environment. On Debian or Ubuntu run: apt-get install python3-venv"
fi

echo "正在安装 $lock / Installing $lock into $environment …"
# The lock file is complete; resolved again, an extra of a package would be sought in its newest release, whose hash is unknown.
install --require-hashes --no-deps -r "$lock"
# The build backend is in the lock file too, so nothing else is fetched.
test -z "$project" || install --no-deps --no-build-isolation -e "$project"
