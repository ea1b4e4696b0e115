import LapwingTemplate

/// The data and functions that the cases of this target use, after those of Go's own tests.
enum Fixture {
    struct Pair: TemplateObject {
        var typeName: String { "*test.Pair" }
        var fields: [(name: String, value: TemplateValue)] { [("Name", "seven"), ("Value", 7)] }

        func member(_ name: String) -> TemplateMember? {
            switch name {
            case "Name": .field("seven")
            case "Value": .field(7)
            case "Twice": .method(TemplateFunction(.integer) { .int($0.integer(0) * 2) })
            case "Self": .method(TemplateFunction { _ in .object(Pair()) })
            case "Fail":
                .method(TemplateFunction { _ throws(TemplateFunctionError) in throw TemplateFunctionError("my error") })
            default: nil
            }
        }
    }

    struct Stringer: TemplateObject {
        var typeName: String { "*test.Stringer" }
        var text: String? { "foozle" }
        func member(_ name: String) -> TemplateMember? { nil }
    }

    static let data = TemplateValue.object(
        TemplateRecord(
            "*test.T",
            [
                ("True", true), ("I", 17), ("X", "x"), ("Zero", 0.0), ("F", 1.5),
                ("SI", .list([3, 4, 5], type: "[]int")), ("Empty", .list([], type: "[]int")),
                ("SB", .list([true, false], type: "[]bool")),
                ("MSI", .map(TemplateMap([("two", 2), ("one", 1), ("three", 3)]))),
                ("MSS", .map(TemplateMap([("a", "b")], element: .string))),
                ("MEmpty", .map(TemplateMap([]))),
                ("Nested", .list([.map(TemplateMap([("one", 1)])), .map(TemplateMap([("eleven", 11)]))])),
                ("None", .none), ("Pair", .object(Pair())), ("Str", .object(Stringer())),
            ]))

    static let library = TemplateFunctions([
        "add": TemplateFunction(variadic: .integer) { arguments in
            .int(arguments.indices.reduce(0) { $0 &+ arguments.integer($1) })
        },
        "echo": TemplateFunction(.any) { $0[0] },
        "typeOf": TemplateFunction(.any) { .string($0[0].typeName) },
        "oneArg": TemplateFunction(.string) { .string("oneArg=" + $0.string(0)) },
        "twoArgs": TemplateFunction(.string, .string) { .string("twoArgs=" + $0.string(0) + $0.string(1)) },
        "half": TemplateFunction(.float) { .float($0.float(0) / 2) },
        "die": TemplateFunction(.any) { _ throws(TemplateFunctionError) in
            throw TemplateFunctionError("must not be called")
        },
        "three": TemplateFunction { _ in .map(TemplateMap([("three", 3)])) },
    ])

    static func expand(
        _ source: String, _ data: TemplateValue = data, missingKey: Template.MissingKey = .invalid,
        limits: TemplateLimits = .standard
    ) -> String {
        do throws(TemplateError) {
            let template = try Template.parse(source, name: "t", library: library, limits: limits)
            return try template.execute(data, library: library, missingKey: missingKey)
        } catch { return error.description }
    }
}
