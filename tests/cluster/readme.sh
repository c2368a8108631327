#!/usr/bin/env bash
# shellcheck disable=SC2154
# Sourced by tests/cluster/run: the README's blocks about Kubernetes and Helm, as they stand there. They make the namespace
# `chaos` and name the published image.

published() { # the image that the README names
	echo "$IMAGE:$(sed -n 's/^project(.* VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)"
}

block() { # NAME [PLAN]: the block, with its variables exported
	local text
	text=$(tests/readme/block "$1") || return 1
	PATH=$(dirname "$deployer"):$PATH RELIABLY_SERVICE_TOKEN=$TOKEN RELIABLY_PLAN_ID=${2:-} timeout 180 bash -euc "$text"
}

block_runs() { # NAME PLAN: it runs the plan to its end, and the platform knows
	block "$1" "$2" && ends chaos "$2" Complete && recorded "$2" 0
}

block_deviates() { # NAME PLAN: its code is the plan's, long before it would be tired of waiting
	local code=0 begun=$SECONDS
	block "$1" "$2" || code=$?
	echo "exit code $code after $((SECONDS - begun)) s"
	[ $code = 1 ] && ((SECONDS - begun < 60)) && ends chaos "$2" Failed && recorded "$2" 1
}

reruns() { # PLAN that ran: again, and it ran twice
	timeout 100 "$deployer" apply kubernetes "$1" --namespace chaos --token-secret reliably-token --create-service-account \
		--rerun --wait && ends chaos "$1" Complete && recorded "$1" 0 2
}

no_image() { # PLAN: waiting ends, with the reason, and the Job stays
	local code=0
	timeout 60 "$deployer" apply kubernetes "$1" --namespace chaos --token-secret reliably-token --wait --start-timeout 5s \
		--image registry.invalid/none:1 >"$work/stdout" 2>"$work/stderr" || code=$?
	cat "$work/stderr"
	echo "exit code $code"
	[ $code = 2 ] && tail -n 1 "$work/stderr" | grep -E 'did not start in 5 s \((ErrImagePull|ImagePullBackOff)\)' &&
		kubectl --namespace chaos get "$(sed -n 's|^created Job/chaos/|job/|p' "$work/stdout")"
}

block_removes() { # PLAN that was applied, with a role of its own
	timeout 60 "$deployer" apply kubernetes "$1" --namespace chaos --token-secret reliably-token --create-service-account \
		--allow pods:list && block kubernetes-remove "$1" || return 1
	[ -z "$(kubectl --namespace chaos get jobs,cronjobs,roles,rolebindings,serviceaccounts --output name \
		--selector app.kubernetes.io/managed-by=reliably,reliably.com/plan="$1")" ] &&
		! kubectl --namespace chaos get serviceaccount reliably-job
}

readme_blocks() {
	undo+=("kubectl delete namespace chaos --wait=false")
	check 'README: kubernetes-prepare' block kubernetes-prepare
	check 'README: kubernetes' block_runs kubernetes "$PLAN_README_APPLIED"
	check 'README: kubectl' block_runs kubectl "$PLAN_README_KUBECTL"
	check 'README: kubectl, deviated' block_deviates kubectl "$PLAN_README_DEVIATED"
	check 'README: kubectl-alone, deviated' block kubectl-alone "$PLAN_README_DEVIATED"
	check 'README: kubectl-alone' block kubectl-alone "$PLAN_README_KUBECTL"
	check 'deployer: runs once more' reruns "$PLAN_README_APPLIED"
	check 'deployer: does not wait for an image for ever' no_image "$PLAN_README_REMOVED"
	check 'README: kubernetes-remove' block_removes "$PLAN_README_REMOVED"
	check 'README: helm' block_runs helm "$PLAN_README_HELM"
	check 'README: helm, deviated' block_deviates helm "$PLAN_README_HELM_DEVIATED"
}
