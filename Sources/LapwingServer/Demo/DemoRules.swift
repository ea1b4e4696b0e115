/// The demo's rules, inside the program so that it works from any directory; a test holds them to `rules/demo.yml`.
enum DemoRules {
    static let text = #"""
        # Rules for `lapwing serve --demo`: windows of seconds, so that an alert is seen pending, firing and resolved within two
        # minutes. For a real service the windows of service.yml are right.
        groups:
          - name: demo
            interval: 2s
            rules:
              - record: instance:http_requests:rate15s
                expr: sum by (instance) (rate(http_requests_total[15s]))
              - alert: HighErrorRate
                expr: rate(http_requests_total{status=~"5.."}[15s]) > 0.5
                for: 6s
                labels:
                  severity: critical
                annotations:
                  summary: "{{ $labels.path }} answers {{ $value | printf \"%.1f\" }} requests a second with status {{ $labels.status }}"
              - alert: HighResponseTime
                expr: histogram_quantile(0.95, sum by (le, instance) (rate(http_request_duration_seconds_bucket[15s]))) > 1
                for: 6s
                labels:
                  severity: warning
                annotations:
                  summary: "one request in twenty takes longer than {{ $value | humanizeDuration }}"
              - alert: DemoServiceDown
                expr: up{job="demo"} == 0
                for: 6s
                labels:
                  severity: critical
                annotations:
                  summary: "{{ $labels.instance }} does not answer"

        """#
}
