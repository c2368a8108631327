{{/* What the schema cannot say well: each message names the value, what is wrong, and an example. */}}

{{- define "plan-runner.uuid" -}}
^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$
{{- end -}}

{{/* One line that is not empty, or the error. Takes value, path, what and example. */}}
{{- define "plan-runner.checkUuid" -}}
{{- if empty .value -}}
{{- fail (printf "%s is required: %s; for example: %s" .path .what .example) -}}
{{- else if not (regexMatch (include "plan-runner.uuid" .) .value) -}}
{{- fail (printf "%s: %q is not a UUID; for example: %s" .path .value .example) -}}
{{- end -}}
{{- end -}}

{{/* The name of an object that exists or is made. Takes value, path and example. */}}
{{- define "plan-runner.checkObjectName" -}}
{{- if gt (len .value) 253 -}}
{{- fail (printf "%s: %d characters, Kubernetes allows 253; for example: %s" .path (len .value) .example) -}}
{{- else if not (regexMatch "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$" .value) -}}
{{- fail (printf "%s: %q is not a name that Kubernetes allows (small letters, digits, - and .); for example: %s" .path .value .example) -}}
{{- end -}}
{{- end -}}

{{/* A part of object names. Takes value, path, max and example. */}}
{{- define "plan-runner.checkPart" -}}
{{- if gt (len .value) (int .max) -}}
{{- fail (printf "%s: %q has %d characters, at most %d fit into the names of the objects; for example: %s" .path .value (len .value) (int .max) .example) -}}
{{- else if not (regexMatch "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$" .value) -}}
{{- fail (printf "%s: %q is not a name that Kubernetes allows (small letters, digits and -); for example: %s" .path .value .example) -}}
{{- end -}}
{{- end -}}

{{- define "plan-runner.checkPlatform" -}}
{{- $platform := .Values.platform -}}
{{- include "plan-runner.checkUuid" (dict
  "value" $platform.organization "path" "platform.organization"
  "what" "the UUID of the organisation that owns the plans"
  "example" "--set platform.organization=6d0d5a3e-0c8f-4c1d-9d5b-6c1f0b7a2e11") -}}
{{- if not (regexMatch "^https?://[^/?#[:space:]]+[^[:space:]]*$" (default "" $platform.host)) -}}
{{- fail (printf "platform.host: %q is not an address with a scheme; for example: --set platform.host=https://reliably.example.com" (default "" $platform.host)) -}}
{{- end -}}
{{- if regexMatch "^https?://[^/?#]*@" $platform.host -}}
{{- fail "platform.host: leave out the user and the password before the '@': it is the token that is sent; for example: --set platform.host=https://reliably.example.com" -}}
{{- else if regexMatch "[?#]" $platform.host -}}
{{- fail "platform.host: leave out what begins with '?' or '#': paths are added to the address; for example: --set platform.host=https://reliably.example.com" -}}
{{- end -}}
{{- $example := "--set platform.tokenSecret.name=reliably-token" -}}
{{- if empty $platform.tokenSecret.name -}}
{{- fail (printf "platform.tokenSecret.name is required: the Secret that holds the platform's token; for example: kubectl --namespace %s create secret generic reliably-token --from-file=token=FILE, then: %s" .Release.Namespace $example) -}}
{{- end -}}
{{- include "plan-runner.checkObjectName" (dict "value" $platform.tokenSecret.name "path" "platform.tokenSecret.name" "example" $example) -}}
{{- if not (regexMatch "^[-._a-zA-Z0-9]{1,253}$" (default "" $platform.tokenSecret.key)) -}}
{{- fail (printf "platform.tokenSecret.key: %q is not a key of a Secret; for example: --set platform.tokenSecret.key=token" (default "" $platform.tokenSecret.key)) -}}
{{- end -}}
{{- with $platform.ca.configMap -}}
{{- include "plan-runner.checkObjectName" (dict "value" . "path" "platform.ca.configMap" "example" "--set platform.ca.configMap=company-ca") -}}
{{- end -}}
{{- end -}}

{{- define "plan-runner.checkPlan" -}}
{{- $path := printf "plans.%s" .name -}}
{{- $plan := .plan -}}
{{- include "plan-runner.checkPart" (dict "value" .name "path" "plans" "max" 32 "example" "plans.checkout") -}}
{{- include "plan-runner.checkUuid" (dict
  "value" $plan.id "path" (printf "%s.id" $path)
  "what" "the UUID of the plan"
  "example" (printf "--set %s.id=bde0c9ce-4a91-492a-8e7c-19060e19232e" $path)) -}}
{{- if and $plan.once $plan.schedule -}}
{{- fail (printf "%s: once and schedule exclude each other; for example: --set %s.once=false" $path $path) -}}
{{- else if not (or $plan.once $plan.schedule) -}}
{{- fail (printf "%s: says neither once nor schedule; for example: --set %s.once=true, or --set-string '%s.schedule=0 3 * * 1-5'" $path $path $path) -}}
{{- end -}}
{{- with $plan.schedule -}}
{{- $error := include "plan-runner.cronError" . -}}
{{- if $error -}}
{{- fail (printf "%s.schedule: %q: %s; for example: --set-string '%s.schedule=0 3 * * 1-5'" $path . $error $path) -}}
{{- end -}}
{{- end -}}
{{- if and $plan.once $plan.timeZone -}}
{{- fail (printf "%s.timeZone: only a schedule has a time zone; for example: --set %s.timeZone=null" $path $path) -}}
{{- end -}}
{{- include "plan-runner.checkTimeZone" (dict "value" $plan.timeZone "path" (printf "%s.timeZone" $path)) -}}
{{- with $plan.serviceAccountName -}}
{{- include "plan-runner.checkObjectName" (dict "value" . "path" (printf "%s.serviceAccountName" $path) "example" (printf "--set %s.serviceAccountName=reliably-job" $path)) -}}
{{- end -}}
{{- include "plan-runner.checkEnv" (dict "root" .root "own" $plan.extraEnv "path" (printf "%s.extraEnv" $path)) -}}
{{- end -}}

{{- define "plan-runner.checkTimeZone" -}}
{{- with .value -}}
{{- if or (eq (lower .) "local") (not (regexMatch "^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$" .)) -}}
{{- fail (printf "%s: %q is not the name of a time zone; for example: --set %s=Europe/Paris" $.path . $.path) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* A variable may be set once. Takes root, own (of a plan, or nothing) and path. */}}
{{- define "plan-runner.checkEnv" -}}
{{- $seen := dict -}}
{{- range (include "plan-runner.env" .root | fromYamlArray) -}}
{{- $_ := set $seen .name "the chart" -}}
{{- end -}}
{{- range .root.Values.extraEnv -}}
{{- if hasKey $seen .name -}}
{{- fail (printf "extraEnv: %s is set by %s already: remove it there or here" .name (get $seen .name)) -}}
{{- end -}}
{{- $_ := set $seen .name "extraEnv" -}}
{{- end -}}
{{- range .own -}}
{{- if hasKey $seen .name -}}
{{- fail (printf "%s: %s is set by %s already: remove it there or here" $.path .name (get $seen .name)) -}}
{{- end -}}
{{- $_ := set $seen .name $.path -}}
{{- end -}}
{{- end -}}

{{- define "plan-runner.checkImage" -}}
{{- $image := .Values.image -}}
{{- if not (regexMatch "^([A-Za-z0-9.-]+(:[0-9]+)?/)?[a-z0-9]+([._-]+[a-z0-9]+)*(/[a-z0-9]+([._-]+[a-z0-9]+)*)*$" (default "" $image.repository)) -}}
{{- fail (printf "image.repository: %q is not the name of an image without its tag; for example: --set image.repository=registry.example.com/plan-runner" (default "" $image.repository)) -}}
{{- end -}}
{{- if not (regexMatch "^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$" (default .Chart.AppVersion $image.tag)) -}}
{{- fail (printf "image.tag: %q is not a tag; for example: --set-string image.tag=%s" $image.tag .Chart.AppVersion) -}}
{{- end -}}
{{- if not (regexMatch "^(sha256:[0-9a-f]{64})?$" (default "" $image.digest)) -}}
{{- fail (printf "image.digest: %q is not sha256: and 64 hexadecimal digits; for example: --set image.digest=sha256:%s" $image.digest (sha256sum "")) -}}
{{- end -}}
{{- end -}}

{{/* What the templates cannot do without: null would take the default away. Takes the values. */}}
{{- define "plan-runner.checkPresent" -}}
{{- $values := . -}}
{{- range list "platform" "platform.tokenSecret" "platform.ca" "platform.ca.key" "image"
  "serviceAccount" "serviceAccount.create" "rbac" "rbac.create" "rbac.kind" "job" "job.backoffLimit" "job.allowRetries"
  "cronJob" "cronJob.concurrencyPolicy" "cronJob.suspend" "podSecurityContext" "securityContext"
  "workspace" "workspace.sizeLimit" "workspace.tmpSizeLimit" "networkPolicy" "networkPolicy.create" "networkPolicy.egress"
-}}
{{- $path := . -}}
{{- $at := $values -}}
{{- range splitList "." $path -}}
{{- $at = index $at . -}}
{{- if kindIs "invalid" $at -}}
{{- fail (printf "%s: cannot be null; leave it out of the values to have the default" $path) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* All checks: every template begins with them, since the first one that is rendered must not crash instead. */}}
{{- define "plan-runner.check" -}}
{{- include "plan-runner.checkPresent" .Values -}}
{{- with .Values.nameOverride -}}
{{- include "plan-runner.checkPart" (dict "value" . "path" "nameOverride" "max" 63 "example" "--set nameOverride=chaos") -}}
{{- end -}}
{{- with .Values.fullnameOverride -}}
{{- include "plan-runner.checkPart" (dict "value" . "path" "fullnameOverride" "max" 63 "example" "--set fullnameOverride=chaos") -}}
{{- end -}}
{{- $plans := dict -}}
{{- range $name, $plan := .Values.plans -}}
{{- if not (kindIs "invalid" $plan) -}}
{{- $_ := set $plans $name $plan -}}
{{- end -}}
{{- end -}}
{{- if empty $plans -}}
{{- fail "plans is required: the plans to run; for example: --set plans.checkout.id=bde0c9ce-4a91-492a-8e7c-19060e19232e --set plans.checkout.once=true" -}}
{{- end -}}
{{- include "plan-runner.checkPlatform" . -}}
{{- include "plan-runner.checkImage" . -}}
{{- range $name, $plan := $plans -}}
{{- include "plan-runner.checkPlan" (dict "root" $ "name" $name "plan" $plan) -}}
{{- end -}}
{{- include "plan-runner.checkEnv" (dict "root" . "path" "extraEnv") -}}
{{- include "plan-runner.checkTimeZone" (dict "value" .Values.cronJob.timeZone "path" "cronJob.timeZone") -}}
{{- with .Values.serviceAccount.name -}}
{{- include "plan-runner.checkObjectName" (dict "value" . "path" "serviceAccount.name" "example" "--set serviceAccount.name=reliably-job") -}}
{{- end -}}
{{- include "plan-runner.checkPod" . -}}
{{- if and .Values.rbac.create (empty .Values.rbac.rules) -}}
{{- fail "rbac.rules is required with rbac.create: what the experiments may do; for example: --set-json 'rbac.rules=[{\"apiGroups\":[\"\"],\"resources\":[\"pods\"],\"verbs\":[\"list\",\"delete\"]}]'" -}}
{{- end -}}
{{- if and (gt (int .Values.job.backoffLimit) 0) (not .Values.job.allowRetries) -}}
{{- fail (printf "job.backoffLimit: %d would run a failed experiment again; when that is meant: --set job.allowRetries=true" (int .Values.job.backoffLimit)) -}}
{{- end -}}
{{- end -}}
