import Foundation
import LapwingPromQL
import LapwingRules
import LapwingText

/// `lapwing format`: an expression, or the expressions of rule files, as everyone would write them.
enum FormatCommand {
    /// An operand is a file where one of that name is there; else it is an expression.
    static func run(_ arguments: Arguments) throws(UsageError) -> ExitStatus {
        if arguments.operands.isEmpty {
            throw UsageError("format needs an expression or rule files; quote an expression, so that the shell leaves it whole")
        }
        var status = ExitStatus.success
        for operand in arguments.operands {
            let isFormatted = FileManager.default.fileExists(atPath: operand) ? formatFile(operand) : formatExpression(operand)
            if !isFormatted { status = .failure }
        }
        return status
    }

    private static func formatExpression(_ text: String) -> Bool {
        do throws(PromQLSyntaxError) {
            Console.output(try Parser.parse(text).prettyText() + "\n")
            return true
        } catch {
            Console.error(error.rendered(in: text))
            return false
        }
    }

    /// Every rule's expression behind the place of the rule: `rules.yml:12: up == 0`.
    private static func formatFile(_ path: String) -> Bool {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            Console.error("lapwing: \(path) cannot be read\n")
            return false
        }
        let source = SourceText(name: path, bytes: Array(bytes))
        do throws(SourceError) {
            for rule in try RuleFile.read(source).groups.flatMap(\.rules) {
                let line = source.position(of: rule.range.lowerBound).line
                Console.output("\(path):\(line): \(rule.query.expression.prettyText())\n")
            }
            return true
        } catch {
            for diagnostic in error.diagnostics { Console.error(diagnostic.rendered(in: source)) }
            return false
        }
    }
}
