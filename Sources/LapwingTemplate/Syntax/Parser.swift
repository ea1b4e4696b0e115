import LapwingText

/// Reads tokens into nodes, by recursive descent.
///
/// Source: Go's text/template documentation; messages and positions as in Go's `parse/parse.go`.
struct Parser {
    let name: String
    let limits: TemplateLimits
    let library: any TemplateLibrary
    let source: [UInt8]
    let preamble: Template.Preamble
    let tokens: [Token]
    /// The next token.
    var index = 0
    /// The last token that was looked at, whose line error messages name.
    var furthest = 0
    var nodes: [Node] = []
    var positions: [Int] = []
    var ranges: [SourceRange] = []
    var variables: [String]
    var rangeDepth = 0
    var nesting = 0
    /// The line on which the open action started; 0 outside actions.
    var actionLine = 0
    /// Roots of the templates defined here, in the order of their definitions.
    var definitions: [(name: String, root: NodeID)] = []

    /// What ends a list of nodes.
    enum Ending {
        case end
        case otherwise(Token)
    }

    init(
        name: String, source: [UInt8], library: any TemplateLibrary, preamble: Template.Preamble,
        limits: TemplateLimits
    ) {
        self.name = name
        self.preamble = preamble
        variables = ["$"] + preamble.variables
        self.source = source
        self.library = library
        self.limits = limits
        tokens = Lexer.tokens(
            of: source, breakIsKeyword: library.function(named: "break") == nil,
            continueIsKeyword: library.function(named: "continue") == nil)
        nodes.reserveCapacity(tokens.count)
        positions.reserveCapacity(tokens.count)
        ranges.reserveCapacity(tokens.count)
    }

    /// Reads the whole text; the main template is among the definitions under the parser's name.
    mutating func parse() throws(TemplateError) -> SyntaxTree {
        if source.count > limits.sourceBytes {
            throw failure("the text has \(source.count) bytes; at most \(limits.sourceBytes) are allowed")
        }
        var children: [NodeID] = []
        while peek().kind != .end {
            if peek().kind == .leftDelimiter {
                let start = index
                _ = next()
                if nextNonSpace().kind == .define {
                    try parseDefinition()
                    continue
                }
                index = start
            }
            switch try textOrAction() {
            case .node(let node): children.append(node)
            case .ending(.end): throw failure("unexpected {{end}}")
            case .ending(.otherwise): throw failure("unexpected {{else}}")
            }
        }
        let root = add(.sequence(children), from: 0)
        try define(name, root)
        return SyntaxTree(
            name: name, source: source, firstColumn: preamble.columns, nodes: nodes, positions: positions,
            ranges: ranges)
    }

    // MARK: Tokens

    mutating func next() -> Token {
        let token = tokens[min(index, tokens.count - 1)]
        furthest = max(furthest, min(index, tokens.count - 1))
        index += 1
        return token
    }

    mutating func peek() -> Token {
        furthest = max(furthest, min(index, tokens.count - 1))
        return tokens[min(index, tokens.count - 1)]
    }

    mutating func nextNonSpace() -> Token {
        while true {
            let token = next()
            if token.kind != .space { return token }
        }
    }

    mutating func peekNonSpace() -> Token {
        while peek().kind == .space { index += 1 }
        return peek()
    }

    mutating func expect(_ kinds: Token.Kind..., context: String) throws(TemplateError) -> Token {
        let token = nextNonSpace()
        if !kinds.contains(token.kind) { throw unexpected(token, context) }
        return token
    }

    // MARK: Errors

    func failure(_ message: String, at range: SourceRange? = nil) -> TemplateError {
        let token = tokens[min(furthest, tokens.count - 1)]
        return TemplateError(
            .parsing, "template: \(name):\(token.line): \(message)", message: message, range: range ?? token.range)
    }

    func unexpected(_ token: Token, _ context: String) -> TemplateError {
        guard token.kind == .error else {
            return failure("unexpected \(token.shown) in \(context)", at: token.range)
        }
        var suffix = ""
        if actionLine != 0, actionLine != token.line {
            suffix =
                token.text.hasSuffix(" action")
                ? " started at \(name):\(actionLine)"
                : " in action started at \(name):\(actionLine)"
        }
        return failure(token.text + suffix, at: token.range)
    }

    // MARK: Nodes

    /// Adds a node that reaches from `start` to the last token taken.
    mutating func add(_ node: Node, from start: Int, position: Int? = nil) -> NodeID {
        nodes.append(node)
        positions.append(position ?? start)
        let last = tokens[min(max(index - 1, 0), tokens.count - 1)]
        ranges.append(SourceRange(start, max(start, last.range.upperBound)))
        return nodes.count - 1
    }

    mutating func define(_ name: String, _ root: NodeID) throws(TemplateError) {
        guard let known = definitions.firstIndex(where: { $0.name == name }) else {
            definitions.append((name, root))
            return
        }
        let tree = SyntaxTree(name: self.name, source: source, nodes: nodes, positions: positions, ranges: ranges)
        if tree.isBlank(definitions[known].root) {
            definitions[known].root = root
        } else if !tree.isBlank(root) {
            throw failure("template: multiple definition of template \(GoQuote.quote(name))")
        }
    }

    func hasFunction(_ name: String) -> Bool {
        library.function(named: name) != nil || Builtins.function(named: name) != nil
    }
}
