#!/usr/bin/env bash
# shellcheck disable=SC2154
# Sourced by tests/cluster/run: what is done to the cluster, and what must come of it.

# --- of both ways --------------------------------------------------------------------------------------------------------

outcomes() { # NAMESPACE PLAN: of each of its Jobs, what it came to
	kubectl --namespace "$1" get jobs --selector "reliably.com/plan=$2" \
		--output 'jsonpath={range .items[*]}{.metadata.name} {.status.conditions[?(@.status=="True")].type}{"\n"}{end}'
}

all_ended() { # NAMESPACE PLAN
	outcomes "$1" "$2" >"$work/outcomes"
	[ -s "$work/outcomes" ] && ! grep -vwE 'Complete|Failed' "$work/outcomes"
}

ends() { # NAMESPACE PLAN OUTCOME
	within 90 all_ended "$1" "$2" && ! outcomes "$1" "$2" | grep -vw "$3"
}

ended_with() { # NAMESPACE PLAN EXIT-CODE
	local code
	code=$(kubectl --namespace "$1" get pods --selector "reliably.com/plan=$2" \
		--output 'jsonpath={.items[*].status.containerStatuses[0].state.terminated.exitCode}')
	echo "ended with ${code:-nothing}"
	[ "$code" = "$3" ]
}

recorded() { # PLAN EXIT-CODE [EXECUTIONS]
	python3 tests/interop/verify.py -q --exit-code "$2" --executions "${3:-1}" "$ORG" "$TOKEN" "$1"
}

jobs_of() { # NAMESPACE: names and uids
	kubectl --namespace "$1" get jobs --output 'jsonpath={range .items[*]}{.metadata.name} {.metadata.uid}{"\n"}{end}'
}

by_the_clock() { # NAMESPACE PLAN: a Job of the CronJob, not of a person, is complete
	kubectl --namespace "$1" get jobs --selector "reliably.com/plan=$2" --output 'go-template={{range .items}}{{
		if not (and .metadata.annotations (index .metadata.annotations "cronjob.kubernetes.io/instantiate"))}}{{
		range .status.conditions}}{{.type}} {{end}}{{end}}{{end}}' | grep -w Complete
}

# The first run is at the next full minute; the plan has one execution for each.
fired() { # NAMESPACE PLAN
	local cron
	cron=$(kubectl --namespace "$1" get cronjobs --selector "reliably.com/plan=$2" --output name)
	[ -n "$cron" ] && within 75 by_the_clock "$1" "$2" || return 1
	kubectl --namespace "$1" patch "$cron" --patch '{"spec": {"suspend": true}}' >/dev/null
	ends "$1" "$2" Complete && recorded "$2" 0 "$(outcomes "$1" "$2" | wc -l)"
}

# Pod Security warns of what it would refuse later, kubectl of what it does not know.
unwarned() { # COMMAND...
	"$@" >"$work/said" 2>&1 || { cat "$work/said"; return 1; }
	! grep -i warn "$work/said"
}

# --- the chart -----------------------------------------------------------------------------------------------------------

release() { # VERB
	helm "$1" shop charts/plan-runner --namespace "$charted" --set-string "image.tag=$tag" \
		--set "platform.host=$host,platform.organization=$ORG,platform.tokenSecret.name=reliably-token" \
		--set "plans.checkout.id=$PLAN_ONCE,plans.checkout.once=true" \
		--set "plans.deviated.id=$PLAN_DEVIATED,plans.deviated.once=true" \
		--set "plans.nightly.id=$PLAN_NIGHTLY" --set-string 'plans.nightly.schedule=* * * * *' \
		--set rbac.create=true,rbac.kind=ClusterRole \
		--set-json 'rbac.rules=[{"apiGroups": [""], "resources": ["nodes"], "verbs": ["list"]}]'
}

# http is no warning here: the platform of the test has no certificate.
helm_install() {
	release install >"$work/notes" 2>"$work/warned" || { cat "$work/warned"; return 1; }
	cat "$work/warned"
	! grep -i warn "$work/warned"
}

commands_of() { # WORD: what the notes have under it
	sed -nE "s/^  $1 +(kubectl )/\1/p" "$work/notes" | grep .
}

runs() { # COMMAND...: it ends well, and prints something
	echo "$*"
	"$@" >"$work/printed" 2>&1 && [ -s "$work/printed" ] || { cat "$work/printed"; return 1; }
}

notes() {
	local line now
	now=$(commands_of 'run now') && runs bash -c "$now" || return 1
	within 60 ends "$charted" "$PLAN_NIGHTLY" Complete || return 1
	while IFS= read -r line; do
		runs bash -c "$line" || return 1
	done < <(commands_of log; commands_of runs; commands_of failed)
	while IFS= read -r line; do
		timeout 2 bash -c "$line" >"$work/printed" 2>&1 || [ $? = 124 ] && [ -s "$work/printed" ] || return 1
	done < <(commands_of watch)
	bash -c "$(commands_of failed | grep "$PLAN_DEVIATED")" | grep -E ' Failed +1 '
}

upgrade() {
	diff <(jobs_of "$charted" | grep -v nightly) <(release upgrade >/dev/null && jobs_of "$charted" | grep -v nightly)
}

uninstalled() {
	helm uninstall shop --namespace "$charted" --wait --timeout 60s && within 30 nothing_new "$charted"
}

nothing_new() { # NAMESPACE: and no role of the cluster either
	everything >"$work/after"
	diff <(grep -E "^($1 |cluster)" "$work/before") <(grep -E "^($1 |cluster)" "$work/after")
}

same_as_before() {
	within 30 eval 'everything >"$work/after"; diff "$work/before" "$work/after"'
}
