{{- define "batchline.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "batchline.selector" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "batchline.labels" -}}
{{ include "batchline.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "batchline.secret" -}}
{{- default (include "batchline.fullname" .) .Values.existingSecret -}}
{{- end -}}

{{/* What the pods of both parts have in common: how they are secured, where they run, and the volumes. */}}
{{- define "batchline.pod" -}}
automountServiceAccountToken: false
terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile:
    type: RuntimeDefault
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
volumes:
  - name: tmp
    emptyDir: {}
  - name: data
    {{- if .Values.files.existingClaim }}
    persistentVolumeClaim:
      claimName: {{ .Values.files.existingClaim }}
    {{- else }}
    {{- $_ := required "files.existingClaim (a volume that all pods share) or settings.BATCHLINE_FILES (an S3 bucket) is needed" .Values.settings.BATCHLINE_FILES }}
    emptyDir: {}
    {{- end }}
{{- end -}}

{{/* How Prometheus finds the metrics of the pods of both parts, and what makes pods new when settings change. */}}
{{- define "batchline.annotations" -}}
checksum/settings: {{ .Values.settings | toYaml | sha256sum }}
prometheus.io/scrape: "true"
prometheus.io/port: "9464"
prometheus.io/path: /metrics
{{- end -}}

{{/* When Kubernetes sends a pod requests, and when it starts it again. */}}
{{- define "batchline.probes" -}}
readinessProbe:
  httpGet:
    path: /health/ready
    port: monitoring
  periodSeconds: 5
livenessProbe:
  httpGet:
    path: /health/live
    port: monitoring
  periodSeconds: 10
  failureThreshold: 6
{{- end -}}

{{/* What the containers of both parts have in common. */}}
{{- define "batchline.container" -}}
image: "{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}"
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop:
      - ALL
env:
  # Health and metrics without sign-in, for the cluster alone: no service leads there.
  - name: BATCHLINE_MONITORING_HOST
    value: 0.0.0.0
  - name: BATCHLINE_MONITORING_PORT
    value: "9464"
envFrom:
  - secretRef:
      name: {{ include "batchline.secret" . }}
  {{- if .Values.settings }}
  - configMapRef:
      name: {{ include "batchline.fullname" . }}
  {{- end }}
volumeMounts:
  - name: tmp
    mountPath: /tmp
  - name: data
    mountPath: /data
{{- end -}}
