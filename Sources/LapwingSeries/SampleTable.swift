/// The samples of several series in one range, row after row, where the source has them at hand: floats without start times.
///
/// What an instant query reads of thousands of series: a few samples of each, at times that many share.
public struct SampleTable: Sendable {
    /// Of all rows, one after the other.
    public var values: [Double] = []
    private var rows: [Row] = []
    private var columns: [(times: [Int64], origin: any TimesOrigin)] = []

    private struct Row: Sendable {
        /// Where its values end.
        var end: Int32
        /// Its place among the columns of times; -1 where the row has to be read by itself.
        var times: Int32
    }

    public init() {}

    public mutating func removeAll() {
        values.removeAll(keepingCapacity: true)
        rows.removeAll(keepingCapacity: true)
        columns.removeAll(keepingCapacity: true)
    }

    /// Adds a row that has to be read by itself.
    public mutating func appendUnread() { rows.append(Row(end: Int32(clamping: values.count), times: -1)) }

    /// The origin of the times of the row that was added last, for a source that may find the next to have the same.
    public var lastOrigin: (any TimesOrigin)? { columns.last?.origin }

    /// Adds times for the rows to come.
    public mutating func appendTimes(_ times: [Int64], _ origin: any TimesOrigin) { columns.append((times, origin)) }

    /// Ends a row whose values have been added, and whose times are the last ones.
    public mutating func endRow() { rows.append(Row(end: Int32(clamping: values.count), times: Int32(clamping: columns.count - 1))) }

    public var count: Int { rows.count }

    /// Where the values of a row stand.
    public func places(of row: Int) -> Range<Int> { (row == 0 ? 0 : Int(rows[row - 1].end))..<Int(rows[row].end) }

    /// Which of the columns of times is a row's; -1 where it has to be read by itself.
    public func column(of row: Int) -> Int { Int(rows[row].times) }

    /// Of times; several rows share one.
    public var columnCount: Int { columns.count }

    public func times(ofColumn column: Int) -> [Int64] { columns[column].times }

    /// Replaces `columns` by a row.
    ///
    /// - Returns: false where the row has to be read by itself.
    public func take(_ row: Int, into columns: inout SampleColumns) -> Bool {
        let place = column(of: row)
        guard place >= 0 else { return false }
        if columns.timesOrigin !== self.columns[place].origin {
            columns.times = self.columns[place].times
            columns.timesOrigin = self.columns[place].origin
        }
        columns.removeAllButTimes()
        columns.values.append(contentsOf: values[places(of: row)])
        return true
    }
}
