import Testing

@testable import LapwingSeries

/// The behaviour that Prometheus' own tests pin (`relabel_test.go`, v3.14).
@Suite struct RelabelRuleTests {
    private func labels(_ pairs: KeyValuePairs<String, String>) -> Labels { Labels(metric: "", pairs) }

    private func relabeled(_ pairs: KeyValuePairs<String, String>, _ rules: [RelabelRule]) -> Labels? {
        rules.relabeled(labels(pairs))
    }

    @Test func `replace writes what groups capture`() throws {
        #expect(
            try relabeled(
                ["a": "foo", "b": "bar", "c": "baz"],
                [
                    RelabelRule(
                        sourceLabels: ["a", "b"], pattern: "f(.*);(.*)r", targetLabel: "a", replacement: "b${1}${2}m"),
                    RelabelRule(
                        sourceLabels: ["c", "a"], pattern: "(b).*b(.*)ba(.*)", targetLabel: "d", replacement: "$1$2$2$3"
                    ),
                ]) == labels(["a": "boobam", "b": "bar", "c": "baz", "d": "boooom"]))
    }

    @Test func `replace does nothing without a match, and an empty value removes the label`() throws {
        #expect(
            try relabeled(
                ["a": "boo"], [RelabelRule(sourceLabels: ["a"], pattern: "f", targetLabel: "b", replacement: "bar")])
                == labels(["a": "boo"]))
        #expect(
            try relabeled(
                ["a": "foo", "f": "baz"],
                [RelabelRule(sourceLabels: ["a"], pattern: "(f).*", targetLabel: "$1", replacement: "$2")])
                == labels(["a": "foo"]))
    }

    @Test func `the target's name may come from a group, and an empty one is none`() throws {
        let pattern = "some-([^-]+)-([^,]+)"
        #expect(
            try relabeled(
                ["a": "some-name-value"],
                [RelabelRule(sourceLabels: ["a"], pattern: pattern, targetLabel: "${1}", replacement: "${2}")])
                == labels(["a": "some-name-value", "name": "value"]))
        #expect(
            try relabeled(
                ["a": "some-name-0"],
                [RelabelRule(sourceLabels: ["a"], pattern: pattern, targetLabel: "${3}", replacement: "${1}")])
                == labels(["a": "some-name-0"]))
        #expect(
            try relabeled(
                ["a": "line1\nline2"],
                [
                    RelabelRule(
                        sourceLabels: ["a"], pattern: "(line1).*(?<second>line2)", targetLabel: "l.x_${1}",
                        replacement: "val_$second")
                ]) == labels(["a": "line1\nline2", "l.x_line1": "val_line2"]))
    }

    @Test func `the defaults copy a label or write a constant`() throws {
        #expect(
            try relabeled(
                ["a": "x\ny"],
                [
                    RelabelRule(sourceLabels: ["a"], targetLabel: "b"),
                    RelabelRule(targetLabel: "c", replacement: "constant"),
                    RelabelRule(sourceLabels: ["none"], targetLabel: "a"),
                    RelabelRule(sourceLabels: ["b", "c"], targetLabel: "d", replacement: "<$1>"),
                ]) == labels(["b": "x\ny", "c": "constant", "d": "<x\ny;constant>"]))
    }

    @Test(arguments: [
        (RelabelRule.Action.drop, ".*o.*", false), (.drop, "no-match", true), (.drop, "f|o", true),
        (.keep, "f.*", true),
        (.keep, "no-match", false),
    ])
    func `keep and drop look at the whole value`(action: RelabelRule.Action, pattern: String, isKept: Bool) throws {
        let rule = try RelabelRule(action, sourceLabels: ["a"], pattern: pattern)
        #expect((relabeled(["a": "foo"], [rule]) != nil) == isKept)
    }

    @Test func `keepequal and dropequal compare two labels`() throws {
        for (target, isEqual) in [("p", true), ("q", false), ("none", false)] {
            for (action, keepsEqual) in [(RelabelRule.Action.keepequal, true), (.dropequal, false)] {
                let rule = try RelabelRule(action, sourceLabels: ["t"], targetLabel: target)
                #expect((relabeled(["t": "1", "p": "1", "q": "2"], [rule]) != nil) == (isEqual == keepsEqual))
            }
        }
    }

    @Test(arguments: [("baz", "976"), ("foo\nbar", "734")])
    func `hashmod spreads by MD5 as Prometheus does`(value: String, remainder: String) throws {
        let rule = try RelabelRule(.hashmod, sourceLabels: ["c"], modulus: 1000, targetLabel: "d")
        #expect(relabeled(["c": value], [rule])?["d"] == remainder)
    }

    @Test func `what a rule leaves is what the next one sees, and after a drop there is none`() throws {
        let port = "__meta_port_name"
        #expect(
            try relabeled(
                [port: "web", "annotation": "9091"],
                [
                    RelabelRule(.labeldrop, pattern: "^__meta_port_name$"),
                    RelabelRule(sourceLabels: [port], pattern: "(.+)", targetLabel: "seen", replacement: "yes"),
                    RelabelRule(sourceLabels: ["annotation"], pattern: "(.+)", targetLabel: port, replacement: "metrics"),
                    RelabelRule(.keep, sourceLabels: [port], pattern: "^metrics$"),
                ]) == labels([port: "metrics", "annotation": "9091"]))
        #expect(
            try relabeled(
                ["a": "foo"],
                [
                    RelabelRule(.drop, sourceLabels: ["a"], pattern: ".*o.*"),
                    RelabelRule(sourceLabels: ["a"], pattern: "f(.*)", targetLabel: "d", replacement: "ch$1-ch$1"),
                ]) == nil)
    }

    @Test func `a label that is not there is empty, also to an empty expression`() throws {
        #expect(try relabeled(["a": "1"], [RelabelRule(.drop, sourceLabels: ["none"], pattern: "")]) == nil)
        #expect(try relabeled(["a": "1"], [RelabelRule(.drop, sourceLabels: ["a"], pattern: "")]) == labels(["a": "1"]))
        #expect(try relabeled(["a": "1"], [RelabelRule(.keepequal, sourceLabels: ["none"], targetLabel: "neither")]) == labels(["a": "1"]))
        #expect(
            try relabeled(["a": "1"], [RelabelRule(sourceLabels: ["a", "none", "a"], separator: "/", targetLabel: "b")])
                == labels(["a": "1", "b": "1//1"]))
    }

    @Test(arguments: [
        ("(?:.+,|^)path:(/[^,]+).*", "${1}", "/secret"), ("(?:.+,|^)job:([^,]+).*", "$1", "some-job"),
        ("(?:.+,|^)label:([^=]+)=([^,]+).*", "${2}.$1", "bar.foo"), (".*", "$0$1${x}", "path:/secret,job:some-job,label:foo=bar"),
        ("(.)(.).*", "$1$2$$1$", "pa$1$"), ("(.)(.).*", "$1x${2}", "a"), (".*bar$", "whole", "whole"), ("bar$", "part", nil),
    ] as [(String, String, String?)])
    func `replacements are expanded as Go expands them`(pattern: String, replacement: String, expected: String?) throws {
        let rule = try RelabelRule(sourceLabels: ["tags"], pattern: pattern, targetLabel: "x", replacement: replacement)
        #expect(relabeled(["tags": "path:/secret,job:some-job,label:foo=bar"], [rule])?["x"] == expected)
    }

    @Test(arguments: ["${3}", "0${3}", "-${3}", "${", "$", "${}", "bar.foo${1}bar", "ä"])
    func `any text may be a target where names are UTF-8`(target: String) {
        #expect(throws: Never.self) { try RelabelRule(sourceLabels: ["a"], pattern: "(.*)", targetLabel: target) }
    }

    @Test func `labels that are mapped to one name leave the value of the last in order`() throws {
        #expect(
            try relabeled(["x_a": "1", "y_a": "2"], [RelabelRule(.labelmap, pattern: "[xy]_(.*)")])
                == labels(["x_a": "1", "y_a": "2", "a": "2"]))
        #expect(
            try relabeled(["x_a": "1", "x_b": "2"], [RelabelRule(.labelmap, pattern: "x_(.*)", replacement: "x_b")])
                == labels(["x_a": "1", "x_b": "2"]))
    }

    @Test func `labelmap, labeldrop and labelkeep look at names`() throws {
        #expect(
            try relabeled(
                ["a": "foo", "__meta_my_bar": "aaa", "__meta_my_baz": "bbb"],
                [RelabelRule(.labelmap, pattern: "__meta_(my.*)", replacement: "${1}")])
                == labels([
                    "a": "foo", "__meta_my_bar": "aaa", "__meta_my_baz": "bbb", "my_bar": "aaa", "my_baz": "bbb",
                ]))
        #expect(
            try relabeled(["a": "1", "b1": "2", "b2": "3"], [RelabelRule(.labelkeep, pattern: "(b.*)")])
                == labels(["b1": "2", "b2": "3"]))
        #expect(
            try relabeled(["a": "1", "b1": "2", "b2": "3"], [RelabelRule(.labeldrop, pattern: "(b.*)")])
                == labels(["a": "1"]))
    }

    @Test func `lowercase and uppercase map letter by letter`() throws {
        let rules = [
            try RelabelRule(.uppercase, sourceLabels: ["a"], targetLabel: "up"),
            try RelabelRule(.lowercase, sourceLabels: ["a"], targetLabel: "low"),
        ]
        #expect(
            relabeled(["a": "bAr1Öß"], rules)
                == labels(["a": "bAr1Öß", "up": "BAR1Öß", "low": "bar1öß"]))
    }

    static let refused: [(message: String, rule: @Sendable () throws -> RelabelRule)] = [
        ("relabel configuration for replace action requires 'target_label' value", { try RelabelRule() }),
        (
            "relabel configuration for hashmod requires non-zero modulus",
            { try RelabelRule(.hashmod, targetLabel: "a") }
        ),
        ("relabel configuration for hashmod requires non-zero modulus", { try RelabelRule(.hashmod) }),
        ("relabel configuration for uppercase action requires 'target_label' value", { try RelabelRule(.uppercase) }),
        ("'replacement' can not be set for keepequal action", { try RelabelRule(.keepequal, targetLabel: "a", replacement: "x") }),
        (
            "'replacement' can not be set for lowercase action",
            { try RelabelRule(.lowercase, targetLabel: "a", replacement: "x") }
        ),
        (
            "keepequal action requires only 'source_labels' and `target_label`, and no other fields",
            { try RelabelRule(.keepequal, separator: ",", targetLabel: "a") }
        ),
        (
            "labeldrop action requires only 'regex', and no other fields",
            { try RelabelRule(.labeldrop, sourceLabels: ["a"], pattern: "b") }
        ),
        ("\"\" is invalid 'replacement' for labelmap action", { try RelabelRule(.labelmap, replacement: "") }),
    ]

    @Test(arguments: refused.indices) func `fields that do not go together are refused in upstream's words`(index: Int)
    {
        let error = #expect(throws: RelabelRuleError.self) { try Self.refused[index].rule() }
        #expect(error?.message == Self.refused[index].message)
    }

    @Test func `a broken expression is refused`() {
        #expect(throws: RelabelRuleError.self) { try RelabelRule(.drop, pattern: "(") }
    }
}
