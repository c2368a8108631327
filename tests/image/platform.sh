# Of tests/image/programs: the platform in the image of plan-deployer. Sourced by it.
# shellcheck shell=bash disable=SC2154

in_image() { # USER ARGUMENT...
	"$DOCKER" run --rm --network none --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges \
		--user "$1" --volume "$volume:/data" "$deployer" "${@:2}"
}

serve() { # USER: writes down the container
	local url
	"$DOCKER" run --detach --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges \
		--user "$1" --volume "$volume:/data" "$deployer" serve >"$work/container"
	url=http://$("$DOCKER" inspect --format '{{.NetworkSettings.IPAddress}}' "$(cat "$work/container")"):8090
	for _ in $(seq 100); do
		! curl -fsS --noproxy '*' "$url/health" || return 0
		sleep 0.1
	done
	"$DOCKER" logs "$(cat "$work/container")"
	return 1
}

ends_in_order() {
	"$DOCKER" stop --time 30 "$(cat "$work/container")" >/dev/null
	[ "$("$DOCKER" inspect --format '{{.State.ExitCode}}' "$(cat "$work/container")")" = 0 ] || return 1
	"$DOCKER" rm "$(cat "$work/container")" >/dev/null
	rm "$work/container"
}

deploy() { # ARGUMENT...: a command inside the container of the platform
	"$DOCKER" exec --env-file "$work/platform.env" --env HOME=/tmp "$(cat "$work/container")" plan-deployer "$@"
}

initialised() { # USER: its lines for a shell, as docker reads them
	in_image "$1" init --organization Demo >"$work/init"
	sed -n "s/^\(export \)\{0,1\}\([A-Z_]*\)='\{0,1\}\([^']*\)'\{0,1\}$/\2=\3/p" "$work/init" >"$work/platform.env"
	grep '^RELIABLY_SERVICE_TOKEN=.' "$work/platform.env" && grep '^RELIABLY_ORGANIZATION_ID=.' "$work/platform.env"
}

managed_run() { # a plan that the platform runs itself, with the plan-runner of the image
	printf '{"title": "healthy", "description": "d", "method": [{"type": "probe", "name": "p", "tolerance": 200,
		"provider": {"type": "http", "url": "http://127.0.0.1:8090/health"}}]}' |
		"$DOCKER" exec --interactive "$(cat "$work/container")" sh -c 'cat >/tmp/e.json'
	deploy experiment import /tmp/e.json && deploy deployment create here --type managed &&
		deploy plan create first --deployment here --experiment healthy && deploy plan wait first --timeout 60s
}

kept() { # what was made before the restart is there
	deploy plan list | grep first
}

as_user() { # USER
	volume=plan-runner-test-$$-$1
	"$DOCKER" volume create "$volume" >/dev/null
	check "plan-deployer as $1: init" initialised "$1"
	check "plan-deployer as $1: serve answers from outside" serve "$1"
	check "plan-deployer as $1: a managed run" managed_run
	check "plan-deployer as $1: ends in order" ends_in_order
	check "plan-deployer as $1: starts again" serve "$1"
	check "plan-deployer as $1: the volume has the plan" kept
	check "plan-deployer as $1: ends in order again" ends_in_order
	"$DOCKER" volume rm "$volume" >/dev/null
	volume=
}

check 'plan-deployer: the static file beside it' same_file "$deployer" /usr/bin/plan-runner
check "plan-deployer: no compiler stays" lacks "$deployer" gcc
for user in 1001 4242 0; do as_user "$user"; done
