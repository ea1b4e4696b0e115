import LapwingText

extension Parser {
    enum Item {
        case node(NodeID)
        case ending(Ending)
    }

    mutating func textOrAction() throws(TemplateError) -> Item {
        let token = nextNonSpace()
        switch token.kind {
        case .text: return .node(add(.text(Array(token.text.utf8)), from: token.range.lowerBound))
        case .leftDelimiter:
            actionLine = token.line
            defer { actionLine = 0 }
            return try action(token)
        default: throw unexpected(token, "input")
        }
    }

    /// Text and actions up to `{{end}}` or `{{else}}`.
    mutating func list() throws(TemplateError) -> (list: NodeID, ending: Ending) {
        let start = peekNonSpace().range.lowerBound
        var children: [NodeID] = []
        while peekNonSpace().kind != .end {
            switch try textOrAction() {
            case .node(let node): children.append(node)
            case .ending(let ending): return (add(.sequence(children), from: start), ending)
            }
        }
        throw failure("unexpected EOF")
    }

    private mutating func action(_ delimiter: Token) throws(TemplateError) -> Item {
        let start = delimiter.range.lowerBound
        let token = nextNonSpace()
        switch token.kind {
        case .block: return .node(try block(start))
        case .breakKeyword: return .node(try leaveLoop(.breakLoop, "{{break}}", token))
        case .continueKeyword: return .node(try leaveLoop(.continueLoop, "{{continue}}", token))
        case .elseKeyword: return .ending(try otherwise())
        case .endKeyword:
            _ = try expect(.rightDelimiter, context: "end")
            return .ending(.end)
        case .ifKeyword: return .node(try branch(.if, start))
        case .rangeKeyword: return .node(try branch(.range, start))
        case .templateKeyword: return .node(try templateCall(start))
        case .withKeyword: return .node(try branch(.with, start))
        default:
            index -= 1
            let position = peek().range.lowerBound
            let pipeline = try pipeline("command", until: .rightDelimiter)
            return .node(add(.action(pipeline: pipeline), from: start, position: position))
        }
    }

    private mutating func branch(_ control: Node.Control, _ start: Int) throws(TemplateError) -> NodeID {
        nesting += 1
        defer { nesting -= 1 }
        if nesting > limits.nesting { throw failure("max control structure depth exceeded") }
        let scope = variables.count
        defer { variables.removeSubrange(scope...) }
        let pipeline = try pipeline(control.rawValue, until: .rightDelimiter)
        if control == .range { rangeDepth += 1 }
        let (body, ending) = try list()
        if control == .range { rangeDepth -= 1 }
        var alternative: NodeID?
        if case .otherwise(let next) = ending { alternative = try otherwiseList(of: control, next) }
        let node = Node.Branch(control: control, pipeline: pipeline, body: body, otherwise: alternative)
        return add(.branch(node), from: start, position: positions[pipeline])
    }

    /// What follows `{{else}}`; an `if` right behind it shares its `{{end}}`.
    private mutating func otherwiseList(of control: Node.Control, _ elseToken: Token) throws(TemplateError) -> NodeID {
        let kind = peek().kind
        if (control == .if && kind == .ifKeyword) || (control == .with && kind == .withKeyword) {
            _ = next()
            let start = elseToken.range.lowerBound
            let nested = try branch(control, start)
            return add(.sequence([nested]), from: start)
        }
        let (list, ending) = try list()
        if case .otherwise = ending { throw failure("expected end; found {{else}}") }
        return list
    }

    private mutating func otherwise() throws(TemplateError) -> Ending {
        let token = peekNonSpace()
        if token.kind == .ifKeyword || token.kind == .withKeyword { return .otherwise(token) }
        return .otherwise(try expect(.rightDelimiter, context: "else"))
    }

    private mutating func leaveLoop(_ node: Node, _ text: String, _ token: Token) throws(TemplateError) -> NodeID {
        let following = nextNonSpace()
        if following.kind != .rightDelimiter { throw unexpected(following, text) }
        if rangeDepth == 0 { throw failure("\(text) outside {{range}}", at: token.range) }
        return add(node, from: token.range.lowerBound)
    }

    // MARK: Definitions and calls

    /// `{{define "name"}} … {{end}}`; the keyword is past.
    mutating func parseDefinition() throws(TemplateError) {
        let context = "define clause"
        let token = try expect(.string, .rawString, context: context)
        let name = try unquoted(token)
        _ = try expect(.rightDelimiter, context: context)
        actionLine = 0
        try define(name, try body(context))
    }

    private mutating func block(_ start: Int) throws(TemplateError) -> NodeID {
        let context = "block clause"
        let token = nextNonSpace()
        let name = try templateName(token, context)
        nesting += 1
        defer { nesting -= 1 }
        if nesting > limits.nesting { throw failure("max control structure depth exceeded") }
        let argument = try pipeline(context, until: .rightDelimiter)
        try define(name, try body(context))
        return add(.template(name: name, argument: argument), from: start, position: token.range.lowerBound)
    }

    private mutating func templateCall(_ start: Int) throws(TemplateError) -> NodeID {
        let context = "template clause"
        let token = nextNonSpace()
        let name = try templateName(token, context)
        var argument: NodeID?
        if nextNonSpace().kind != .rightDelimiter {
            index -= 1
            argument = try pipeline(context, until: .rightDelimiter)
        }
        return add(.template(name: name, argument: argument), from: start, position: token.range.lowerBound)
    }

    /// The body of a definition, which sees neither the variables nor the loops around it.
    private mutating func body(_ context: String) throws(TemplateError) -> NodeID {
        let outer = (variables, rangeDepth)
        (variables, rangeDepth) = (["$"], 0)
        // On the way out of an error too: what stands around counts on its variables.
        defer { (variables, rangeDepth) = outer }
        let (body, ending) = try list()
        if case .otherwise = ending { throw failure("unexpected {{else}} in \(context)") }
        return body
    }

    private func templateName(_ token: Token, _ context: String) throws(TemplateError) -> String {
        guard token.kind == .string || token.kind == .rawString else { throw unexpected(token, context) }
        return try unquoted(token)
    }

    func unquoted(_ token: Token) throws(TemplateError) -> String {
        guard let text = try? GoQuote.unquote(token.text) else { throw failure("invalid syntax", at: token.range) }
        return text
    }
}
