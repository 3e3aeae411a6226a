{{/* The name of the RivvenCluster. */}}
{{- define "rivven.name" -}}
{{- $name := .Values.fullnameOverride | default .Release.Name -}}
{{- if or (gt (len $name) 45) (contains "." $name) -}}
{{- fail (printf "the name %q must have at most 45 characters and no dots, so that the names made from it are valid: set fullnameOverride" $name) -}}
{{- end -}}
{{- $name -}}
{{- end -}}

{{/* Refuses what nobody could honour, with what to do instead: files/refused.yaml. */}}
{{- define "rivven.check" -}}
{{- range $path, $why := .Files.Get "files/refused.yaml" | fromYaml -}}
{{- $at := $.Values -}}
{{- range splitList "." $path -}}
{{- $at = ternary (get $at .) "" (kindIs "map" $at) -}}
{{- end -}}
{{- $off := and (kindIs "map" $at) (hasKey $at "enabled") (not (get $at "enabled")) -}}
{{- if and $at (not $off) -}}
{{- fail (printf "%s: this chart does not take it: %s" $path $why) -}}
{{- end -}}
{{- end -}}
{{- range list "size" "storageClass" -}}
{{- $one := get $.Values.storage . -}}
{{- $other := get $.Values.persistence . -}}
{{- if and $one $other (ne (toString $one) (toString $other)) -}}
{{- fail (printf "storage.%s and persistence.%s say different things: leave one of them out" . .) -}}
{{- end -}}
{{- end -}}
{{- if eq .Values.image.repository "ghcr.io/hupe1980/rivven" -}}
{{- fail "image.repository: ghcr.io/hupe1980/rivven was never published: leave image.repository empty, or name a mirror" -}}
{{- end -}}
{{- end -}}
