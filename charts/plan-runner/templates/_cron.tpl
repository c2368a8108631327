{{/* The schedules that a CronJob takes. */}}

{{/* What is wrong with a schedule, or nothing. */}}
{{- define "plan-runner.cronError" -}}
{{- $fields := regexSplit "\\s+" (trim .) -1 -}}
{{- if regexMatch "TZ=" . -}}
the time zone goes into timeZone
{{- else if hasPrefix "@" . -}}
{{- if not (regexMatch "^@(yearly|annually|monthly|weekly|daily|midnight|hourly|every ([0-9]+(\\.[0-9]+)?[hms])+)$" .) -}}
there is @yearly, @monthly, @weekly, @daily, @hourly and @every 1h30m
{{- end -}}
{{- else if ne (len $fields) 5 -}}
{{ printf "it has %d of the 5 fields minute, hour, day of the month, month, day of the week" (len $fields) }}
{{- else -}}
{{- $months := dict "jan" 1 "feb" 2 "mar" 3 "apr" 4 "may" 5 "jun" 6 "jul" 7 "aug" 8 "sep" 9 "oct" 10 "nov" 11 "dec" 12 -}}
{{- $days := dict "sun" 0 "mon" 1 "tue" 2 "wed" 3 "thu" 4 "fri" 5 "sat" 6 -}}
{{- $kinds := list
  (dict "what" "minute" "min" 0 "max" 59 "names" dict)
  (dict "what" "hour" "min" 0 "max" 23 "names" dict)
  (dict "what" "day of the month" "min" 1 "max" 31 "names" dict)
  (dict "what" "month" "min" 1 "max" 12 "names" $months)
  (dict "what" "day of the week" "min" 0 "max" 6 "names" $days)
-}}
{{- $errors := list -}}
{{- range $i, $field := $fields -}}
{{- range splitList "," $field -}}
{{- with include "plan-runner.cronPartError" (dict "part" . "kind" (index $kinds $i)) -}}
{{- $errors = append $errors . -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- with $errors -}}
{{- first . -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* What is wrong with one part between commas, such as 1-5/2, or nothing. Takes part and kind. */}}
{{- define "plan-runner.cronPartError" -}}
{{- $kind := .kind -}}
{{- $halves := splitList "/" .part -}}
{{- $span := first $halves -}}
{{- $ends := list -}}
{{- if not (has $span (list "*" "?")) -}}
{{- $ends = splitList "-" $span -}}
{{- end -}}
{{- $numbers := list -}}
{{- $errors := list -}}
{{- range $ends -}}
{{- $number := -1 -}}
{{- if hasKey $kind.names (lower .) -}}
{{- $number = get $kind.names (lower .) -}}
{{- else if regexMatch "^[0-9]{1,9}$" . -}}
{{- $number = atoi . -}}
{{- else -}}
{{- $errors = append $errors (printf "%s %q is not a number" $kind.what .) -}}
{{- end -}}
{{- if and (empty $errors) (or (lt $number $kind.min) (gt $number $kind.max)) -}}
{{- $errors = append $errors (printf "%s %s is not in %d-%d" $kind.what . $kind.min $kind.max) -}}
{{- end -}}
{{- $numbers = append $numbers $number -}}
{{- end -}}
{{- if $errors -}}
{{- first $errors -}}
{{- else if or (gt (len $ends) 2) (gt (len $halves) 2) -}}
{{ printf "%s %q is not a range with a step, such as %d-%d/2" $kind.what .part $kind.min $kind.max }}
{{- else if and (eq (len $ends) 2) (gt (first $numbers) (last $numbers)) -}}
{{ printf "%s range %s runs backwards" $kind.what $span }}
{{- else if and (eq (len $halves) 2) (not (regexMatch "^0{0,8}[1-9][0-9]{0,8}$" (last $halves))) -}}
{{ printf "%s step %q is not a number above 0" $kind.what (last $halves) }}
{{- end -}}
{{- end -}}
