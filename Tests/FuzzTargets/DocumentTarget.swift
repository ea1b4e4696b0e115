import LapwingRules
import LapwingTemplate
import LapwingText
import LapwingYAML

/// What a person writes into files: YAML, rule files, templates.
enum DocumentTarget {
    static func yamlFault(in bytes: [UInt8]) -> String? {
        let source = SourceText(name: "f", bytes: bytes)
        do throws(SourceError) {
            _ = try YAML.documents(in: source)
            _ = try RuleFile.read(source)
            return nil
        } catch {
            return error.description.isEmpty ? "an error says nothing" : nil
        }
    }

    static func templateFault(in bytes: [UInt8]) -> String? {
        let text = String(decoding: bytes, as: UTF8.self)
        var limits = TemplateLimits()
        limits.steps = 20_000
        limits.outputBytes = 20_000
        do throws(TemplateError) {
            let template = try Template.parse(text, name: "f", limits: limits)
            let value = TemplateValue.map(TemplateMap([("a", "b"), ("n", 1.5)]))
            let output = try template.execute(value)
            return output.utf8.count > limits.outputBytes ? "more is written than allowed" : nil
        } catch {
            return error.description.isEmpty ? "an error says nothing" : nil
        }
    }
}
