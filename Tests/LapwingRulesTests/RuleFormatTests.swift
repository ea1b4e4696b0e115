import LapwingRules
import LapwingText
import Testing

@Suite struct `Formatting of rule files` {
    private func format(_ text: String) throws -> RuleFormat { try RuleFormat(SourceText(name: "rules.yml", text)) }

    @Test func `an expression that several rules share is changed once`() throws {
        let merged = "groups:\n- name: g\n  rules:\n  - &a {record: 'a:b', expr: 'sum(x)by(a)'}\n  - {<<: *a, record: 'c:d'}\n  - *a\n"
        let formatted = try format(merged)
        #expect(formatted.changes.count == 1 && formatted.exceptions.isEmpty && formatted.text == merged.replacing("sum(x)by(a)", with: "sum by (a) (x)"))
    }

    @Test func `expressions become canonical and everything else stays`() throws {
        let text = """
            # ours
            groups:
              - name: g   # one
                rules:
                  - {record: 'a:b', expr: 'sum(x)by(a)'}

                  - alert: A
                    expr: x>1   # why
                    annotations: {text: "a  b"}
                  - alert: B
                    expr: |-
                      sum(rate(a_rather_long_metric_name[5m]))by(job) / sum(rate(another_rather_long_metric_name[5m]))by(job)

            """
        let formatted = try format(text)
        #expect(formatted.changes.count == 3 && formatted.exceptions.isEmpty)
        #expect(
            formatted.text == """
                # ours
                groups:
                  - name: g   # one
                    rules:
                      - {record: 'a:b', expr: 'sum by (a) (x)'}

                      - alert: A
                        expr: x > 1   # why
                        annotations: {text: "a  b"}
                      - alert: B
                        expr: |2-
                            sum by (job) (rate(a_rather_long_metric_name[5m]))
                          /
                            sum by (job) (rate(another_rather_long_metric_name[5m]))

                """)
        let again = try format(formatted.text)
        #expect(again.changes.isEmpty && again.text == formatted.text)
    }

    @Test func `an expression with comments is left as it is, and told of where it is not canonical`() throws {
        let canonical = try format("- alert: A\n  expr: |\n    # quiet\n    x > 1\n")
        #expect(canonical.changes.isEmpty && canonical.exceptions.isEmpty)
        let other = try format("- alert: A\n  expr: |\n    x>1 # quiet\n")
        #expect(other.changes.isEmpty && other.exceptions.count == 1 && other.text.contains("x>1 # quiet"))
    }

    @Test func `an expression that stands in several places is left as it is, which is no error`() throws {
        let formatted = try format("- {alert: A, expr: &e x>1}\n- {alert: B, expr: *e}\n")
        #expect(formatted.changes.isEmpty && formatted.text.contains("&e x>1"))
        #expect(formatted.exceptions.count == 2 && formatted.exceptions.allSatisfy { $0.severity == .warning && $0.check == "promql/format" })
        #expect(formatted.exceptions.first?.message == "left as it is: &e may be used elsewhere")
    }

    /// It was refused, though it loads.
    @Test func `of several documents the first is formatted`() throws {
        #expect(try format("- {alert: A, expr: x>1}\n---\n- {alert: B, expr: y>1}\n").text == "- {alert: A, expr: x > 1}\n---\n- {alert: B, expr: y>1}\n")
    }

    @Test func `a file that does not load is refused`() { #expect(throws: SourceError.self) { try format("- alert: A\n  expr: x +\n") } }
}
