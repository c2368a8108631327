#!/usr/bin/env bash
# shellcheck disable=SC2154
# Sourced by tests/cluster/run: cluster, image, platform, plans and namespaces, and their end.

cluster_up() {
	if pgrep -x kube-apiserver >/dev/null; then
		say 'a cluster is up and is used'
	else
		undo+=("$here/cluster down")
		"$here/cluster" up
	fi
	export KUBECONFIG=$CLUSTER_HOME/kubeconfig
}

# Both images, made from the static file, given to the node.
image_up() {
	local environment
	[ -S "${ENGINE_HOME:-$HOME/.cache/plan-runner-engine}/docker.sock" ] || undo+=("tests/tools/engine down")
	environment=$(tests/tools/engine up)
	eval "$environment"
	tests/tools/engine base
	say 'building the images'
	DOCKER=/usr/bin/docker TAG=$tag docker/build --only scratch --only tools "$runner" >/dev/null 2>"$work/build" || { cat "$work/build" >&2; exit 1; }
	/usr/bin/docker tag "$IMAGE:$tag" "$(published)"
	/usr/bin/docker save --output "$work/image.tar" "$IMAGE:$tag" "$IMAGE:$tag-tools" "$(published)"
	say 'loading them'
	"$here/cluster" load "$work/image.tar"
	rm "$work/image.tar"
	/usr/bin/docker image rm "$IMAGE:$tag" "$IMAGE:$tag-tools" >/dev/null
}

platform_up() {
	say 'the platform'
	tests/interop/platform.sh install
	undo+=("tests/interop/platform.sh down")
	tests/interop/platform.sh up
	plan http PLAN_ONCE
	export INTEROP_ORG=$ORG INTEROP_TOKEN=$TOKEN
	plan http-deviated PLAN_DEVIATED
	plan http PLAN_NIGHTLY
	plan http PLAN_APPLIED
	plan http-deviated PLAN_APPLIED_DEVIATED
	plan http PLAN_APPLIED_NIGHTLY
	plan http PLAN_FOLLOWED
	plan http PLAN_README_APPLIED
	plan http PLAN_README_KUBECTL
	plan http-deviated PLAN_README_DEVIATED
	plan http PLAN_README_REMOVED
	plan http PLAN_README_HELM
	plan http-deviated PLAN_README_HELM_DEVIATED
	plan http PLAN_USER_1001
	plan http PLAN_USER_4242
	plan http PLAN_USER_10001
	plan http-deviated PLAN_POD_DEVIATED
	plan noop PLAN_POD_NO_PROGRAM
	INTEROP_EXPERIMENT=$here/delete-pod.json plan http PLAN_ROLE_denied
	INTEROP_EXPERIMENT=$here/delete-pod.json plan http PLAN_ROLE_allowed
	export RELIABLY_SERVICE_HOST=$host RELIABLY_ORGANIZATION_ID=$ORG
}

plan() { # VARIANT NAME: the plan's id in that variable, and ORG and TOKEN
	tests/interop/platform.sh seed "$1" >"$work/seeded"
	# shellcheck disable=SC1091
	. "$work/seeded"
	printf -v "$2" %s "$PLAN"
}

# A namespace that enforces Pod Security, with the platform's token.
namespace() { # NAME
	kubectl create namespace "$1" >/dev/null
	undo+=("kubectl delete namespace $1 --wait=false")
	kubectl label namespace "$1" pod-security.kubernetes.io/{enforce,warn}=restricted >/dev/null
	token "$1"
	within 20 kubectl --namespace "$1" get serviceaccount default
	within 20 kubectl --namespace "$1" get configmap kube-root-ca.crt
}

token() { # NAMESPACE
	printf %s "$TOKEN" | kubectl --namespace "$1" create secret generic reliably-token --from-file=token=/dev/stdin >/dev/null
}

# The names of all that a release or an apply could leave.
everything() {
	local space
	for space in "$charted" "$applied" default; do
		kubectl --namespace "$space" get all,configmaps,secrets,serviceaccounts,roles,rolebindings,networkpolicies \
			--output name | sed "s|^|$space |"
	done
	kubectl get clusterroles,clusterrolebindings --output name
}
