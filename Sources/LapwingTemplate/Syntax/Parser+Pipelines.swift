import LapwingText

extension Parser {
    /// `declarations? command ('|' command)*`, and the token that ends it.
    mutating func pipeline(_ context: String, until end: Token.Kind) throws(TemplateError) -> NodeID {
        let start = peekNonSpace().range.lowerBound
        var pipeline = Node.Pipeline(variables: [], isAssignment: false, commands: [])
        try declarations(context, into: &pipeline)
        while true {
            let token = nextNonSpace()
            switch token.kind {
            case end:
                try check(pipeline, context)
                index -= 1
                let node = add(.pipeline(pipeline), from: start)
                index += 1
                return node
            case .boolean, .characterConstant, .complex, .dot, .field, .identifier, .number, .nilKeyword, .rawString,
                .string, .variable, .leftParenthesis:
                index -= 1
                pipeline.commands.append(try command())
            default: throw unexpected(token, context)
            }
        }
    }

    /// `$x :=`, `$x =` or, in a range, `$i, $x :=`.
    private mutating func declarations(_ context: String, into pipeline: inout Node.Pipeline) throws(TemplateError) {
        while peekNonSpace().kind == .variable {
            let start = index
            let variable = next()
            let following = peekNonSpace()
            switch following.kind {
            case .assign, .declare:
                index += 1
                pipeline.isAssignment = following.kind == .assign
                pipeline.variables.append(variable.text)
                variables.append(variable.text)
                return
            case .character where following.text == ",":
                index += 1
                pipeline.variables.append(variable.text)
                variables.append(variable.text)
                guard context == "range", pipeline.variables.count < 2 else {
                    throw failure("too many declarations in \(context)")
                }
                switch peekNonSpace().kind {
                case .variable, .rightDelimiter, .rightParenthesis: continue
                default: throw failure("range can only initialize variables")
                }
            default:
                index = start
                return
            }
        }
    }

    private func check(_ pipeline: Node.Pipeline, _ context: String) throws(TemplateError) {
        if pipeline.commands.isEmpty { throw failure("missing value for \(context)") }
        for (stage, command) in pipeline.commands.enumerated().dropFirst() {
            guard case .command(let arguments) = nodes[command], let first = arguments.first else { continue }
            switch nodes[first] {
            case .bool, .dot, .none, .number, .string:
                throw failure("non executable command in pipeline stage \(stage + 1)", at: ranges[command])
            default: break
            }
        }
    }

    /// Operands separated by spaces, and the `|` behind them.
    private mutating func command() throws(TemplateError) -> NodeID {
        let start = peekNonSpace().range.lowerBound
        var arguments: [NodeID] = []
        var end = index
        reading: while true {
            _ = peekNonSpace()
            if let operand = try operand() { arguments.append(operand) }
            end = index
            let token = next()
            switch token.kind {
            case .space: continue
            case .rightDelimiter, .rightParenthesis:
                index -= 1
                break reading
            case .pipe: break reading
            default: throw unexpected(token, "operand")
            }
        }
        if arguments.isEmpty { throw failure("empty command") }
        let after = index
        index = end
        let node = add(.command(arguments), from: start)
        index = after
        return node
    }

    /// A term and the fields that follow it.
    private mutating func operand() throws(TemplateError) -> NodeID? {
        guard let term = try term() else { return nil }
        guard peek().kind == .field else { return term }
        let position = peek().range.lowerBound
        var fields: [String] = []
        while peek().kind == .field { fields.append(String(next().text.dropFirst())) }
        let start = ranges[term].lowerBound
        switch nodes[term] {
        case .field(let names): return add(.field(names + fields), from: start, position: position)
        case .variable(let name, let first):
            return add(.variable(name: name, fields: first + fields), from: start, position: position)
        case .bool, .string, .number, .none, .dot:
            let text = SyntaxTree(name: name, source: source, nodes: nodes, positions: positions, ranges: ranges)
                .text(of: term)
            throw failure("unexpected . after term \(GoQuote.quote(text))", at: ranges[term])
        default: return add(.chain(term, fields: fields), from: start, position: position)
        }
    }

    private mutating func term() throws(TemplateError) -> NodeID? {
        let token = nextNonSpace()
        let start = token.range.lowerBound
        switch token.kind {
        case .identifier:
            guard hasFunction(token.text) else {
                throw failure("function \(GoQuote.quote(token.text)) not defined", at: token.range)
            }
            return add(.function(token.text), from: start)
        case .dot: return add(.dot, from: start)
        case .nilKeyword: return add(.none, from: start)
        case .variable:
            guard variables.contains(token.text) else {
                throw failure("undefined variable \(GoQuote.quote(token.text))", at: token.range)
            }
            return add(.variable(name: token.text, fields: []), from: start)
        case .field: return add(.field([String(token.text.dropFirst())]), from: start)
        case .boolean: return add(.bool(token.text == "true"), from: start)
        case .characterConstant, .complex, .number:
            do throws(Number.Malformed) {
                let number =
                    token.kind == .characterConstant
                    ? try Number(characterConstant: token.text) : try Number(token.text)
                return add(.number(number), from: start)
            } catch { throw failure(error.message, at: token.range) }
        case .leftParenthesis:
            nesting += 1
            defer { nesting -= 1 }
            if nesting > limits.nesting { throw failure("max expression depth exceeded", at: token.range) }
            return try pipeline("parenthesized pipeline", until: .rightParenthesis)
        case .string, .rawString:
            return add(.string(try unquoted(token), quoted: token.text), from: start)
        default:
            index -= 1
            return nil
        }
    }
}
