import SocketIO
import Testing

@testable import sio

/// How the doctor's findings are written.
@Suite(.timeLimit(.minutes(5))) struct DiagnosisReportTests {
    private static let day: Int64 = 86_400

    @Test func aStepIsALine() {
        var step = DiagnosisStep(name: .tls, status: .ok, duration: .microseconds(12_345), summary: "facts")
        #expect(DiagnosisReport.text(step) == "✓ tls            12.3 ms  facts")
        step.lines = ["one", "two"]
        step.status = .failed
        step.cause = "it broke"
        step.advice = "Mend it."
        #expect(
            DiagnosisReport.text(step) == """
                ✗ tls            12.3 ms  facts
                      one
                      two
                      cause:   it broke
                      advice:  Mend it.
                """)
        #expect(DiagnosisReport.text(.skipped(.websocket, "why")) == "– websocket               why")
    }

    @Test func theFirstFailureCounts() {
        func step(_ name: DiagnosisStep.Name, _ status: DiagnosisStep.Status) -> DiagnosisStep {
            DiagnosisStep(name: name, status: status, summary: "")
        }
        let steps = [step(.dns, .ok), step(.polling, .failed), step(.websocket, .failed), step(.upgrade, .skipped)]
        #expect(DiagnosisReport.status(steps) == 13)
        #expect(DiagnosisReport.conclusion(steps) == "The first failing step is polling: status 13.")
        let json = DiagnosisReport.json("http://h", steps)
        #expect(json["firstFailure"] == "polling" && json["exitStatus"] == 13 && json["ok"] == false)
        #expect(DiagnosisReport.status([step(.dns, .ok), step(.tls, .skipped)]) == 0)
        #expect(Set(DiagnosisStep.Name.allCases.map(\.exitStatus)) == Set(10...16))
    }

    @Test(
        arguments: [
            (-10, 1, "expires in 1 day"), (-10, 30, "expires in 30 days"), (-10, -1, "EXPIRED 1 day ago"),
            (-800, -400, "EXPIRED 400 days ago"), (3, 10, "NOT YET, in 3 days"),
        ] as [(Int64, Int64, String)])
    func validity(_ from: Int64, _ to: Int64, _ text: String) {
        let now = UnixTime(secondsSince1970: 1_800_000_000)
        let certificate = Certificate(
            subject: "", issuer: "", notBefore: UnixTime(secondsSince1970: now.secondsSince1970 + from * Self.day),
            notAfter: UnixTime(secondsSince1970: now.secondsSince1970 + to * Self.day))
        #expect(CertificateReport.validity(certificate, now).hasSuffix("Z, \(text)"))
    }

    @Test func lessThanADayIsNone() {
        let now = UnixTime(secondsSince1970: 1_800_000_000)
        func left(_ seconds: Int64) -> JSONValue? {
            let certificate = Certificate(
                subject: "", issuer: "", notBefore: UnixTime(secondsSince1970: 0),
                notAfter: UnixTime(secondsSince1970: now.secondsSince1970 + seconds))
            return CertificateReport.json(certificate, at: now)["daysLeft"]
        }
        #expect(left(Self.day - 1) == 0)
        #expect(left(Self.day) == 1)
        #expect(left(-1) == -1)
    }
}
