// swift-tools-version: 6.2
import PackageDescription

/// The rooms of the house, in the order in which data flows up through them. A room may import only
/// what stands beside it here; `Tests/LapwingTidyTests` holds the sources and `Sources/README.md` to it.
let rooms: [(name: String, imports: [String])] = [
    ("LapwingSystem", []),
    ("LapwingText", []),
    ("LapwingRegex", ["LapwingText"]),
    ("LapwingYAML", ["LapwingText"]),
    ("LapwingTemplate", ["LapwingText"]),
    ("LapwingSnappy", []),
    ("LapwingZstandard", []),
    ("LapwingBcrypt", []),
    ("LapwingHTTP", ["LapwingSystem", "LapwingText", "CZlib", "CEpoll", "COpenSSL"]),
    ("LapwingDisk", []),
    ("LapwingPage", ["LapwingText"]),
    ("LapwingSeries", ["LapwingText", "LapwingRegex"]),
    ("LapwingStorage", ["LapwingText", "LapwingRegex", "LapwingDisk", "LapwingSeries"]),
    ("LapwingBlocks", ["LapwingSystem", "LapwingRegex", "LapwingDisk", "LapwingSnappy", "LapwingZstandard", "LapwingSeries"]),
    ("LapwingPromQL", ["LapwingSystem", "LapwingText", "LapwingRegex", "LapwingSeries"]),
    ("LapwingExposition", ["LapwingText", "LapwingSeries"]),
    ("LapwingAlerting", ["LapwingSeries"]),
    (
        "LapwingRules",
        ["LapwingText", "LapwingYAML", "LapwingTemplate", "LapwingRegex", "LapwingSeries", "LapwingPromQL", "LapwingAlerting"]
    ),
    (
        "LapwingRemote",
        [
            "LapwingText", "LapwingSnappy", "LapwingHTTP", "LapwingSeries", "LapwingPromQL", "LapwingExposition",
            "LapwingRules",
        ]
    ),
    ("LapwingNotify", ["LapwingText", "LapwingHTTP", "LapwingSeries", "LapwingAlerting"]),
    (
        "LapwingConfiguration",
        [
            "LapwingText", "LapwingYAML", "LapwingBcrypt", "LapwingHTTP", "LapwingSeries", "LapwingExposition", "LapwingRemote", "LapwingNotify",
        ]
    ),
    (
        "LapwingReplay",
        [
            "LapwingText", "LapwingSeries", "LapwingStorage", "LapwingPromQL", "LapwingAlerting", "LapwingRules", "LapwingNotify",
        ]
    ),
    (
        "LapwingLint",
        [
            "LapwingText", "LapwingYAML", "LapwingTemplate", "LapwingRegex", "LapwingSeries", "LapwingPromQL", "LapwingRules",
            "LapwingReplay",
        ]
    ),
    (
        "LapwingRuleTesting",
        [
            "LapwingText", "LapwingYAML", "LapwingTemplate", "LapwingRegex", "LapwingSeries", "LapwingStorage", "LapwingPromQL",
            "LapwingAlerting", "LapwingRules", "LapwingNotify", "LapwingReplay",
        ]
    ),
    (
        "Lapwing",
        [
            "LapwingSystem", "LapwingText", "LapwingSeries", "LapwingStorage", "LapwingPromQL", "LapwingExposition", "LapwingAlerting",
            "LapwingRules", "LapwingNotify", "LapwingHTTP",
        ]
    ),
    (
        "LapwingServer",
        [
            "LapwingSystem", "LapwingText", "LapwingSnappy", "LapwingBcrypt", "LapwingHTTP", "LapwingPage",
            "LapwingSeries", "LapwingStorage", "LapwingPromQL", "LapwingExposition", "LapwingAlerting", "LapwingRules", "LapwingRemote",
            "LapwingNotify", "LapwingConfiguration", "LapwingReplay", "Lapwing", "CGlibc",
        ]
    ),
    (
        "LapwingCommand",
        [
            "LapwingSystem", "LapwingText", "LapwingRegex", "LapwingYAML", "LapwingHTTP", "LapwingSeries", "LapwingStorage", "LapwingBlocks",
            "LapwingPromQL", "LapwingExposition", "LapwingAlerting", "LapwingRules", "LapwingNotify",
            "LapwingConfiguration", "LapwingRemote", "LapwingRuleTesting", "LapwingReplay", "LapwingLint", "Lapwing", "LapwingServer",
            "CZlib", "CGlibc",
        ]
    ),
]

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableExperimentalFeature("Lifetimes"),
]

/// A release on Linux carries Swift's libraries in itself: it runs on any machine with a C library, and starts in 2.4 ms instead of 13.
/// - Parameter libraries: what is linked by no import.
func linking(_ libraries: [String]) -> [LinkerSetting] {
    [
        .unsafeFlags(
            ["-static-stdlib", "-use-ld=lld", "-Xlinker", "--no-export-dynamic"] + libraries.map { "-l\($0)" },
            .when(platforms: [.linux], configuration: .release))
    ]
}

/// What the part of Foundation consists of that rooms have, and what the rest needs, which the benchmarks start other programs by.
let essentials = ["_FoundationCShims", "_FoundationCollections"]
let wholeFoundation = essentials + ["CoreFoundation", "_FoundationICU"]

let libraries: [Target] = rooms.filter { $0.name != "LapwingCommand" }.map { room in
    .target(
        name: room.name, dependencies: room.imports.map { .init(stringLiteral: $0) },
        exclude: ["README.md"], resources: room.name == "LapwingPage" ? [.embedInCode("Assets")] : nil, swiftSettings: settings)
}

let tests: [Target] = (rooms.map(\.name) + ["LapwingTidy"]).map { name in
    let imports = rooms.first { $0.name == name }.map { $0.imports.filter { $0.hasPrefix("Lapwing") } + [name] } ?? []
    // What survives a crash is shown on the simulated disk.
    let linked = imports + ["COneAtATime", "CThreadSanitizer", "SeededRandom"] + (["Lapwing", "LapwingServer"].contains(name) ? ["LapwingDisk"] : [])
        + (name == "LapwingRemote" ? ["LapwingDisk", "LapwingStorage"] : [])
    return .testTarget(
        name: "\(name)Tests", dependencies: linked.map { .init(stringLiteral: $0) }, swiftSettings: settings)
}

/// What is fed with any input whatever, as a library for the tests; and the program that does it guided by coverage, which
/// needs the compiler's fuzzing engine and so is built only by `Tests/Fuzz/fuzz.sh`.
let fuzzing: [Target] =
    [
        .target(
            name: "FuzzTargets",
            dependencies: [
                "LapwingText", "LapwingRegex", "LapwingYAML", "LapwingTemplate", "LapwingSnappy", "LapwingZstandard", "LapwingSeries",
                "LapwingStorage", "LapwingPromQL", "LapwingExposition", "LapwingRules",
            ],
            path: "Tests/FuzzTargets", swiftSettings: settings),
        .testTarget(name: "FuzzTests", dependencies: ["FuzzTargets", "SeededRandom"], exclude: ["Corpus"], swiftSettings: settings),
    ]
    + (Context.environment["LAPWING_FUZZ"] == nil
        ? []
        : [
            .target(name: "CFuzzer", path: "Tests/CFuzzer"),
            .executableTarget(
                name: "Fuzz", dependencies: ["FuzzTargets", "CFuzzer"], path: "Tests/Fuzz", exclude: ["fuzz.sh"], swiftSettings: settings),
        ])

let package = Package(
    name: "lapwing",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "lapwing", targets: ["LapwingCommand"]),
        .library(
            name: "Lapwing",
            targets: [
                "Lapwing", "LapwingAlerting", "LapwingExposition", "LapwingHTTP", "LapwingNotify", "LapwingPromQL", "LapwingRules", "LapwingSeries",
                "LapwingStorage", "LapwingText",
            ]),
    ],
    targets: libraries + tests + fuzzing + [
        .systemLibrary(name: "CZlib"),
        .target(name: "COpenSSL"),
        .target(name: "COneAtATime", path: "Tests/COneAtATime"),
        .target(name: "SeededRandom", path: "Tests/SeededRandom", swiftSettings: settings),
        .target(name: "CThreadSanitizer", path: "Tests/CThreadSanitizer"),
        .target(name: "CAllocationCount", path: "Tests/CAllocationCount"),
        .systemLibrary(name: "CEpoll"),
        .systemLibrary(name: "CGlibc"),
        .executableTarget(
            name: "LapwingCommand",
            // The last is empty but for the thread sanitizer, which tests start the program under.
            dependencies: ((rooms.first { $0.name == "LapwingCommand" }?.imports ?? []) + ["CThreadSanitizer"]).map { .init(stringLiteral: $0) },
            exclude: ["README.md"], swiftSettings: settings, linkerSettings: linking(essentials)),
        .executableTarget(
            name: "Benchmarks",
            dependencies: (rooms.map(\.name).filter { $0 != "LapwingCommand" } + ["CAllocationCount"]).map { .init(stringLiteral: $0) },
            path: "Benchmarks", exclude: ["README.md"], swiftSettings: settings, linkerSettings: linking(wholeFoundation)),
        .testTarget(
            name: "BenchmarksTests", dependencies: ["Benchmarks"], swiftSettings: settings),
    ]
)
