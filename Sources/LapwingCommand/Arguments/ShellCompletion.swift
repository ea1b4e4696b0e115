/// Completion of commands, flags and their values for shells, made from the one table.
enum ShellCompletion: String, CaseIterable {
    case bash, zsh, fish

    /// Words that stand where a command does.
    private static let otherWords = [
        ("completion", "write completion for a shell", allCases.map(\.rawValue)), ("man", "write the manual", []),
    ]

    /// What the shell has to read: `eval "$(lapwing completion bash)"`.
    func script(_ commands: [CommandDescription]) -> String {
        switch self {
        case .bash: Self.bash(commands)
        case .zsh: Self.zsh(commands)
        case .fish: Self.fish(commands)
        }
    }

    // MARK: bash

    private static func bash(_ commands: [CommandDescription]) -> String {
        let names = (commands.map(\.name) + otherWords.map(\.0)).joined(separator: " ")
        var cases = ""
        for command in commands {
            cases += "        \(command.name)) flags='\(command.allFlags.map(\.name).joined(separator: " "))'\n"
            if !command.firstWords.isEmpty {
                cases += "            [ \"$COMP_CWORD\" -eq 2 ] && words='\(command.firstWords.joined(separator: " "))'\n"
            }
            let choices = command.flags.compactMap { flag in
                if case .choice(let words) = flag.kind { "                \(flag.name)) words='\(words.joined(separator: " "))' ;;\n" } else { nil }
            }
            if !choices.isEmpty { cases += "            case \"$previous\" in\n\(choices.joined())            esac\n" }
            cases += "            ;;\n"
        }
        for (name, _, words) in otherWords where !words.isEmpty { cases += "        \(name)) words='\(words.joined(separator: " "))' ;;\n" }
        return """
            _lapwing() {
                local flags='' words='' current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}"
                if [ "$COMP_CWORD" -eq 1 ]; then
                    COMPREPLY=($(compgen -W '\(names) --help --version' -- "$current"))
                    return
                fi
                # --output=te comes as three words.
                if [ "$current" = = ]; then current=''; fi
                if [ "$previous" = = ]; then previous="${COMP_WORDS[COMP_CWORD-2]}"; fi
                case "${COMP_WORDS[1]}" in
            \(cases)    esac
                case "$current" in
                    -*) COMPREPLY=($(compgen -W "$flags" -- "$current")) ;;
                    *) if [ -n "$words" ]; then COMPREPLY=($(compgen -W "$words" -- "$current")); else COMPREPLY=($(compgen -f -- "$current")); fi ;;
                esac
            }
            complete -o filenames -F _lapwing lapwing

            """
    }

    // MARK: zsh

    private static func zsh(_ commands: [CommandDescription]) -> String {
        let names = commands.map { ($0.name, $0.summary) } + otherWords.map { ($0.0, $0.1) }
        let described = names.map { "            \(quoted($0.0 + ":" + $0.1))\n" }.joined()
        var cases = ""
        for command in commands {
            cases += "        \(command.name))\n            _arguments \\\n"
            for flag in command.allFlags { cases += "                \(quoted(zshArgument(flag))) \\\n" }
            let words = command.firstWords
            cases += words.isEmpty ? "" : "                \(quoted("1:what:(" + words.joined(separator: " ") + ")")) \\\n"
            cases += "                '*:file:_files' ;;\n"
        }
        for (name, _, words) in otherWords where !words.isEmpty { cases += "        \(name)) _values shell \(words.joined(separator: " ")) ;;\n" }
        return """
            #compdef lapwing
            _lapwing() {
                if (( CURRENT == 2 )); then
                    local -a commands=(
            \(described)        )
                    _describe command commands
                    return
                fi
                shift words
                (( CURRENT-- ))
                case "$words[1]" in
            \(cases)    esac
            }
            (( $+functions[compdef] )) || { autoload -Uz compinit && compinit -D }
            compdef _lapwing lapwing

            """
    }

    private static func zshArgument(_ flag: Flag) -> String {
        let help = flag.help.replacing("[", with: "\\[").replacing("]", with: "\\]").replacing(":", with: "\\:")
        switch flag.kind {
        case .toggle: return "\(flag.name)[\(help)]"
        case .choice(let words): return "\(flag.name)=[\(help)]:value:(\(words.joined(separator: " ")))"
        case .value(let value): return "\(flag.name)=[\(help)]:\(value.replacing(":", with: " ")):\(isPath(value) ? "_files" : "")"
        case .repeated(let value): return "*\(flag.name)=[\(help)]:\(value.replacing(":", with: " ")):\(isPath(value) ? "_files" : "")"
        }
    }

    private static func isPath(_ value: String) -> Bool { ["FILE", "DIR", "PATH", "GLOB"].contains(value) }

    // MARK: fish

    private static func fish(_ commands: [CommandDescription]) -> String {
        let isFirst = "complete -c lapwing -n __fish_use_subcommand"
        var text = "\(isFirst) -f -l help\n\(isFirst) -f -l version\n"
        for command in commands {
            let isThis = "complete -c lapwing -n '__fish_seen_subcommand_from \(command.name)'"
            text += "\(isFirst) -f -a \(command.name) -d \(fishQuoted(command.summary))\n"
            if !command.firstWords.isEmpty { text += "\(isThis) -a '\(command.firstWords.joined(separator: " "))'\n" }
            for flag in command.allFlags {
                let value: String
                switch flag.kind {
                case .toggle: value = ""
                case .value, .repeated: value = " -r"
                case .choice(let words): value = " -x -a '\(words.joined(separator: " "))'"
                }
                text += "\(isThis) -l \(flag.name.dropFirst(2))\(value) -d \(fishQuoted(flag.help))\n"
            }
        }
        for (name, summary, words) in otherWords {
            text += "\(isFirst) -f -a \(name) -d \(fishQuoted(summary))\n"
            if !words.isEmpty { text += "complete -c lapwing -n '__fish_seen_subcommand_from \(name)' -f -a '\(words.joined(separator: " "))'\n" }
        }
        return text
    }

    private static func fishQuoted(_ text: String) -> String { "'\(text.replacing("\\", with: "\\\\").replacing("'", with: "\\'"))'" }

    /// For zsh, whose quotes know no escapes.
    private static func quoted(_ text: String) -> String { "'\(text.replacing("'", with: "'\\''"))'" }
}
