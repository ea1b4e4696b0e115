public import LapwingText

/// Reads YAML 1.2.2 (https://yaml.org/spec/1.2.2) into trees of nodes that know where they were written.
///
/// It knows the format and nothing of what is written in it: which keys a mapping may have is its reader's business.
public enum YAML {
    /// Every document of a text, in order; none for a text of nothing but comments.
    ///
    /// - Complexity: O(bytes + nodes).
    /// - Throws: the first thing wrong with the text, with its place.
    public static func documents(
        in source: SourceText, limits: YAMLLimits = YAMLLimits()
    ) throws(SourceError) -> [YAMLDocument] {
        do {
            try checkCharacters(of: source, limits: limits)
            var parser = YAMLParser(source, limits: limits)
            return try parser.documents()
        } catch {
            throw SourceError(source, [error.diagnostic])
        }
    }

    /// The only document of a text; a document that holds null when there is none.
    ///
    /// - Complexity: O(bytes + nodes).
    /// - Throws: the first thing wrong with the text, or where a second document starts.
    public static func document(
        in source: SourceText, limits: YAMLLimits = YAMLLimits()
    ) throws(SourceError) -> YAMLDocument {
        let documents = try documents(in: source, limits: limits)
        if documents.count > 1 {
            let second = documents[1].range
            let problem = Diagnostic(
                .error,
                "expected one document, found \(documents.count): the second starts here", at: second,
                help: "put each document in a file of its own, or remove the \"---\" between them")
            throw SourceError(source, [problem])
        }
        return documents.first ?? .empty(at: source.bytes.count)
    }
}
