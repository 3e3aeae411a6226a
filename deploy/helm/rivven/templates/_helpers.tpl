{{/* The name of the RivvenCluster. */}}
{{- define "rivven.name" -}}
{{- $name := .Values.fullnameOverride | default .Release.Name -}}
{{- if or (gt (len $name) 45) (contains "." $name) -}}
{{- fail (printf "the name %q must have at most 45 characters and no dots, so that the names made from it are valid: set fullnameOverride" $name) -}}
{{- end -}}
{{- $name -}}
{{- end -}}

{{/* What nobody could honour, with what to do instead: files/refused.yaml. */}}
{{- define "rivven.check" -}}
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
{{- range list "size" "storageClass" -}}
{{- $one := get $.Values.storage . -}}
{{- $other := get $.Values.persistence . -}}
{{- if and $one $other (ne (toString $one) (toString $other)) -}}
{{- $wrong = append $wrong (printf "persistence.%s: storage.%s and persistence.%s say different things: leave one of them out" . . .) -}}
{{- end -}}
{{- end -}}
{{- if eq .Values.image.repository "ghcr.io/hupe1980/rivven" -}}
{{- $wrong = append $wrong "image.repository: was never published: leave image.repository empty, or name a mirror" -}}
{{- end -}}
{{- with $wrong }}{{ fail (join "\n" .) }}{{ end -}}
{{- end -}}
