import Foundation

/// Two rules, and what is given as a test of them, in a folder of their own.
enum RuleTestFolder {
    static let rules = """
        groups:
          - name: g
            rules:
              - alert: High
                expr: sum by (job) (load{kind!="x"}) > 1 or errors > 5
                for: 2m
                annotations: {text: '{{ if gt $value 4.0 }}very{{ else }}quite{{ end }} high'}
              - {record: twice, expr: load * 2}
        """

    /// A folder with the rules and a test of them.
    static func make(_ test: String) throws -> URL {
        let folder = try temporaryFolder()
        try Data(rules.utf8).write(to: folder.appending(path: "rules.yml"))
        let head = "rule_files: [rules.yml]\nevaluation_interval: 1m\ntests:\n  - interval: 1m\n    name: first\n"
        try Data((head + test).utf8).write(to: folder.appending(path: "rules.test.yml"))
        return folder
    }

    static let series = "    input_series:\n      - {series: 'load{job=\"a\"}', values: '0 2 2 2 2 0 0 0 0 0'}\n"

    /// What `lapwing test` says of one.
    static func run(_ test: String, _ arguments: [String] = [], series: String = series) throws -> BuiltProgram.Outcome {
        let folder = try make(series + test)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try BuiltProgram.run(["test"] + arguments + ["rules.test.yml"], in: folder)
    }

    static let firing = """
            alert_rule_test:
              - {eval_time: 3m, alertname: High, exp_alerts: [{exp_labels: {job: a}, exp_annotations: {text: quite high}}]}
              - {eval_time: 6m, alertname: High}
        """
}
