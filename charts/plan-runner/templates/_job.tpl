{{/* The one spec of a Job, which `once` and `schedule` share. Each takes a dict of root, name and plan. */}}

{{/* `key: value` unless the value is unset; 0 and false are values. */}}
{{- define "plan-runner.optional" -}}
{{- if not (kindIs "invalid" .value) -}}
{{ .key }}: {{ toYaml .value }}
{{- end -}}
{{- end -}}

{{/* What the plan says, else what the chart says; as YAML, nothing for an empty one. Takes of (that dict) and key. */}}
{{- define "plan-runner.own" -}}
{{- $value := index .of.root.Values .key -}}
{{- if not (kindIs "invalid" (index .of.plan .key)) -}}
{{- $value = index .of.plan .key -}}
{{- end -}}
{{- with $value -}}
{{- toYaml . -}}
{{- end -}}
{{- end -}}

{{- define "plan-runner.mountToken" -}}
{{- $account := .root.Values.serviceAccount -}}
{{- if kindIs "invalid" $account.mountToken -}}
{{- or .root.Values.rbac.create (not $account.create) (not (empty .plan.serviceAccountName)) -}}
{{- else -}}
{{- $account.mountToken -}}
{{- end -}}
{{- end -}}

{{- define "plan-runner.env" -}}
- name: HOME
  value: /work
{{- if .Values.platform.ca.configMap }}
- name: PLAN_RUNNER_CA_FILE
  value: /etc/plan-runner/ca.crt
{{- end }}
{{- $grace := .Values.terminationGracePeriodSeconds }}
{{- $grace = int (ternary 30 $grace (kindIs "invalid" $grace)) }}
{{- if gt $grace 3 }}
- name: PLAN_RUNNER_GRACE
  value: {{ printf "%ds" (sub $grace 2) | quote }}
{{- end }}
- name: RELIABLY_ORGANIZATION_ID
  value: {{ quote .Values.platform.organization }}
- name: RELIABLY_SERVICE_HOST
  value: {{ quote .Values.platform.host }}
- name: RELIABLY_SERVICE_TOKEN
  valueFrom:
    secretKeyRef:
      name: {{ quote .Values.platform.tokenSecret.name }}
      key: {{ quote .Values.platform.tokenSecret.key }}
{{- end -}}

{{- define "plan-runner.mounts" -}}
- name: work
  mountPath: /work
- name: tmp
  mountPath: /tmp
{{- if .Values.platform.ca.configMap }}
- name: ca
  mountPath: /etc/plan-runner
  readOnly: true
{{- end }}
{{- end -}}

{{- define "plan-runner.volumes" -}}
- name: work
  emptyDir:
    sizeLimit: {{ .Values.workspace.sizeLimit }}
- name: tmp
  emptyDir:
    sizeLimit: {{ .Values.workspace.tmpSizeLimit }}
{{- with .Values.platform.ca }}
{{- if .configMap }}
- name: ca
  configMap:
    name: {{ quote .configMap }}
    items:
      - key: {{ quote .key }}
        path: ca.crt
{{- end }}
{{- end }}
{{- end -}}

{{- define "plan-runner.container" -}}
{{- $values := .root.Values -}}
name: job
image: {{ quote (include "plan-runner.image" .root) }}
imagePullPolicy: {{ include "plan-runner.pullPolicy" .root }}
args:
  - service
  - plan
  - execute
  - --set-status
  - --log-stdout
  - --load-environment
  {{- range concat (default (list) $values.extraArgs) (default (list) .plan.extraArgs) }}
  - {{ quote . }}
  {{- end }}
  - {{ quote .plan.id }}
workingDir: /work
env:
  {{- include "plan-runner.env" .root | nindent 2 }}
  {{- with concat (default (list) $values.extraEnv) (default (list) .plan.extraEnv) }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with $values.extraEnvFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with include "plan-runner.own" (dict "of" . "key" "resources") }}
resources:
  {{- . | nindent 2 }}
{{- end }}
securityContext:
  {{- toYaml $values.securityContext | nindent 2 }}
terminationMessagePolicy: FallbackToLogsOnError
volumeMounts:
  {{- include "plan-runner.mounts" .root | nindent 2 }}
  {{- with $values.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{- define "plan-runner.pullSecrets" -}}
{{- with .Values.imagePullSecrets -}}
imagePullSecrets:
  {{- range . }}
  - name: {{ ternary . (get (ternary (dict) . (kindIs "string" .)) "name") (kindIs "string" .) | quote }}
  {{- end }}
{{- end -}}
{{- end -}}

{{- define "plan-runner.podSpec" -}}
{{- $values := .root.Values -}}
restartPolicy: Never
serviceAccountName: {{ default (include "plan-runner.serviceAccountName" .root) .plan.serviceAccountName | quote }}
automountServiceAccountToken: {{ include "plan-runner.mountToken" . }}
enableServiceLinks: false
{{ include "plan-runner.optional" (dict "key" "terminationGracePeriodSeconds" "value" $values.terminationGracePeriodSeconds) }}
{{- with include "plan-runner.pullSecrets" .root }}
{{ . }}
{{- end }}
{{- range $key := list "priorityClassName" "runtimeClassName" "schedulerName" "dnsPolicy" }}
{{- with index $values $key }}
{{ $key }}: {{ quote . }}
{{- end }}
{{- end }}
{{- range $key := list "dnsConfig" "hostAliases" "topologySpreadConstraints" }}
{{- with index $values $key }}
{{ $key }}:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- $ctx := . }}
{{- range $key := list "nodeSelector" "tolerations" "affinity" }}
{{- with include "plan-runner.own" (dict "of" $ctx "key" $key) }}
{{ $key }}:
  {{- . | nindent 2 }}
{{- end }}
{{- end }}
securityContext:
  {{- toYaml $values.podSecurityContext | nindent 2 }}
containers:
  - {{ include "plan-runner.container" . | nindent 4 | trim }}
volumes:
  {{- include "plan-runner.volumes" .root | nindent 2 }}
  {{- with $values.extraVolumes }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{- define "plan-runner.jobSpec" -}}
{{- $values := .root.Values -}}
{{- $deadline := $values.job.activeDeadlineSeconds -}}
{{- if not (kindIs "invalid" .plan.activeDeadlineSeconds) -}}
{{- $deadline = .plan.activeDeadlineSeconds -}}
{{- end -}}
backoffLimit: {{ int $values.job.backoffLimit }}
podReplacementPolicy: Failed
{{- with include "plan-runner.optional" (dict "key" "activeDeadlineSeconds" "value" $deadline) }}
{{ . }}
{{- end }}
{{- with include "plan-runner.optional" (dict "key" "ttlSecondsAfterFinished" "value" $values.job.ttlSecondsAfterFinished) }}
{{ . }}
{{- end }}
template:
  metadata:
    labels:
      {{- include "plan-runner.podLabels" . | nindent 6 }}
    {{- with $values.podAnnotations }}
    annotations:
      {{- toYaml . | nindent 6 }}
    {{- end }}
  spec:
    {{- include "plan-runner.podSpec" . | nindent 4 }}
{{- end -}}
