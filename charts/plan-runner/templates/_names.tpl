{{/* Names and labels. */}}

{{/* A text cut to `max` characters; what is cut keeps its own name by eight digits of its hash. */}}
{{- define "plan-runner.cut" -}}
{{- if le (len .text) (int .max) -}}
{{- .text -}}
{{- else -}}
{{- printf "%s-%s" (.text | trunc (int (sub .max 9)) | trimAll "-.") (sha256sum .text | trunc 8) -}}
{{- end -}}
{{- end -}}

{{/* Several maps as the YAML of one; the first that has a key wins. Nothing when all are empty. */}}
{{- define "plan-runner.merged" -}}
{{- $all := dict -}}
{{- range . -}}
{{- range $key, $value := . -}}
{{- if not (hasKey $all $key) -}}
{{- $_ := set $all $key $value -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- with $all -}}
{{- toYaml . -}}
{{- end -}}
{{- end -}}

{{- define "plan-runner.name" -}}
{{- default .Chart.Name .Values.nameOverride -}}
{{- end -}}

{{- define "plan-runner.fullname" -}}
{{- $name := include "plan-runner.name" . -}}
{{- $full := printf "%s-%s" .Release.Name $name -}}
{{- if contains $name .Release.Name -}}
{{- $full = .Release.Name -}}
{{- end -}}
{{- include "plan-runner.cut" (dict "text" (default $full .Values.fullnameOverride) "max" 63) -}}
{{- end -}}

{{/* A CronJob's name has 52 characters at most: its Jobs add 11. */}}
{{- define "plan-runner.cronJobName" -}}
{{- $room := sub 51 (len .name) -}}
{{- printf "%s-%s" (include "plan-runner.cut" (dict "text" (include "plan-runner.fullname" .root) "max" $room)) .name -}}
{{- end -}}

{{/*
A Job cannot be changed: its name carries a hash of its spec, so that an upgrade that changes it makes a new Job, and
one that does not leaves it alone.
*/}}
{{- define "plan-runner.jobName" -}}
{{- $room := sub 53 (len .name) -}}
{{- $base := include "plan-runner.cut" (dict "text" (include "plan-runner.fullname" .root) "max" $room) -}}
{{- printf "%s-%s-%s" $base .name (include "plan-runner.jobSpec" . | sha256sum | trunc 8) -}}
{{- end -}}

{{- define "plan-runner.serviceAccountName" -}}
{{- $default := ternary (include "plan-runner.fullname" .) "reliably-job" .Values.serviceAccount.create -}}
{{- default $default .Values.serviceAccount.name -}}
{{- end -}}

{{/* Labels of every object that Helm installs. */}}
{{- define "plan-runner.labels" -}}
{{- $labels := dict
  "app.kubernetes.io/instance" .Release.Name
  "app.kubernetes.io/managed-by" .Release.Service
  "app.kubernetes.io/name" (include "plan-runner.name" .)
  "app.kubernetes.io/part-of" "plan-runner"
  "app.kubernetes.io/version" .Chart.AppVersion
  "helm.sh/chart" (printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-")
-}}
{{- include "plan-runner.merged" (list $labels .Values.commonLabels) -}}
{{- end -}}

{{/* The platform's labels of one plan; who manages the object is said by the caller. */}}
{{- define "plan-runner.planLabels" -}}
app.kubernetes.io/component: experiment
app.kubernetes.io/name: plan-{{ .plan.id }}
reliably.com/org: {{ quote .root.Values.platform.organization }}
reliably.com/plan: {{ quote .plan.id }}
{{- end -}}

{{/* Labels of a Job or CronJob that Helm installs. */}}
{{- define "plan-runner.workloadLabels" -}}
{{- $own := include "plan-runner.planLabels" . | fromYaml -}}
{{- include "plan-runner.merged" (list $own (include "plan-runner.labels" .root | fromYaml)) -}}
{{- end -}}

{{/* Labels of what Kubernetes creates from them: the Jobs of a CronJob, and the pods. */}}
{{- define "plan-runner.createdLabels" -}}
{{- $own := include "plan-runner.planLabels" . | fromYaml -}}
{{- $_ := set $own "app.kubernetes.io/managed-by" "reliably" -}}
{{- $_ := set $own "app.kubernetes.io/instance" .root.Release.Name -}}
{{- include "plan-runner.merged" (list $own .root.Values.commonLabels) -}}
{{- end -}}

{{- define "plan-runner.podLabels" -}}
{{- $own := include "plan-runner.createdLabels" . | fromYaml -}}
{{- include "plan-runner.merged" (list $own .root.Values.podLabels) -}}
{{- end -}}

{{/* A version's tag and a digest never move, and an experiment must start while the registry is down. */}}
{{- define "plan-runner.pullPolicy" -}}
{{- $image := .Values.image -}}
{{- $moves := and (eq "latest" (default .Chart.AppVersion $image.tag)) (not $image.digest) -}}
{{- default (ternary "Always" "IfNotPresent" $moves) $image.pullPolicy -}}
{{- end -}}

{{- define "plan-runner.image" -}}
{{- $image := .Values.image -}}
{{- $text := printf "%s:%s" $image.repository (default .Chart.AppVersion $image.tag) -}}
{{- if $image.digest -}}
{{- $text = printf "%s@%s" $text $image.digest -}}
{{- end -}}
{{- $text -}}
{{- end -}}
