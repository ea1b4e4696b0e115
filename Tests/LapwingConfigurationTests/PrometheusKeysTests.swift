import LapwingConfiguration
import LapwingText
import Testing

struct PrometheusKeysTests {
    /// Everything that is told of a file.
    private func told(_ text: String) -> [Diagnostic] {
        do throws(SourceError) {
            return try Configuration.read(SourceText(name: "lapwing.yml", text)).warnings
        } catch {
            return error.diagnostics
        }
    }

    private func isRefusal(_ diagnostic: Diagnostic, of name: String) -> Bool {
        diagnostic.check == "config/unsupported"
            && diagnostic.message.hasPrefix("\"\(name)\" is not supported by lapwing: ") && diagnostic.range != nil
    }

    @Test(arguments: PrometheusKey.all)
    func `every key of Prometheus is honoured, or refused or told to change nothing by its name`(key: PrometheusKey) {
        guard let value = key.shape.values.first else { return }
        let text = key.file(value)
        let found = told(text)
        switch key.treatment {
        case .honoured: #expect(found.isEmpty, "\(text): \(found)")
        case .refused: #expect(found.contains { isRefusal($0, of: key.name) }, "\(text): \(found)")
        case .refusedUnless(let only):
            #expect(told(key.file(only)).isEmpty, "\(key.file(only))")
            for value in key.others(than: only) {
                #expect(told(key.file(value)).contains { isRefusal($0, of: key.name) }, "\(key.file(value))")
            }
        case .warned:
            #expect(
                found.count == 1 && found[0].severity == .warning && found[0].check == "config/ignored",
                "\(text): \(found)")
        }
    }

    @Test(arguments: PrometheusKey.all)
    func `a value that a key cannot have is an error, as is a key that nobody knows`(key: PrometheusKey) {
        // What is refused whatever its value need not be looked at.
        if case .refused = key.treatment { return }
        if let wrong = key.wrong {
            #expect(told(key.file(wrong)).contains { $0.severity == .error && $0.range != nil }, "\(key.file(wrong))")
        }
        let unknown = key.section.file("\(key.name)_x: 1")
        #expect(told(unknown).contains { $0.check == "unknown-field" }, "\(unknown)")
    }
}

extension PrometheusKey {
    /// Right values besides the only one that lapwing works with.
    fileprivate func others(than only: String) -> [String] {
        switch shape {
        case .boolean: ["true", "false"].filter { $0 != only }
        case .count, .number: [shape.values[0]]
        case .words(let words): words.filter { $0 != only && !($0.contains("Text") && only.contains("Text")) }
        case .sample(let text): [text]
        default: []
        }
    }

    fileprivate var wrong: String? {
        switch shape {
        case .duration: "1h5"
        case .boolean: "maybe"
        case .count: "seven"
        case .bytes: "10X"
        case .number: "half"
        case .text: "[some]"
        case .words: "another"
        case .sample: nil
        }
    }
}
