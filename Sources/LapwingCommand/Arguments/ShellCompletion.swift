/// Completion of commands and flags for shells, made from the one table.
enum ShellCompletion: String, CaseIterable {
    case bash, zsh, fish

    /// What the shell has to read: `eval "$(lapwing completion bash)"`.
    func script(_ commands: [CommandDescription]) -> String {
        switch self {
        case .bash: Self.bash(commands)
        case .zsh: "autoload -U +X bashcompinit && bashcompinit\n" + Self.bash(commands)
        case .fish: Self.fish(commands)
        }
    }

    private static func bash(_ commands: [CommandDescription]) -> String {
        let names = commands.map(\.name).joined(separator: " ")
        let cases = commands.map { command in
            "        \(command.name)) words='\(command.allFlags.map(\.name).joined(separator: " "))' ;;\n"
        }.joined()
        return """
            _lapwing() {
                local words current="${COMP_WORDS[COMP_CWORD]}"
                if [ "$COMP_CWORD" -eq 1 ]; then
                    COMPREPLY=($(compgen -W '\(names) --help --version' -- "$current"))
                    return
                fi
                case "${COMP_WORDS[1]}" in
            \(cases)    esac
                case "$current" in
                    -*) COMPREPLY=($(compgen -W "$words" -- "$current")) ;;
                    *) COMPREPLY=($(compgen -f -- "$current")) ;;
                esac
            }
            complete -o filenames -F _lapwing lapwing

            """
    }

    private static func fish(_ commands: [CommandDescription]) -> String {
        var text = "complete -c lapwing -n __fish_use_subcommand -l help\ncomplete -c lapwing -n __fish_use_subcommand -l version\n"
        for command in commands {
            text += "complete -c lapwing -n __fish_use_subcommand -a \(command.name) -d \(quoted(command.summary))\n"
            for flag in command.allFlags {
                var takesValue = " -r"
                if case .toggle = flag.kind { takesValue = "" }
                text += "complete -c lapwing -n '__fish_seen_subcommand_from \(command.name)' -l \(flag.name.dropFirst(2))\(takesValue) "
                text += "-d \(quoted(flag.help))\n"
            }
        }
        return text
    }

    private static func quoted(_ text: String) -> String { "'\(text.replacing("\\", with: "\\\\").replacing("'", with: "\\'"))'" }
}

/// The manual, made from the one table.
enum ManualPage {
    /// In the language of man(7).
    static func text(_ commands: [CommandDescription], version: String) -> String {
        var text = ".TH LAPWING 1 \"\" \"lapwing \(version)\"\n.SH NAME\nlapwing \\- metrics store, PromQL engine and alert rule evaluator\n"
        text += ".SH SYNOPSIS\n.B lapwing\n.I COMMAND\n[flags]\n.SH COMMANDS\n"
        for command in commands {
            text += ".SS lapwing \(escaped(command.name)) \(escaped(command.operands))\n\(escaped(command.summary))\n"
            for flag in command.allFlags {
                var note = flag.help
                if case .repeated = flag.kind { note += ", repeatable" }
                if !flag.standard.isEmpty { note += " (default: \(flag.standard))" }
                text += ".TP\n.B \(escaped(flag.usage))\n\(escaped(note))\n"
            }
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
