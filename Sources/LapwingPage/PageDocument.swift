import LapwingText

/// The page at `/` as one document: `Assets/page.html` with the style and the scripts put where they belong.
///
/// The parts are files of their own for those who read and change them; the program carries their bytes.
public struct PageDocument: Sendable {
    /// The whole document, in UTF-8.
    public let bytes: [UInt8]
    /// SHA-256 of what stands between `<style>` and `</style>`, by which a policy lets it in.
    public let styleDigest: [UInt8]
    /// SHA-256 of what stands between `<script>` and `</script>`.
    public let scriptDigest: [UInt8]

    /// The scripts in the order in which they stand in the document: parts, views, and what brings them to life.
    static let scripts: [[UInt8]] = [
        PackageResources.dom_js, PackageResources.format_js, PackageResources.api_js, PackageResources.promql_js,
        PackageResources.functions_js, PackageResources.completion_js, PackageResources.chart_js,
        PackageResources.alerts_js, PackageResources.alert_js, PackageResources.rules_js, PackageResources.explain_js,
        PackageResources.explanation_js, PackageResources.query_js, PackageResources.result_js,
        PackageResources.targets_js, PackageResources.status_js,
        PackageResources.main_js,
    ]

    /// - Complexity: O(bytes).
    public init() {
        let style = PackageResources.style_css + PackageResources.explanation_css
        let script = Array(Self.scripts.joined(separator: [UInt8(ascii: "\n")]))
        styleDigest = SHA256.digest(of: style)
        scriptDigest = SHA256.digest(of: script)
        let withStyle = Self.replacing("/* style */", in: PackageResources.page_html, with: style)
        bytes = Self.replacing("/* script */", in: withStyle, with: script)
    }

    /// Puts bytes in the place of a mark; the frame is our own, and a test holds that it has each mark once.
    private static func replacing(_ mark: String, in frame: [UInt8], with bytes: [UInt8]) -> [UInt8] {
        let parts = frame.split(separator: Array(mark.utf8), maxSplits: 1, omittingEmptySubsequences: false)
        guard let before = parts.first, parts.count == 2 else { return frame }
        return before + bytes + parts[1]
    }
}
