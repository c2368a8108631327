{{/* What only the cluster would refuse, with half of the release installed by then. Each takes the root. */}}

{{/* The keys of labels and annotations, and the values of labels. Takes map, path and values (whether those count). */}}
{{- define "plan-runner.checkKeys" -}}
{{- $dns := "[a-z0-9]([-a-z0-9]*[a-z0-9])?" -}}
{{- $word := "[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?" -}}
{{- range $key, $value := .map -}}
{{- if or (gt (len $key) 317) (not (regexMatch (printf "^(%s(\\.%s)*/)?%s$" $dns $dns $word) $key)) -}}
{{- fail (printf "%s: %q is not a key that Kubernetes allows (at most 63 letters, digits, -, _ and ., after a domain and / or none); for example: example.com/team" $.path $key) -}}
{{- else if and $.values (not (regexMatch (printf "^(%s)?$" $word) (default "" $value))) -}}
{{- fail (printf "%s.%s: %q is not a value of a label (at most 63 letters, digits, -, _ and .); for example: chaos" $.path $key $value) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "plan-runner.checkMetadata" -}}
{{- range $path := list "commonLabels" "podLabels" "nodeSelector" -}}
{{- include "plan-runner.checkKeys" (dict "map" (index $.Values $path) "path" $path "values" true) -}}
{{- end -}}
{{- range $path := list "commonAnnotations" "podAnnotations" -}}
{{- include "plan-runner.checkKeys" (dict "map" (index $.Values $path) "path" $path) -}}
{{- end -}}
{{- include "plan-runner.checkKeys" (dict "map" .Values.job.annotations "path" "job.annotations") -}}
{{- include "plan-runner.checkKeys" (dict "map" .Values.serviceAccount.annotations "path" "serviceAccount.annotations") -}}
{{- range $name, $plan := .Values.plans -}}
{{- with $plan -}}
{{- include "plan-runner.checkKeys" (dict "map" .nodeSelector "path" (printf "plans.%s.nodeSelector" $name) "values" true) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The names of what must exist already. */}}
{{- define "plan-runner.checkReferences" -}}
{{- range $i, $secret := .Values.imagePullSecrets -}}
{{- $name := ternary $secret (get (ternary (dict) $secret (kindIs "string" $secret)) "name") (kindIs "string" $secret) -}}
{{- include "plan-runner.checkObjectName" (dict "value" $name "path" (printf "imagePullSecrets[%d]" $i) "example" "--set imagePullSecrets[0]=registry") -}}
{{- end -}}
{{- range $path := list "priorityClassName" "runtimeClassName" "schedulerName" -}}
{{- with index $.Values $path -}}
{{- include "plan-runner.checkObjectName" (dict "value" . "path" $path "example" (printf "--set %s=chaos" $path)) -}}
{{- end -}}
{{- end -}}
{{- if and (eq (default "" .Values.dnsPolicy) "None") (empty (default (dict) .Values.dnsConfig).nameservers) -}}
{{- fail "dnsPolicy: None needs servers to ask; for example: --set dnsConfig.nameservers[0]=10.0.0.10" -}}
{{- end -}}
{{- end -}}

{{/* A volume has a name of its own, a mount has a volume, and a path takes one mount. */}}
{{- define "plan-runner.checkVolumes" -}}
{{- $volumes := dict -}}
{{- range include "plan-runner.volumes" . | fromYamlArray -}}
{{- $_ := set $volumes .name "the chart" -}}
{{- end -}}
{{- range $i, $volume := .Values.extraVolumes -}}
{{- $name := toString (default "" $volume.name) -}}
{{- include "plan-runner.checkPart" (dict "value" $name "path" (printf "extraVolumes[%d].name" $i) "max" 63 "example" "--set extraVolumes[0].name=data") -}}
{{- if hasKey $volumes $name -}}
{{- fail (printf "extraVolumes: %s is a volume of %s already: give this one another name" $name (get $volumes $name)) -}}
{{- end -}}
{{- $_ := set $volumes $name "extraVolumes" -}}
{{- end -}}
{{- $paths := dict -}}
{{- range include "plan-runner.mounts" . | fromYamlArray -}}
{{- $_ := set $paths .mountPath "the chart" -}}
{{- end -}}
{{- range .Values.extraVolumeMounts -}}
{{- $path := toString (default "" .mountPath) -}}
{{- if not (hasKey $volumes (toString (default "" .name))) -}}
{{- fail (printf "extraVolumeMounts: there is no volume %q: add it to extraVolumes" (toString (default "" .name))) -}}
{{- else if empty $path -}}
{{- fail (printf "extraVolumeMounts: the mount of %s has no mountPath; for example: --set extraVolumeMounts[0].mountPath=/data" .name) -}}
{{- else if hasKey $paths $path -}}
{{- fail (printf "extraVolumeMounts: %s is mounted by %s already: choose another path" $path (get $paths $path)) -}}
{{- end -}}
{{- $_ := set $paths $path "extraVolumeMounts" -}}
{{- end -}}
{{- end -}}

{{/* A pod that must not run as root and is told to never starts. */}}
{{- define "plan-runner.checkUser" -}}
{{- $user := .Values.podSecurityContext.runAsUser -}}
{{- if not (kindIs "invalid" .Values.securityContext.runAsUser) -}}
{{- $user = .Values.securityContext.runAsUser -}}
{{- end -}}
{{- $other := .Values.podSecurityContext.runAsNonRoot -}}
{{- if not (kindIs "invalid" .Values.securityContext.runAsNonRoot) -}}
{{- $other = .Values.securityContext.runAsNonRoot -}}
{{- end -}}
{{- if and $other (not (kindIs "invalid" $user)) (eq (int64 $user) 0) -}}
{{- fail "podSecurityContext: runAsUser 0 is root and runAsNonRoot forbids it: no pod would start; for example: --set podSecurityContext.runAsUser=10001" -}}
{{- end -}}
{{- end -}}

{{- define "plan-runner.checkPod" -}}
{{- include "plan-runner.checkMetadata" . -}}
{{- include "plan-runner.checkReferences" . -}}
{{- include "plan-runner.checkVolumes" . -}}
{{- include "plan-runner.checkUser" . -}}
{{- end -}}
