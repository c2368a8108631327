#!/usr/bin/env bash
# shellcheck disable=SC2154
# Sourced by tests/cluster/run: the scratch image by itself, as pods of any user to whom nothing is allowed, and as the job of
# the platform's own Kubernetes deployment.

users=(1001 4242 10001)

# A pod that Pod Security `restricted` admits, with as little memory as the program needs; without a plan it has neither
# environment nor arguments, which the platform adds.
pod_of() { # NAME USER [PLAN]
	cat <<-END
		apiVersion: v1
		kind: Pod
		metadata: {name: $1, labels: {reliably.com/plan: "${3:-none}"}}
		spec:
		  restartPolicy: Never
		  automountServiceAccountToken: false
		  securityContext: {runAsNonRoot: true, runAsUser: $2, runAsGroup: $2, seccompProfile: {type: RuntimeDefault}}
		  containers:
		  - name: job
		    image: $IMAGE:$tag
		    imagePullPolicy: Never
		    securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}
		    resources: {limits: {cpu: 200m, memory: 16Mi}}
	END
	[ -n "${3:-}" ] || return 0
	cat <<-END
		    args: [service, plan, execute, --set-status, --log-stdout, --load-environment, $3]
		    env:
		    - {name: RELIABLY_SERVICE_HOST, value: $host}
		    - {name: RELIABLY_ORGANIZATION_ID, value: $ORG}
		    - {name: RELIABLY_SERVICE_TOKEN, valueFrom: {secretKeyRef: {name: reliably-token, key: token}}}
	END
}

pods_started() {
	local user name
	for user in "${users[@]}"; do
		name=PLAN_USER_$user
		pod_of "as-$user" "$user" "${!name}"
		echo ---
	done >"$work/pods.yaml"
	{
		pod_of deviated 1001 "$PLAN_POD_DEVIATED"
		echo ---
		pod_of no-program 1001 "$PLAN_POD_NO_PROGRAM"
	} >>"$work/pods.yaml"
	unwarned kubectl --namespace "$alone" apply --validate=strict --filename "$work/pods.yaml"
}

pod_phase() { # NAME PHASE
	kubectl --namespace "$alone" get pod "$1" --output 'jsonpath={.status.phase}' | grep -x "$2"
}

pod_ends() { # NAME EXIT-CODE PLAN
	local phase=Failed
	[ "$2" != 0 ] || phase=Succeeded
	within 60 pod_phase "$1" "$phase" && ended_with "$alone" "$3" "$2" && return
	kubectl --namespace "$alone" describe pod "$1"
	return 1
}

no_program() { # told in the log
	pod_ends no-program 2 "$PLAN_POD_NO_PROGRAM" && kubectl --namespace "$alone" logs no-program >"$work/log" || return 1
	cat "$work/log"
	grep -q 'tag ends in `-tools`' "$work/log"
}

# The real platform makes the Job, with its own command and environment, from the pod that its deployment holds.
platform_deploys() {
	pod_of template 4242 >"$work/template.yaml"
	INTEROP_MODE=k8s_job INTEROP_NAMESPACE=$alone INTEROP_MANIFEST=$work/template.yaml plan http PLAN_BY_PLATFORM &&
		ends "$alone" "$PLAN_BY_PLATFORM" Complete && ended_with "$alone" "$PLAN_BY_PLATFORM" 0 &&
		recorded "$PLAN_BY_PLATFORM" 0 && return
	kubectl --namespace "$alone" get jobs,pods,events
	tail -n 20 "$INTEROP_HOME/server.log"
	return 1
}
