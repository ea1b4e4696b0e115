import LapwingText

/// What a question cost the server, where it was asked to tell.
public struct RemoteCost: Sendable, Hashable {
    /// Samples that were read; nil where the server does not tell.
    public var samples: Int?
    /// Of the whole execution; nil likewise.
    public var seconds: Double?
}

extension RemoteReply {
    /// From the member `stats` of the data.
    ///
    /// Source: Prometheus 3.14 `util/stats/query_stats.go`.
    public func cost() throws(RemoteError) -> RemoteCost {
        var cost = RemoteCost()
        var reader = JSONReader(data)
        do throws(JSONReader.Fault) {
            try reader.object { (reader, name) throws(JSONReader.Fault) in
                guard name == "stats" else { return try reader.skip() }
                try reader.object { (reader, part) throws(JSONReader.Fault) in
                    guard ["timings", "samples"].contains(part) else { return try reader.skip() }
                    try reader.object { (reader, figure) throws(JSONReader.Fault) in
                        switch figure {
                        case "execTotalTime": cost.seconds = try reader.number()
                        case "totalQueryableSamples": cost.samples = Int(exactly: try reader.number())
                        default: try reader.skip()
                        }
                    }
                }
            }
        } catch {
            throw .malformed(error.description)
        }
        return cost
    }
}
