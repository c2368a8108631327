# What the scripts of this tree need installed, and how: sourced, not run.

# to build the programs
BUILD_PACKAGES=(ca-certificates ccache cmake gcc git libc6-dev libcurl4-openssl-dev libgit2-dev libjansson-dev
  libmicrohttpd-dev libpcre2-dev libpq-dev libsqlite3-dev libssl-dev libyaml-dev ninja-build pkg-config uthash-dev)
# to run every test that apt can serve, the static build (docker/deps.sh) among them
TEST_PACKAGES=(chromium cppcheck file iproute2 libcmocka-dev lld make openssl patch perl postgresql procps python3 shellcheck
  tzdata util-linux xz-utils dpkg-dev python3-jsonschema)
# what .ci/run needs beyond that
CI_PACKAGES=(apache2-utils clang containerd containernetworking-plugins debootstrap docker-registry docker.io
  gcc-aarch64-linux-gnu iptables libclang-rt-dev lintian llvm
  python3-venv qemu-user-static runc socat time wrk)

# have PROGRAM...: all of them are on PATH; else it names those that are not, and fails
have() {
  local missing=() program
  for program; do
    command -v "$program" >/dev/null || missing+=("$program")
  done
  [ ${#missing[@]} = 0 ] || { echo "no ${missing[*]} here: tests/run --setup installs what is needed (as root)" >&2; return 1; }
}

# need PACKAGE...: installs those that are missing; without root it names them and fails
need() {
  local missing=() package
  for package; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" != 0 ]; then
    echo "packages are missing, install them as root: apt-get install ${missing[*]}" >&2
    return 1
  fi
  echo "installing ${missing[*]}" >&2
  apt-get update -qq >&2 &&
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
      -o DPkg::Lock::Timeout=300 "${missing[@]}" >/dev/null
}

# find_python: an interpreter of 3.12 or newer with venv, or nothing and exit status 1
find_python() {
  local p
  for p in "${INTEROP_PYTHON:-}" "$HOME"/.pyenv/versions/3.12*/bin/python "$HOME"/.pyenv/versions/3.13*/bin/python \
    /usr/bin/python3.13 /usr/bin/python3.12 "$(command -v python3 || true)"; do
    if [ -n "$p" ] && [ -x "$p" ] &&
      "$p" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 12))' 2>/dev/null; then
      echo "$p"
      return
    fi
  done
  return 1
}

# tests_at_once: most tests wait for timers and children most of the time
tests_at_once() { echo $(($(nproc) * 2)); }
