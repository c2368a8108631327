#!/usr/bin/env bash
# shellcheck disable=SC2154
# Sourced by tests/cluster/run: what plan-deployer does to the cluster, and what it must not.

apply() { # PLAN ARGUMENT...
	timeout 120 "$deployer" apply kubernetes "$1" --namespace "$applied" --token-secret reliably-token \
		--image "$IMAGE:$tag" "${@:2}"
}

refused() { # PATTERN COMMAND...: one line that has it, and nothing is there that was not
	local code=0 pattern=$1
	shift
	jobs_of "$applied" | grep -v nightly >"$work/jobs"
	"$@" >"$work/stdout" 2>"$work/stderr" || code=$?
	cat "$work/stdout" "$work/stderr"
	[ $code != 0 ] && [ "$(wc -l <"$work/stderr")" = 1 ] && [ ! -s "$work/stdout" ] &&
		grep -E -- "$pattern" "$work/stderr" && diff "$work/jobs" <(jobs_of "$applied" | grep -v nightly)
}

unchanged() { # NAMESPACE OBJECT COMMAND...: the object stays as it is
	local before
	before=$(kubectl --namespace "$1" get "$2" --output 'jsonpath={.metadata.uid} {.metadata.resourceVersion}')
	"${@:3}" && [ "$before" = "$(kubectl --namespace "$1" get "$2" \
		--output 'jsonpath={.metadata.uid} {.metadata.resourceVersion}')" ]
}

apply_nightly() {
	apply "$PLAN_APPLIED_NIGHTLY" --schedule '* * * * *' --create-service-account >"$work/stdout" || return 1
	cat "$work/stdout"
	grep -E '^created CronJob/' "$work/stdout" && grep -E '^created ServiceAccount/.*reliably-job' "$work/stdout"
}

rendered() { # ARGUMENT...
	"$deployer" render kubernetes "$PLAN_APPLIED" --namespace "$applied" --token-secret reliably-token \
		--create-service-account --service-account rendered --allow pods:list,delete "$@" >"$work/rendered.yaml"
}

kubectl_applies() {
	rendered && unwarned kubectl apply --validate=strict --dry-run=server --filename "$work/rendered.yaml" &&
		unwarned kubectl apply --validate=strict --server-side --dry-run=server --filename "$work/rendered.yaml" &&
		rendered --schedule '0 0 1 1 *' --time-zone Europe/Oslo &&
		unwarned kubectl apply --validate=strict --filename "$work/rendered.yaml" &&
		kubectl delete --filename "$work/rendered.yaml"
}

bad_input() {
	refused '64 characters.*63' apply "$PLAN_APPLIED" --name "$(printf 'x%.0s' {1..64})" &&
		refused '99 ' apply "$PLAN_APPLIED" --schedule '99 * * * *' &&
		refused nowhere apply "$PLAN_APPLIED" --namespace nowhere &&
		refused no-such-secret apply "$PLAN_APPLIED" --token-secret no-such-secret &&
		refused no-such-key apply "$PLAN_APPLIED" --token-key no-such-key &&
		refused no-such-account apply "$PLAN_APPLIED" --service-account no-such-account
}

apply_once() {
	apply "$PLAN_APPLIED" --wait --wait-timeout 100s
}

apply_again() {
	jobs_of "$applied" | grep -v nightly >"$work/jobs"
	apply "$PLAN_APPLIED" | grep -E '^unchanged Job/' && diff "$work/jobs" <(jobs_of "$applied" | grep -v nightly)
}

apply_deviated() {
	local code=0
	apply "$PLAN_APPLIED_DEVIATED" --wait --wait-timeout 100s || code=$?
	echo "exit code $code"
	[ $code = 1 ] || return 1
	code=0
	timeout 60 "$deployer" logs kubernetes "$PLAN_APPLIED_DEVIATED" --namespace "$applied" --wait >"$work/log" || code=$?
	echo "exit code $code of logs"
	[ $code = 1 ] && grep 'Experiment ended with status: deviated' "$work/log"
}

follow() {
	apply "$PLAN_FOLLOWED" &&
		timeout 100 "$deployer" logs kubernetes "$PLAN_FOLLOWED" --namespace "$applied" --follow >"$work/log" || return 1
	tail -n 5 "$work/log"
	grep 'Experiment ended with status: completed' "$work/log"
}

not_of_helm() {
	local job account
	job=$(kubectl --namespace "$charted" get jobs --selector "reliably.com/plan=$PLAN_ONCE" --output name)
	account=$(kubectl --namespace "$charted" get serviceaccounts --selector app.kubernetes.io/instance=shop --output name)
	unchanged "$charted" "$job" refused "${job#*/}" apply "$PLAN_ONCE" --namespace "$charted" --name "${job#*/}" \
		--service-account "${account#*/}" &&
		unchanged "$charted" "$account" refused "${account#*/}" apply "$PLAN_ONCE" --namespace "$charted" \
			--service-account "${account#*/}" --create-service-account
}

not_of_the_user() {
	kubectl --namespace "$applied" create serviceaccount mine &&
		unchanged "$applied" serviceaccount/mine refused mine apply "$PLAN_APPLIED" --service-account mine \
			--create-service-account || return 1
	"$deployer" render kubernetes "$PLAN_APPLIED" --namespace "$applied" --token-secret reliably-token --name mine |
		sed 's/^spec:/spec:\n  suspend: true/' | kubectl apply --filename - || return 1
	unchanged "$applied" job/mine refused mine apply "$PLAN_APPLIED" --name mine &&
		kubectl --namespace "$applied" delete job/mine serviceaccount/mine
}

no_cluster() {
	install -m 600 /dev/null "$work/nowhere"
	sed -E "s|(server: \"?https://)[^\",]*|\1$INTEROP_ADDRESS:9|" "$KUBECONFIG" >"$work/nowhere"
	refused "$INTEROP_ADDRESS:9" apply "$PLAN_APPLIED" --kubeconfig "$work/nowhere"
}

# Account, role and binding as the platform's documentation prints them, in the namespace that it names.
prepare_default() {
	kubectl label namespace default --overwrite pod-security.kubernetes.io/enforce=restricted >/dev/null
	token default
	kubectl apply --filename "$here/service-account.yaml" --filename "$here/victim.yaml" >/dev/null
	kubectl --namespace default wait --for=condition=Ready pod/victim --timeout=60s >/dev/null
}

clear_default() {
	kubectl label namespace default pod-security.kubernetes.io/enforce- >/dev/null
	kubectl --namespace default delete --ignore-not-found jobs --selector app.kubernetes.io/managed-by=reliably
	kubectl --namespace default delete --ignore-not-found secret/reliably-token
	kubectl delete --ignore-not-found --filename "$here/rbac.yaml" --filename "$here/service-account.yaml" \
		--filename "$here/victim.yaml"
} >/dev/null

role() { # PLAN OUTCOME EXIT-CODE
	local code=0
	apply "$1" --namespace default --image "$IMAGE:$tag-tools" --wait --wait-timeout 100s || code=$?
	echo "exit code $code"
	[ $code = "$3" ] && ends default "$1" "$2" && ended_with default "$1" "$3"
}

victim_is() { # there | gone
	if [ "$1" = there ]; then kubectl --namespace default get pod/victim; else
		within 20 eval '! kubectl --namespace default get pod/victim'
	fi
}

denied() {
	role "$PLAN_ROLE_denied" Failed 1 && victim_is there
}

allowed() {
	kubectl apply --filename "$here/rbac.yaml" && role "$PLAN_ROLE_allowed" Complete 0 && victim_is gone
}

removed() {
	kubectl --namespace "$applied" delete --ignore-not-found job/mine serviceaccount/mine
	kubectl --namespace "$applied" delete jobs,cronjobs,serviceaccounts --selector app.kubernetes.io/managed-by=reliably \
		--wait --timeout=60s && within 30 nothing_new "$applied"
}
