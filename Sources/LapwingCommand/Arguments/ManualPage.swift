/// The manual, made from the one table.
enum ManualPage {
    /// In the language of man(7).
    static func text(_ commands: [CommandDescription], version: String) -> String {
        var text = ".TH LAPWING 1 \"\" \"lapwing \(version)\"\n.SH NAME\nlapwing \\- metrics store, PromQL engine and alert rule evaluator\n"
        text += ".SH SYNOPSIS\n.B lapwing\n.I COMMAND\n[flags]\n.SH COMMANDS\n"
        for command in commands {
            text += ".SS lapwing \(escaped(command.name)) \(escaped(command.operands))\n\(escaped(command.summary))\n"
            for flag in command.allFlags {
                text += ".TP\n.B \(escaped(flag.usage))\n\(escaped(flag.note))\n"
            }
            for note in command.notes { text += ".PP\n\(escaped(note))\n" }
            if !command.names.isEmpty { text += ".PP\n\(escaped(command.namesTitle)):\n" }
            for (name, meaning) in command.names { text += ".TP\n.B \(escaped(name))\n\(escaped(meaning))\n" }
            for example in command.examples { text += ".PP\n\(escaped(example.effect)):\n.PP\n.EX\n\(escaped(example.command))\n.EE\n" }
        }
        text += ".SH EXIT STATUS\n0: success. 1: the work found a failure. 2: bad usage. 3: lint findings alone, with check \\-\\-lint\\-fatal.\n"
        return text
    }

    private static func escaped(_ text: String) -> String {
        let plain = text.replacing("\\", with: "\\e").replacing("-", with: "\\-")
        return plain.hasPrefix(".") || plain.hasPrefix("'") ? "\\&" + plain : plain
    }
}
