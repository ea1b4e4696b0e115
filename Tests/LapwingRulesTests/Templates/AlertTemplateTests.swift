import Foundation
import LapwingRules
import LapwingSeries
import LapwingTemplate
import LapwingText
import Testing

@Suite struct AlertTemplateTests {
    private static let environment = TemplateEnvironment(
        externalLabels: Labels(["cluster": "eu"]), externalURL: "http://testhost:9090/path/prefix",
        now: Timestamp(milliseconds: 1_353_755_652_000)
    ) { query, time in
        switch query {
        case "missing": return []
        case "broken": throw Refused()
        case "when": return [TemplateSample(labels: .empty, value: .float(time.seconds))]
        case "histogram": return [TemplateSample(labels: .empty, value: .histogram(NativeHistogram(count: 3, sum: 10)))]
        default:
            return [
                TemplateSample(
                    labels: Labels(metric: "metric", ["instance": "b", "__value__": "v"]), value: .float(21)),
                TemplateSample(labels: Labels(metric: "metric", ["instance": "a"]), value: .float(11)),
            ]
        }
    }

    private struct Refused: Error, CustomStringConvertible {
        var description: String { "query refused" }
    }

    private static let data = AlertTemplateData(
        labels: Labels(metric: "up", ["instance": "foo.example.com:9100", "job": "node"]), value: .float(0.98765),
        environment: environment)

    private func expand(_ text: String) -> String {
        do throws(TemplateError) {
            return try AlertTemplate(text, alert: "A").expand(Self.data).text
        } catch { return error.description }
    }

    @Test(arguments: [
        ("no action { here }", "no action { here }"), ("{{ $labels.instance }}", "foo.example.com:9100"),
        ("{{ $value }}", "0.98765"),
        ("{{ .Labels.job }} {{ .Value }} {{ .ExternalURL }}", "node 0.98765 http://testhost:9090/path/prefix"),
        ("{{ $externalLabels.cluster }} {{ $externalURL }}", "eu http://testhost:9090/path/prefix"),
        ("[{{ $labels.none }}]", "[]"),
        ("{{ printf \"%.2f\" $value }} {{ $value | humanizePercentage }}", "0.99 98.77%"),
        ("{{ $labels }}", "map[__name__:up instance:foo.example.com:9100 job:node]"),
        (
            "{{ range $k, $v := $labels }}{{ $k }}={{ $v }},{{ end }}",
            "__name__=up,instance=foo.example.com:9100,job=node,"
        ),
        ("{{ if gt $value 0.5 }}high{{ else }}low{{ end }}", "high"),
        ("{{ $labels.instance | stripPort | stripDomain }}", "foo"),
    ])
    func `the alert's labels and value are at hand`(text: String, expected: String) {
        #expect(expand(text) == expected)
    }

    @Test(arguments: [
        ("{{ query \"m\" | first | value }}", "21"), ("{{ query \"m\" | first | label \"instance\" }}", "b"),
        ("{{ query \"m\" | first | strvalue }}", "v"), ("[{{ query \"m\" | first | label \"foo\" }}]", "[]"),
        ("{{ $x := query \"m\" | first }}[{{ $x.Labels.foo }}]", "[]"),
        ("{{ query \"histogram\" | first | value }}", "{count:3, sum:10}"),
        (
            "{{ range query \"m\" | sortByLabel \"instance\" }}{{ .Labels.instance }}:{{ .Value }}: {{ end }}",
            "a:11: b:21: "
        ),
        ("{{ with query \"m\" }}{{ . | first | value }} of {{ len . }}{{ end }}", "21 of 2"),
        ("{{ with query \"missing\" }}some{{ else }}none{{ end }}", "none"),
        ("{{ query \"when\" | first | value }}", "1.353755652e+09"),
        ("{{ query \"m\" | first }}", "{map[__name__:metric __value__:v instance:b] 21}"),
        ("{{ (index (query \"m\") 1).Labels.instance }}", "a"),
    ])
    func `a template may query`(text: String, expected: String) { #expect(expand(text) == expected) }

    @Test(arguments: [
        ("{{ humanize 0.0 }}:{{ humanize 1.0 }}:{{ humanize 1234567.0 }}:{{ humanize .12 }}", "0:1:1.235M:120m"),
        (
            "{{ humanize \"0.0\" }}:{{ humanize \"1234567.0\" }}:{{ humanize -1 }}:{{ humanize 9223372036854775807 }}",
            "0:1.235M:-1:9.223E"
        ),
        (
            "{{ humanize1024 0.0 }}:{{ humanize1024 1048576.0 }}:{{ humanize1024 .12 }}:{{ humanize1024 1234567 }}",
            "0:1Mi:0.12:1.177Mi"
        ),
        ("{{ humanize1024 9223372036854775807 }}", "8Ei"),
        (
            "{{ humanizeDuration 0 }}:{{ humanizeDuration 1 }}:{{ humanizeDuration 60 }}:{{ humanizeDuration 3600 }}",
            "0s:1s:1m 0s:1h 0m 0s"
        ),
        (
            "{{ humanizeDuration 90000 }}:{{ humanizeDuration -183845 }}:{{ humanizeDuration 899.99 }}",
            "1d 1h 0m 0s:-2d 3h 4m 5s:14m 59s"
        ),
        (
            "{{ humanizeDuration .1 }}:{{ humanizeDuration .0001 }}:{{ humanizeDuration .12345 }}:{{ humanizeDuration \"60.5\" }}",
            "100ms:100us:123.5ms:1m 0s"
        ),
        (
            "{{ humanizeDuration 1.2345 }}:{{ humanizeDuration 12.345 }}:{{ humanizeDuration 1234567 }}",
            "1.234s:12.35s:14d 6h 56m 7s"
        ),
        (
            "{{ humanizePercentage -0.22222 }}:{{ humanizePercentage 0.0 }}:{{ humanizePercentage \"1.23456\" }}:{{ humanizePercentage 1234567 }}",
            "-22.22%:0%:123.5%:1.235e+08%"
        ),
        (
            "{{ humanizeTimestamp 0 }}:{{ humanizeTimestamp -1 }}",
            "1970-01-01 00:00:00 +0000 UTC:1969-12-31 23:59:59 +0000 UTC"
        ),
        (
            "{{ 1435065584.128 | humanizeTimestamp }}:{{ humanizeTimestamp 9223372036 }}",
            "2015-06-23 13:19:44.128 +0000 UTC:2262-04-11 23:47:16 +0000 UTC"
        ),
        (
            "{{ range args \"+Inf\" \"-Inf\" \"NaN\" }}{{ humanize . }}{{ humanize1024 . }}{{ humanizeDuration . }}{{ humanizeTimestamp . }} {{ end }}",
            "+Inf+Inf+Inf+Inf -Inf-Inf-Inf-Inf NaNNaNNaNNaN "
        ),
        ("{{ toDuration 90 | humanizeDuration }}", "1m 30s"),
    ])
    func `numbers are written for people`(text: String, expected: String) { #expect(expand(text) == expected) }

    @Test(arguments: [
        (
            "{{ (1435065584.128 | toTime).Format \"2006\" }} {{ (\"1435065584.128\" | toTime).Format \"15:04:05.00\" }}",
            "2015 13:19:44.12"
        ),
        (
            "{{ (1800 | toDuration).String }} {{ \"0.0015\" | toDuration }} {{ toDuration 5400.5 }}",
            "30m0s 1.5ms 1h30m0.5s"
        ), ("{{ now }}", "1.353755652e+09"),
        ("{{ (toTime 43200).Format \"3:04PM 03pm\" }} {{ (toTime 43199).Format \"3:04PM 03pm\" }}", "12:00PM 12pm 11:59AM 11am"),
        ("{{ (now | toTime).Format \"Mon Jan 2 15:04:05 2006\" }}", "Sat Nov 24 11:14:12 2012"),
        ("{{ (\"-30m\" | parseDuration | toDuration | (now | toTime).Add).UnixMilli }}", "1353753852000"),
        ("{{ printf \"%0.2f\" (parseDuration \"1h2m10ms\") }} {{ parseDuration \"-1h\" }}", "3720.01 -3600"),
        (
            "{{ (toTime 0).Format \"Monday, 02-Jan-06 03:04:05 PM MST Z07:00 -0700 __2 _2\" }}",
            "Thursday, 01-Jan-70 12:00:00 AM UTC Z +0000   1  1"
        ),
        (
            "{{ ((toTime 1.5).Sub (toTime 0)).Seconds }} {{ ((toTime 0).AddDate 0 1 30).Format \"2006-01-02\" }} {{ (toTime 0).Weekday }}",
            "1.5 1970-03-03 Thursday"
        ),
    ])
    func `times and durations have Go's methods`(text: String, expected: String) { #expect(expand(text) == expected) }

    @Test(arguments: [
        (
            "{{ \"aa bb CC\" | title }} {{ title \"o'neil foo-bar foo_bar foo.bar 1st\" }}",
            "Aa Bb CC O'neil Foo-Bar Foo_bar Foo.bar 1St"
        ),
        (
            "{{ \"aa bb CC\" | toUpper }} {{ \"aA bB CC\" | toLower }} {{ toUpper \"straße\" }}",
            "AA BB CC aa bb cc STRAßE"
        ),
        (
            "{{ graphLink \"up == 0\" }} {{ tableLink \"up\" }}",
            "/graph?g0.expr=up+%3D%3D+0&g0.tab=0 /graph?g0.expr=up&g0.tab=1"
        ),
        ("{{ pathPrefix }} {{ externalURL }}", "/path/prefix http://testhost:9090/path/prefix"),
        ("{{ safeHtml \"<b>\" }} {{ urlQueryEscape \"a b&c\" }}", "<b> a+b%26c"),
        ("{{define \"x\"}}{{.arg0}} {{.arg1}}{{end}}{{template \"x\" (args 1 \"2\")}}", "1 2"),
        ("{{ args 1 \"b\" }}", "map[arg0:1 arg1:b]"),
        (
            "{{ \"foo.example.com\" | stripPort }} {{ \"foo.example.com:12345\" | stripPort }} {{ \"192.0.2.1:12345\" | stripPort }}",
            "foo.example.com foo.example.com 192.0.2.1"
        ),
        (
            "{{ \"2001:0DB8::1\" | stripPort }} {{ \"[2001:0DB8::1]:12345\" | stripPort }} {{ \"[2001:0DB8::1]::12345\" | stripPort }}",
            "2001:0DB8::1 2001:0DB8::1 [2001:0DB8::1]::12345"
        ),
        ("{{ \"foo.example.com\" | stripDomain }} {{ \"foo.example.com:12345\" | stripDomain }}", "foo foo:12345"),
        (
            "{{ \"192.0.2.1\" | stripDomain }} {{ \"192.0.2.1:12345\" | stripDomain }} {{ \"2001:0DB8::1\" | stripDomain }}",
            "192.0.2.1 192.0.2.1:12345 2001:0DB8::1"
        ),
        (
            "{{ \"[2001:0DB8::1]:12345\" | stripDomain }} {{ \"[2001:0DB8::1]::12345\" | stripDomain }}",
            "[2001:0DB8::1]:12345 [2001:0DB8::1]::12345"
        ),
    ])
    func `texts are changed`(text: String, expected: String) { #expect(expand(text) == expected) }

    @Test(arguments: [
        (
            "{{ query \"missing\" | first }}", 21, "first",
            "error calling first: first() called on vector with no elements"
        ),
        ("{{ query \"broken\" }}", 3, "query \"broken\"", "error calling query: query refused"),
        (
            "{{ (query \"missing\").banana }}", 10, "\"missing\"",
            "can't evaluate field banana in type template.queryResult"
        ),
        (
            "{{ humanize \"one\" }}", 3, "humanize \"one\"",
            "error calling humanize: strconv.ParseFloat: parsing \"one\": invalid syntax"
        ),
        (
            "{{ humanize \"1e999\" }}", 3, "humanize \"1e999\"",
            "error calling humanize: strconv.ParseFloat: parsing \"1e999\": value out of range"
        ),
        (
            "{{ \"one\" | humanizePercentage }}", 11, "humanizePercentage",
            "error calling humanizePercentage: strconv.ParseFloat: parsing \"one\": invalid syntax"
        ),
        (
            "{{ humanizeTimestamp 9223372036854775807 }}", 3, "humanizeTimestamp 9223372036854775807",
            "error calling humanizeTimestamp: 9.223372036854776e+18 cannot be represented as a nanoseconds timestamp since it overflows int64"
        ),
        ("{{ humanize true }}", 3, "humanize true", "error calling humanize: can't convert bool to float"),
        (
            "{{ parseDuration \"soon\" }}", 3, "parseDuration \"soon\"",
            "error calling parseDuration: not a valid duration string: \"soon\""
        ),
        ("{{ $labels.instance.more }}", 10, "$labels.instance.more", "can't evaluate field more in type string"),
        ("{{ value 3 }}", 9, "3", "can't handle 3 for arg of type *template.sample"),
    ])
    func `an expansion that fails gives upstream's text`(text: String, column: Int, node: String, message: String) {
        // The preamble that defines `$labels` and its kin takes 112 bytes.
        let place = "template: __alert_A:1:\(112 + column): executing \"__alert_A\" at <\(node)>"
        #expect(expand(text) == "<error expanding template: error executing template __alert_A: \(place): \(message)>")
    }

    /// A histogram could only be printed.
    @Test(arguments: [
        (".Count", "3"), (".Sum", "10"), (".ZeroCount", "1"), (".ZeroThreshold", "0.5"), (".Schema", "2"), (".PositiveSpans", "[{1 2}]"),
        (".PositiveBuckets", "[1 2]"), (".NegativeBuckets", "[]"), (".CustomValues", "[]"), (".CounterResetHint", "3"),
        (".PositiveBuckets | len", "2"),
    ])
    func `a histogram's fields are at hand`(field: String, expected: String) throws {
        let histogram = NativeHistogram(
            counterResetHint: .gauge, schema: 2, zeroThreshold: 0.5, zeroCount: 1, count: 3, sum: 10, positiveSpans: [.init(offset: 1, length: 2)],
            positiveBuckets: [1, 2])
        let data = AlertTemplateData(labels: .empty, value: .histogram(histogram), environment: Self.environment)
        let action = field.contains("|") ? "($value\(field.replacing(" |", with: ") |"))" : "$value\(field)"
        #expect(try AlertTemplate("{{ \(action) }}", alert: "A").expand(data).text == expected)
        for whole in ["$value", "$value.String"] { #expect(try AlertTemplate("{{ \(whole) }}", alert: "A").expand(data).text == histogram.description) }
        #expect(try AlertTemplate("{{ $value.Nope }}", alert: "A").expand(data).error != nil)
    }

    @Test(arguments: [
        ("(toTime 1353755652.7).Truncate (toDuration 60)", "2012-11-24 11:14:00 +0000 UTC"),
        ("(toTime 1353755652.7).Round (toDuration 1)", "2012-11-24 11:14:13 +0000 UTC"),
        ("(toTime 30).Round (toDuration 60)", "1970-01-01 00:01:00 +0000 UTC"),
        ("(toTime -5).Truncate (toDuration 3600)", "1969-12-31 23:00:00 +0000 UTC"),
        ("(toTime 1353755652).Truncate (toDuration 604800)", "2012-11-19 00:00:00 +0000 UTC"),
        ("((toTime 4000).AddDate -1970 0 0).Truncate (toDuration 4000)", "0000-01-01 00:40:00 +0000 UTC"),
        ("(toTime 5).Truncate (toDuration -1)", "1970-01-01 00:00:05 +0000 UTC"),
        ("(toTime 1).Compare (toTime 2)", "-1"), ("(toTime 2).Compare (toTime 2)", "0"), ("(toTime 3).Compare (toTime 2)", "1"),
        ("(toDuration 90).Round (toDuration 60)", "2m0s"), ("(toDuration 89).Round (toDuration 60)", "1m0s"),
        ("(toDuration -90).Round (toDuration 60)", "-2m0s"),
        ("(toDuration 119).Truncate (toDuration 60)", "1m0s"), ("(toDuration -119).Truncate (toDuration 60)", "-1m0s"),
        ("(toDuration 5.5).Round (toDuration 0)", "5.5s"),
        ("(toTime 90061.5).Truncate 60000000000", "1970-01-02 01:01:00 +0000 UTC"), ("(toDuration 91.5).Round 60000000000", "2m0s"),
        ("(toTime 0).Add 5e9", "1970-01-01 00:00:05 +0000 UTC"),
        ("(toDuration 9223372036).Round (toDuration 30)", "2562047h47m16.854775807s"),
        ("(toDuration -9223372036).Round (toDuration 30)", "-2562047h47m16.854775808s"),
    ])
    func `times and durations are rounded and compared`(action: String, expected: String) {
        #expect(expand("{{ \(action) }}") == expected)
    }

    @Test func `a template that cannot be read is refused, with a range in its own text`() {
        do throws(TemplateError) {
            _ = try AlertTemplate("up {{ $lables.job }}", alert: "A")
            Issue.record("an unknown variable was read")
        } catch {
            #expect(error.description == "template: __alert_A:1: undefined variable \"$lables\"")
            #expect(error.range == SourceRange(6, 13))
        }
        #expect(expand("{{") == "template: __alert_A:1: unclosed action")
    }

    @Test func `an error of an expansion has a range in the template's own text`() throws {
        let (_, error) = try AlertTemplate("up {{ $labels.job.x }}", alert: "A").expand(Self.data)
        #expect(error?.range == SourceRange(6, 19))
    }

    @Test func `templates give what promtool gives`() throws {
        let environment = TemplateEnvironment(
            externalLabels: .empty, externalURL: "", now: Timestamp(milliseconds: 60_000)
        ) { query, _ in
            query == "nope" ? [] : [TemplateSample(labels: .empty, value: .float(1))]
        }
        let data = AlertTemplateData(labels: Labels(["a": "bee"]), value: .float(1.5), environment: environment)
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let page = try String(contentsOf: tests.appending(path: "Pages/promtool-2.42-templates.txt"), encoding: .utf8)
        let lines = page.split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(lines.count > 400)
        for line in lines {
            let halves = line.split(separator: " => \"", maxSplits: 1)
            let source = try GoQuote.unquote(String(halves[0]))
            let expected = try GoQuote.unquote("\"" + halves[1])
                .replacing(
                    "<failed at ",
                    with: "<error expanding template: error executing template __alert_A: template: __alert_A:"
                )
                .replacing(" in <", with: " executing \"__alert_A\" at <")
            let text: String
            do throws(TemplateError) {
                text = try AlertTemplate(source, alert: "A").expand(data).text
            } catch { text = error.description }
            #expect(text == expected, "\(source)")
        }
    }

    @Test func `maps cannot be put inside one another without end`() {
        let text = expand("{{ $x := args 1 }}{{ range 100 }}{{ $x = args $x $x }}{{ end }}")
        #expect(text.contains("error calling args: more than 64 maps inside one another"))
        let printed = expand("{{ $x := args 1 }}{{ range 60 }}{{ $x = args $x $x }}{{ end }}{{ $x }}")
        #expect(printed.contains("more than 1048576 bytes of output"))
    }

    @Test func `a text without actions needs no execution`() throws {
        #expect(try AlertTemplate("critical", alert: "A").isConstant)
        #expect(try !AlertTemplate("{{ $value }}", alert: "A").isConstant)
        #expect(try AlertTemplate("{{ $value }}", alert: "A").text == "{{ $value }}")
    }
}
