import LapwingHTTP
import LapwingSeries
import Testing

@testable import LapwingServer

@Suite struct `A query's text is told about` {
    private func body(_ response: HTTPResponse) throws -> String {
        guard case .bytes(let bytes) = response.body else { throw APIError(.internalError, "streamed") }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func tree(of query: String) throws -> String {
        let form = Array("query=\(query.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())".utf8)
        let request = try #require(
            HTTPRequest(.post, "/api/v1/parse_query", headers: ["Content-Type": "application/x-www-form-urlencoded"], body: form))
        return try body(try SyntaxEndpoints.tree(request, now: Timestamp(milliseconds: 0)))
    }

    @Test func `format_query gives the pretty text, by GET and by form`() throws {
        let get = try #require(HTTPRequest(.get, "/api/v1/format_query?query=sum(x)by(a)"))
        #expect(try body(try SyntaxEndpoints.format(get, now: Timestamp(milliseconds: 0))) == #"{"status":"success","data":"sum by (a) (x)"}"#)
        let post = try #require(
            HTTPRequest(
                .post, "/api/v1/format_query", headers: ["Content-Type": "application/x-www-form-urlencoded"],
                body: Array("query=foo%2Fbar".utf8)))
        #expect(try body(try SyntaxEndpoints.format(post, now: Timestamp(milliseconds: 0))) == #"{"status":"success","data":"foo / bar"}"#)
    }

    @Test(arguments: [
        ("", #"invalid parameter "query": 1:1: parse error: no expression found in input"#),
        ("query=", #"invalid parameter "query": 1:1: parse error: no expression found in input"#),
        ("query=x%20y", #"invalid parameter "query": 1:3: parse error: unexpected identifier "y""#),
    ])
    func `what is no query is bad data`(parameters: String, message: String) throws {
        let request = try #require(HTTPRequest(.get, "/api/v1/parse_query?\(parameters)"))
        #expect { try SyntaxEndpoints.tree(request, now: Timestamp(milliseconds: 0)) } throws: {
            ($0 as? APIError)?.kind == .badData && ($0 as? APIError)?.message == message
        }
        #expect { try SyntaxEndpoints.format(request, now: Timestamp(milliseconds: 0)) } throws: {
            ($0 as? APIError)?.kind == .badData && ($0 as? APIError)?.message == message
        }
    }

    @Test(arguments: [
        ("1e3", #"{"type":"numberLiteral","val":"1000"}"#),
        ("'a'", #"{"type":"stringLiteral","val":"a"}"#),
        ("-(x)", #"{"expr":{"expr":\#(plain("x")),"type":"parenExpr"},"op":"-","type":"unaryExpr"}"#),
        (
            "x{a!='b'} @ 1.5 offset 5m smoothed",
            #"{"anchored":false,"matchers":[{"name":"a","type":"!=","value":"b"},{"name":"__name__","type":"=","value":"x"}],"name":"x","#
                + #""offset":300000,"offsetExpr":null,"smoothed":true,"startOrEnd":null,"timestamp":1500,"type":"vectorSelector"}"#
        ),
        (
            "x[(5m) + step()] @ end()",
            #"{"anchored":false,"matchers":[{"name":"__name__","type":"=","value":"x"}],"name":"x","offset":0,"offsetExpr":null,"range":0,"#
                + #""rangeExpr":{"lhs":{"lhs":null,"op":"+","rhs":{"duration":true,"type":"numberLiteral","val":"300"},"type":"durationExpr","#
                + #""wrapped":true},"op":"+","rhs":{"lhs":null,"op":"step","rhs":null,"type":"durationExpr","wrapped":false},"#
                + #""type":"durationExpr","wrapped":false},"smoothed":false,"startOrEnd":"end","timestamp":null,"type":"matrixSelector"}"#
        ),
        (
            "x[1h:1m]",
            #"{"expr":\#(plain("x")),"offset":0,"offsetExpr":null,"range":3600000,"rangeExpr":null,"startOrEnd":null,"step":60000,"#
                + #""stepExpr":null,"timestamp":null,"type":"subquery"}"#
        ),
        (
            "round(x)",
            #"{"args":[\#(plain("x"))],"func":{"argTypes":["vector","scalar"],"name":"round","returnType":"vector","variadic":1},"type":"call"}"#
        ),
        (
            "topk by (a) (1, x)",
            #"{"expr":\#(plain("x")),"grouping":["a"],"op":"topk","param":{"type":"numberLiteral","val":"1"},"type":"aggregation","without":false}"#
        ),
        (
            "x == bool on (a) group_left (b) fill_left (0) y",
            #"{"bool":true,"lhs":\#(plain("x")),"matching":{"card":"many-to-one","fillValues":{"lhs":0,"rhs":null},"include":["b"],"#
                + #""labels":["a"],"on":true},"op":"==","rhs":\#(plain("y")),"type":"binaryExpr"}"#
        ),
        (
            "1 + 1",
            #"{"bool":false,"lhs":{"type":"numberLiteral","val":"1"},"matching":null,"op":"+","rhs":{"type":"numberLiteral","val":"1"},"#
                + #""type":"binaryExpr"}"#
        ),
    ])
    func `parse_query gives the tree as Prometheus' page takes it`(query: String, data: String) throws {
        #expect(try tree(of: query) == #"{"status":"success","data":\#(data)}"#)
    }
}

private func plain(_ name: String) -> String {
    #"{"anchored":false,"matchers":[{"name":"__name__","type":"=","value":"\#(name)"}],"name":"\#(name)","offset":0,"offsetExpr":null,"#
        + #""smoothed":false,"startOrEnd":null,"timestamp":null,"type":"vectorSelector"}"#
}
