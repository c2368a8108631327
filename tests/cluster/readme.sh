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

readme_blocks() {
	undo+=("kubectl delete namespace chaos --wait=false")
	check 'README: kubernetes-prepare' block kubernetes-prepare
	check 'README: kubernetes' block_runs kubernetes "$PLAN_README_APPLIED"
	check 'README: kubectl' block_runs kubectl "$PLAN_README_KUBECTL"
	check 'README: helm' block_runs helm "$PLAN_README_HELM"
}
