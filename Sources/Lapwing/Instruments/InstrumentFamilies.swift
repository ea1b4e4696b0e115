import LapwingSeries

/// The instruments by name, and which names their samples have.
struct InstrumentFamilies: Sendable {
    /// The instruments of one name, all of one kind.
    struct Family: Sendable {
        var metadata: MetricMetadata
        /// By labels without the name.
        var instruments: [Labels: any Instrument] = [:]

        /// In the order of labels.
        var samples: [Instruments.Sample] { instruments.sorted { $0.key < $1.key }.flatMap(\.value.samples) }

        /// What its samples are called; on a page no other family has them.
        var sampleNames: [String] {
            switch metadata.kind {
            case .histogram, .gaugehistogram: ["", "_bucket", "_sum", "_count"].map { metadata.name + $0 }
            case .summary: ["", "_sum", "_count"].map { metadata.name + $0 }
            case .counter, .gauge, .info, .stateset, .unknown: [metadata.name]
            }
        }
    }

    private(set) var families: [String: Family] = [:]
    /// The family by the name of its samples.
    private var owners: [String: String] = [:]

    func has(_ name: String) -> Bool { families[name] != nil }

    /// The instrument of this name and these labels.
    /// - Precondition: what has the name is of this kind.
    func known<Kind: Instrument>(_ name: String, _ labels: Labels) -> Kind? {
        guard let family = families[name] else { return nil }
        let fault = fault(of: Kind.self, in: family)
        precondition(fault == nil, fault ?? "")
        return family.instruments[labels] as? Kind
    }

    /// - Parameter metadata: of a name that is new.
    /// - Precondition: there is no fault in it.
    mutating func set<Kind: Instrument>(_ instrument: Kind, _ labels: Labels, _ metadata: MetricMetadata) {
        let fault = fault(of: Kind.self, labels, metadata)
        precondition(fault == nil, fault ?? "")
        let name = metadata.name
        if families[name] == nil {
            let family = Family(metadata: metadata)
            for sampleName in family.sampleNames { owners[sampleName] = name }
            families[name] = family
        }
        families[name]?.instruments[labels] = instrument
    }

    mutating func remove(_ name: String, _ labels: Labels) {
        families[name]?.instruments[labels] = nil
        if families[name]?.instruments.isEmpty ?? false { removeAll(name) }
    }

    mutating func removeAll(_ name: String) {
        for sampleName in families.removeValue(forKey: name)?.sampleNames ?? [] { owners[sampleName] = nil }
    }

    // MARK: Names

    /// Why there cannot be such an instrument; nil where there can.
    func fault<Kind: Instrument>(of kind: Kind.Type, _ labels: Labels, _ metadata: MetricMetadata) -> String? {
        let name = metadata.name
        if !LabelName.isValid(name) { return "a metric needs a name" }
        if let label = labels.first(where: { !LabelName.isValid($0.name) || $0.name.hasPrefix("__") }) {
            return "\(name) cannot have a label \"\(label.name)\""
        }
        let own = metadata.kind == .histogram ? LabelName.bucket : metadata.kind == .summary ? LabelName.quantile : nil
        if let own, labels[own] != nil { return "\(name) cannot have a label \(own): that is set by what it counts" }
        if let family = families[name] { return fault(of: kind, in: family) }
        let taken = Family(metadata: metadata).sampleNames.first { owners[$0] != nil }
        return taken.map { "\(name) has samples that are called \($0), as \(owners[$0] ?? "") has" }
    }

    private func fault<Kind: Instrument>(of _: Kind.Type, in family: Family) -> String? {
        guard let known = family.instruments.first?.value, !(known is Kind) else { return nil }
        return "\(family.metadata.name) is \(type(of: known).title), and not \(Kind.title)"
    }
}
