import LapwingPromQL
import LapwingRules
import LapwingServer
import LapwingSystem
import LapwingText

/// `lapwing format`: an expression, or the expressions of rule files, as everyone would write them.
enum FormatCommand {
    private enum Mode { case show, write, check }

    /// An operand is a file where one of that name is there, or where files are asked for; else it is an expression.
    static func run(_ arguments: Arguments) throws(UsageError) -> ExitStatus {
        if arguments.operands.isEmpty {
            throw UsageError("format needs an expression or rule files; quote an expression, so that the shell leaves it whole")
        }
        if arguments.has("--write"), arguments.has("--check") { throw UsageError("--write and --check exclude each other") }
        let mode: Mode = arguments.has("--write") ? .write : arguments.has("--check") ? .check : .show
        var status = ExitStatus.success
        for operand in arguments.operands {
            // Such as a shell makes of `rules/*.yml`.
            if arguments.operands.count > 1, RuleLoading.isTestFile(operand) {
                Console.error("\(operand): a file of tests, left out\n")
                continue
            }
            let isFile = mode != .show || isNameOfFile(operand)
            let isFormatted = isFile ? formatFile(operand, mode) : formatExpression(operand)
            if !isFormatted { status = .failure }
        }
        return status
    }

    /// No expression ends as the names of rule files do.
    private static func isNameOfFile(_ operand: String) -> Bool {
        operand.hasSuffix(".yml") || operand.hasSuffix(".yaml") || FileManager.default.fileExists(atPath: operand)
    }

    private static func formatExpression(_ text: String) -> Bool {
        do throws(PromQLSyntaxError) {
            Console.output(try Parser.parse(text).prettyText() + "\n")
            return true
        } catch {
            Console.error(error.rendered(in: text) + "\n")
            return false
        }
    }

    private static func formatFile(_ path: String, _ mode: Mode) -> Bool {
        let source: SourceText
        do throws(InputFileError) {
            source = try InputFile.read(path)
        } catch {
            Console.error("\(error.diagnostic.rendered(in: SourceText(name: path, "")))\n")
            return false
        }
        do throws(SourceError) {
            switch mode {
            case .show: try show(source)
            case .write: return write(try RuleFormat(source), to: source)
            case .check: return check(try RuleFormat(source), of: source)
            }
            return true
        } catch {
            for diagnostic in error.diagnostics { Console.error(diagnostic.rendered(in: source) + "\n") }
            return false
        }
    }

    /// Every rule's expression behind the place of the rule: `rules.yml:12: up == 0`.
    private static func show(_ source: SourceText) throws(SourceError) {
        for rule in try RuleFile.read(source).groups.flatMap(\.rules) {
            let line = source.position(of: rule.range.lowerBound).line
            Console.output("\(source.name):\(line): \(rule.query.expression.prettyText())\n")
        }
    }

    private static func write(_ format: RuleFormat, to source: SourceText) -> Bool {
        for exception in format.exceptions { Console.error(exception.line(in: source) + "\n") }
        if format.changes.isEmpty { return true }
        do throws(SystemError) {
            try ByteStream.write(Array(format.text.utf8), toFile: source.name)
        } catch {
            Console.error("lapwing: \(source.name) cannot be written: \(error)\n")
            return false
        }
        Console.output("\(source.name): \(Counted.text(format.changes.count, "expression")) formatted\n")
        return true
    }

    private static func check(_ format: RuleFormat, of source: SourceText) -> Bool {
        for exception in format.exceptions { Console.error(exception.line(in: source) + "\n") }
        for change in format.changes { Console.output(change.line(in: source) + "\n") }
        return format.changes.isEmpty
    }
}
