import LapwingAlerting
import LapwingSeries
import LapwingServer
import LapwingText

/// What the demo prints as alerts come and go.
enum DemoLine {
    static func introduction(address: String) -> String {
        """
        A demo shop runs beside this server and is scraped every two seconds. Every two minutes its payments begin to
        fail for half a minute: watch the alerts here, or on the page at http://\(address) in a browser. Ask it yourself:

          lapwing query --server http://\(address) 'sum by (path, status) (rate(http_requests_total[15s]))'

        The first incident begins in about twenty seconds. Ctrl-C ends it all and leaves nothing behind.


        """
    }

    static func text(_ event: Sidecar.AlertEvent) -> String {
        let (word, color): (String, TextStyle.Color) =
            switch event.change {
            case .pending: ("PENDING ", .yellow)
            case .firing: ("FIRING  ", .red)
            case .resolved: ("RESOLVED", .green)
            case .dropped: ("calm    ", .cyan)
            }
        let time = TimeText.rfc3339(milliseconds: event.at.milliseconds).split(separator: "T")[1].prefix(8)
        let name = event.alert.labels[LabelName.alert] ?? ""
        let summary = event.alert.annotations.first { $0.name == "summary" }?.value ?? event.alert.labels.description
        return "\(time)  \(TextStyle.console.colored(word, color))  \(name): \(summary)\n"
    }
}
