{{/* Environment of both the migration job and the instances. The chart's own secret does not exist yet when the job runs. */}}
{{- define "shoal.storeEnvironment" -}}
{{- if include "shoal.hasDatabase" . }}
- name: DATABASE_URL
  valueFrom:
    secretKeyRef:
      name: {{ .Values.database.existingSecret | default (include "shoal.fullname" .) }}
      key: {{ ternary .Values.database.existingSecretKey "database-url" (not (empty .Values.database.existingSecret)) }}
{{- end }}
{{- if .Values.secretKey.existingSecret }}
- name: WEBUI_SECRET_KEY
  valueFrom:
    secretKeyRef:
      name: {{ .Values.secretKey.existingSecret }}
      key: {{ .Values.secretKey.existingSecretKey }}
{{- end }}
{{- end -}}

{{- define "shoal.environment" -}}
{{- include "shoal.storeEnvironment" . }}
{{- if include "shoal.hasRedis" . }}
- name: REDIS_URL
  valueFrom:
    secretKeyRef:
      name: {{ .Values.redis.existingSecret | default (include "shoal.fullname" .) }}
      key: {{ ternary .Values.redis.existingSecretKey "redis-url" (not (empty .Values.redis.existingSecret)) }}
{{- if .Values.redis.cluster }}
- name: REDIS_CLUSTER
  value: 'true'
{{- end }}
{{- with .Values.redis.sentinelHosts }}
- name: REDIS_SENTINEL_HOSTS
  value: {{ . | quote }}
{{- end }}
{{- with .Values.redis.keyPrefix }}
- name: REDIS_KEY_PREFIX
  value: {{ . | quote }}
{{- end }}
{{- end }}
{{- range $name, $value := .Values.env }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}
