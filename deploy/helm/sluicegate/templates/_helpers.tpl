{{/* What everything is called. */}}
{{- define "sluicegate.name" -}}
{{- $name := .Values.nameOverride | default .Chart.Name -}}
{{- $full := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{- .Values.fullnameOverride | default $full | trunc 46 | trimSuffix "-" -}}
{{- end -}}

{{/* The operator's account. */}}
{{- define "sluicegate.account" -}}
{{- .Values.serviceAccount.name | default (include "sluicegate.name" .) -}}
{{- end -}}

{{/* The labels of every object. */}}
{{- define "sluicegate.labels" -}}
app.kubernetes.io/name: {{ .Values.nameOverride | default .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/part-of: sluicegate
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* What the operator's pods are selected by. It never changes: selectors are immutable. Without the
release, so that it is what kubectl applies, and a release can take that over. */}}
{{- define "sluicegate.selector" -}}
app.kubernetes.io/component: operator
app.kubernetes.io/name: {{ .Values.nameOverride | default .Chart.Name }}
{{- end -}}

{{/* The annotations of an object, those of all and its own, so far in. */}}
{{- define "sluicegate.annotations" -}}
{{- with merge (dict) (index . 1) (index . 0).Values.commonAnnotations -}}
{{- dict "annotations" . | toYaml | nindent (index $ 2) -}}
{{- end -}}
{{- end -}}

{{/* The labels of a pod, of which a new chart alone changes none. */}}
{{- define "sluicegate.pod-labels" -}}
app.kubernetes.io/name: {{ .Values.nameOverride | default .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/part-of: sluicegate
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- with merge (dict) .Values.podLabels .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* The image of the operator. */}}
{{- define "sluicegate.image" -}}
{{- $registry := (.Values.global).imageRegistry | default .Values.image.registry -}}
{{- $image := ternary .Values.image.repository (printf "%s/%s" $registry .Values.image.repository) (empty $registry) -}}
{{- with .Values.image.digest -}}
{{- printf "%s@%s" $image . -}}
{{- else -}}
{{- printf "%s:%s" $image (.Values.image.tag | default .Chart.AppVersion) -}}
{{- end -}}
{{- end -}}

{{/* The namespaces that are looked after, each once, separated by commas; none means all. */}}
{{- define "sluicegate.watched" -}}
{{- $more := splitList "," (.Values.operator.watchNamespace | replace " " "") -}}
{{- concat .Values.watch.namespaces $more | compact | uniq | sortAlpha | join "," -}}
{{- end -}}

{{/* The number of a port: of an address, or what the program takes. */}}
{{- define "sluicegate.port" -}}
{{- regexFind "[0-9]+$" (index . 0) | default (index . 1) -}}
{{- end -}}

{{/* What an account may do: a role and its binding, in one namespace or, without one, in all. */}}
{{- define "sluicegate.rights" -}}
{{- $kind := ternary "Role" "ClusterRole" (hasKey . "namespace") -}}
{{- range list $kind (printf "%sBinding" $kind) }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ . }}
metadata:
  name: {{ $.name }}
  {{- with $.namespace }}
  namespace: {{ . }}
  {{- end }}
  labels:
    {{- include "sluicegate.labels" $.top | nindent 4 }}
  {{- include "sluicegate.annotations" (list $.top dict 2) }}
{{- if hasSuffix "Binding" . }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: {{ $kind }}
  name: {{ $.name }}
subjects:
  - kind: ServiceAccount
    name: {{ $.account }}
    namespace: {{ $.top.Release.Namespace }}
{{- else }}
rules:
  {{- toYaml $.rules | nindent 2 }}
{{- end }}
{{- end }}
{{- end -}}

{{/* What nobody could honour, with what to do instead: files/refused.yaml. */}}
{{- define "sluicegate.check" -}}
{{- $wrong := list -}}
{{- range $path, $why := .Files.Get "files/refused.yaml" | fromYaml -}}
{{- $at := $.Values -}}
{{- range splitList "." $path -}}
{{- $at = ternary (get (ternary $at dict (kindIs "map" $at)) .) "" (kindIs "map" $at) -}}
{{- end -}}
{{- $off := and (kindIs "map" $at) (eq (toString (get (ternary $at dict (kindIs "map" $at)) "enabled")) "false") -}}
{{- if and $at (not $off) -}}
{{- $wrong = append $wrong (printf "%s: this chart does not take it: %s" $path $why) -}}
{{- end -}}
{{- end -}}
{{- if and (gt (int .Values.replicaCount) 1) (not .Values.operator.leaderElection) -}}
{{- $wrong = append $wrong "replicaCount: more than one pod without leader election would act at the same time: set operator.leaderElection to true, or replicaCount to 1" -}}
{{- end -}}
{{- if and (not .Values.serviceAccount.create) (not .Values.serviceAccount.name) -}}
{{- $wrong = append $wrong "serviceAccount.name: is needed where none is made: name one that exists, or set serviceAccount.create to true" -}}
{{- end -}}
{{- if contains "dataflow-operator/" .Values.image.repository -}}
{{- $wrong = append $wrong "image.repository: must be the image of this operator, not of another: leave it out, or name your own" -}}
{{- end -}}
{{- with $wrong }}{{ fail (join "\n" .) }}{{ end -}}
{{- end -}}

{{/* Where and as whom the chart's pods run. */}}
{{- define "sluicegate.pod" -}}
{{- $all := pick .Values "imagePullSecrets" "nodeSelector" "tolerations" "affinity"
      "topologySpreadConstraints" "priorityClassName" -}}
{{- $said := dict -}}
{{- range $field, $value := merge (dict "securityContext" .Values.podSecurityContext) $all -}}
{{- if $value }}{{ $_ := set $said $field $value }}{{ end -}}
{{- end -}}
{{- toYaml $said -}}
{{- end -}}

{{/* What the chart's containers have in common. */}}
{{- define "sluicegate.container" -}}
image: {{ include "sluicegate.image" . | quote }}
{{- with .Values.image.pullPolicy }}
imagePullPolicy: {{ . }}
{{- end }}
{{- with .Values.resources }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.securityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
