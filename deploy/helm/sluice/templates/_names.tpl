{{- define "sluice.name" -}}
{{- if contains "sluice" .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}{{ else }}{{ printf "%s-sluice" (.Release.Name | trunc 43 | trimSuffix "-") }}{{ end }}
{{- end }}

{{- define "sluice.selector" -}}
app.kubernetes.io/name: sluice
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "sluice.labels" -}}
{{ include "sluice.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "sluice.serviceAccount" -}}
{{- if .Values.serviceAccount.create }}{{ .Values.serviceAccount.name | default (include "sluice.name" .) }}{{ else }}{{ .Values.serviceAccount.name | default "default" }}{{ end }}
{{- end }}

{{- /* What a schema cannot say: where the state lies, and for how many. */ -}}
{{- define "sluice.check" -}}
{{- if and .Values.database.secretName .Values.sqlite.claimName }}{{ fail "database.secretName and sqlite.claimName: give one of them" }}{{ end }}
{{- if not (or .Values.database.secretName .Values.sqlite.claimName) }}{{ fail "no place for the state: give database.secretName, a Secret with the address of PostgreSQL, or sqlite.claimName" }}{{ end }}
{{- if and .Values.sqlite.claimName (ne (int .Values.replicas) 1) }}{{ fail "sqlite.claimName: one process at a time may have it, so set replicas to 1" }}{{ end }}
{{- end }}
