# What docker/deps.sh and docker/certificates share: the pins of docker/pins.txt, and how the files they are of are had from
# Debian. Sourced by a script of this folder, which sets apt_line (deb-src or deb, what is to be had), log (the file for what
# apt says) and not_pinned (the file that gets each NAME VERSION taken beside the pins; with `locked` set none is).
# shellcheck shell=bash disable=SC2154

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
pins=$here/pins.txt
cache=${PLAN_RUNNER_CACHE:-${HOME:-/root}/.cache/plan-runner}
sources=$cache/sources    # downloaded files, shared by the architectures
locked=

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() {
	say "$2"
	exit "$1"
}

# only_locked [ARGUMENT]: --locked is all that may be given, but for --help, which prints what the script begins with
only_locked() {
	case ${1-} in
	'') ;;
	-h | --help)
		sed -n '2,/^set /s/^# \{0,1\}//p' "$0"
		exit 0
		;;
	--locked) locked=1 ;;
	*) die 64 "unknown argument '$1' (only --locked and --help)" ;;
	esac
}

# rows KIND: what pins.txt says of the release and of every library, or package, without comments
rows() { awk -v kind="$1" '/^(library|package) / { on = $1 == kind } NF && !/^#/ && (on || $1 == "release")' "$pins"; }

names() { rows "$1" | awk -v kind="$1" '$1 == kind { print $2 }'; }
licence_of() { sed -n "s/^\(library\|package\) $1 //p" "$pins"; }
pins_of() { awk -v name="$1" '/^(library|package) / { on = $2 == name } on && $1 == "pin" { print $2, $3, $4 }' "$pins"; }

# mirror NAME: the URL that this machine's apt reads NAME (debian or debian-security) from; empty: none.
mirror() {
	local urls
	if [ -n "${PLAN_RUNNER_MIRROR:-}" ]; then
		echo "$PLAN_RUNNER_MIRROR/$1"
		return
	fi
	urls=$(apt-get update --print-uris 2>/dev/null | sed -n "s#^'\(https\{0,1\}://.*/$1\)/dists/.*#\1#p" || true)
	echo "${urls%%$'\n'*}"
}

# A private list of sources: the machine's own ones stay as they are.
apt_lists=
apt_options=()
read_lists() {
	local keys release releases main security kind=deb-src limits=
	[ -z "$apt_lists" ] || return 0
	[ "$apt_line" = deb-src ] || kind=deb limits='arch=all '
	main=$(mirror debian)
	[ -n "$main" ] || die 69 "apt reads no mirror of Debian here: set PLAN_RUNNER_MIRROR"
	security=$(mirror debian-security)
	apt_lists=$(mktemp -d)
	trap 'rm -rf "$apt_lists"' EXIT
	mkdir -p "$apt_lists/lists/partial"
	for keys in /usr/share/keyrings/debian-archive-keyring.{pgp,gpg}; do
		[ ! -e "$keys" ] || break
	done
	mapfile -t releases < <(sed -n 's/^release //p' "$pins")
	for release in "${releases[@]}"; do
		echo "$kind [${limits}signed-by=$keys] $main $release main"
		echo "$kind [${limits}signed-by=$keys] ${security:-$main-security} $release-security main"
	done >"$apt_lists/sources.list"
	apt_options=(-o "Dir::Etc::sourcelist=$apt_lists/sources.list" -o Dir::Etc::sourceparts=-
		-o "Dir::State::lists=$apt_lists/lists" -o Dir::State::status=/dev/null -o Dir::Cache::srcpkgcache=
		-o Dir::Cache::pkgcache= -o APT::Sandbox::User=root -o Acquire::Retries=3 -o Acquire::Languages=none
		-o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false)
	apt-get "${apt_options[@]}" update >>"$log" 2>&1 || say "warning: apt could not read every list, see $log"
}

upstream() { # VERSION: without epoch and Debian revision
	local version=${1#*:}
	echo "${version%-*}"
}

main_file() { # NAME VERSION dsc|tar|deb: the file that a pin's checksum is of
	case $3 in
	dsc) echo "$1_${2#*:}.dsc" ;;
	deb) echo "$1_${2/:/%3a}_all.deb" ;;
	*) find . -name "$1_$(upstream "$2").orig.tar.*" ! -name '*.asc' -print -quit ;;
	esac
}

complete() { # FILE: true when it is there, and with a .dsc every file that it lists, unaltered
	[ -s "$1" ] || return 1
	[ "${1%.dsc}" != "$1" ] || return 0
	awk '/^[^ ]/ { on = $1 == "Checksums-Sha256:"; next } on { print $1 "  " $3 }' "$1" |
		sha256sum --check --strict --status 2>/dev/null
}

# obtain NAME VERSION dsc|tar|deb: true when its files are in the current folder.
obtain() {
	local command=(source -qq --download-only)
	complete "$(main_file "$@")" && return
	case $3 in
	deb) command=(download -qq) ;;
	tar) command+=(--tar-only) ;;
	esac
	read_lists
	exec 8>"$sources.lock"    # another architecture may want the same file at this moment
	flock 8
	complete "$(main_file "$@")" ||
		apt-get "${apt_options[@]}" "${command[@]}" "$1=$2" >>"$log" 2>&1 || true
	exec 8>&-
	complete "$(main_file "$@")"    # what apt fetched it has checked against the release's signature
}

# current NAME: the versions that the release has, newest first
current() {
	local command=(showsrc --only-source)
	[ "$apt_line" = deb-src ] || command=(show)
	read_lists
	apt-cache "${apt_options[@]}" "${command[@]}" "$1" 2>>"$log" | sed -n 's/^Version: //p' | sort -Vru
}

# choose NAME: sets `version` and `what` to the first acceptable pin whose files can be had.
choose() {
	local sum file
	while read -r version what sum; do
		obtain "$1" "$version" "$what" || continue
		file=$(main_file "$1" "$version" "$what")
		echo "$sum  $file" | sha256sum --check --status || die 65 "$file is not the pinned one"
		return
	done < <(pins_of "$1")
	[ -z "$locked" ] || die 69 "no pin of $1 can be fetched"
	what=$(pins_of "$1" | awk 'END { print $2 }')    # as the last one
	while read -r version; do
		obtain "$1" "$version" "$what" || continue
		say "warning: no pin of $1 can be fetched, taking $version"
		echo "$1 $version" >>"$not_pinned"
		return
	done < <(current "$1")
	die 69 "no version of $1 can be fetched"
}

# failed: for a trap of ERR; the last lines of the log, and where the rest is
failed() {
	local status=$?
	trap - ERR
	tail -n 20 "$log" >&2
	say "failed, the whole output is in $log"
	exit "$status"
}
