# What docker/tag, docker/push and docker/verify share: sourced by them; `me` is the name of the script.
# shellcheck shell=bash disable=SC2154
#
# The password of the registry comes on standard input or from a file, reaches docker on its standard input, and is kept for
# the time of the script in a private folder that is removed: never on a command line, never in ~/.docker.

refuse() {
	printf '%s: %s\n' "$me" "$*" >&2
	exit 2
}

fail() {
	printf '%s: %s\n' "$me" "$*" >&2
	exit 1
}

usage() {
	sed -n '2,/^set /s/^# \{0,1\}//p' "$0"
}

need_docker() {
	docker=${DOCKER:-docker}
	command -v "$docker" >/dev/null || refuse "no '$docker' here: install docker, or name the client with DOCKER"
}

# need_engine: the client may be there and the engine not
need_engine() {
	local said
	said=$("$docker" version 2>&1 >/dev/null) || fail "the engine does not answer: ${said##*$'\n'}"
}

registry_of() { # IMAGE
	printf %s "${1%%/*}"
}

# is_image IMAGE: REGISTRY/OWNER/NAME:TAG, with a registry that is named, and perhaps a digest behind it
is_image() {
	local name='[a-z0-9]+([._-]+[a-z0-9]+)*' host='[A-Za-z0-9.-]+(:[0-9]+)?' tag='[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}'
	[[ $1 =~ ^$host(/$name)+:$tag(@sha256:[0-9a-f]{64})?$ && $(registry_of "$1") == *[.:]* ]]
}

need_image() { # IMAGE
	is_image "$1" || refuse "'$1' is not REGISTRY/OWNER/NAME:TAG, in lower case, as ghcr.io/you/plan-runner:1.2.3"
}

# read_options ARGUMENT...: sets user, password_file and the array images
read_options() {
	user='' password_file='' images=()
	while [ $# -gt 0 ]; do
		case $1 in
		-h | --help)
			usage
			exit 0
			;;
		--user | --password-file)
			[ -n "${2:-}" ] || refuse "$1 wants a value: $me --help"
			if [ "$1" = --user ]; then user=$2; else password_file=$2; fi
			shift
			;;
		--password*) refuse "no password on a command line, where others see it: give it on standard input, or --password-file" ;;
		-*) refuse "unknown option '$1': $me --help" ;;
		*) images+=("$1") ;;
		esac
		shift
	done
	[ ${#images[@]} -gt 0 ] || refuse "no image: $me --help"
	for image in "${images[@]}"; do
		need_image "$image"
		[ "$(registry_of "$image")" = "$(registry_of "${images[0]}")" ] || refuse "images of two registries: one call for each"
	done
	[ -z "$password_file" ] || [ -n "$user" ] || refuse "--password-file goes with --user"
	[ -z "$password_file" ] || [ -s "$password_file" ] || refuse "the password file '$password_file' is not there, or empty"
	[ -z "$user" ] || [ -n "$password_file" ] || [ ! -t 0 ] ||
		refuse "the password comes on standard input, as $me --user $user … <~/ghcr-token, or from --password-file"
}

# log_in: makes the private folder `work`; where a user is given it holds docker's settings from now on. The engine stays
# the one that the user's own settings name.
log_in() {
	local registry
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	[ -n "$user" ] || return 0
	registry=$(registry_of "${images[0]}")
	if [ -z "${DOCKER_HOST:-}" ]; then
		DOCKER_HOST=$("$docker" context inspect --format '{{.Endpoints.docker.Host}}' 2>/dev/null) || true
		if [ -n "$DOCKER_HOST" ]; then export DOCKER_HOST; else unset DOCKER_HOST; fi
	fi
	export DOCKER_CONFIG=$work
	# an entry, so that docker does not look for a keyring to put the password into
	printf '{"auths": {"%s": {}}}\n' "$registry" >"$work/config.json"
	"$docker" login --username "$user" --password-stdin "$registry" \
		<"${password_file:-/dev/stdin}" >/dev/null 2>"$work/said" ||
		fail "$registry does not let $user in: $(grep -v '^WARNING' "$work/said" | tail -n 1)"
}
