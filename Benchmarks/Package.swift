// swift-tools-version: 6.2

import PackageDescription

let swiftSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let cSettings: [CSetting] = [.enableWarning("all"), .enableWarning("extra"), .treatAllWarnings(as: .error)]

let package = Package(
    name: "socketio-linux-benchmarks",
    dependencies: [.package(name: "socketio-linux", path: "..")],
    targets: [
        // The server.
        .executableTarget(
            name: "firehose", path: "firehose", cSettings: cSettings,
            linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]),
        // Tells what a process cost.
        .executableTarget(name: "launch", path: "launch", cSettings: cSettings),
        // The library, as a program uses it.
        .executableTarget(
            name: "client", dependencies: [.product(name: "SocketIO", package: "socketio-linux")],
            path: "Sources/client", swiftSettings: swiftSettings),
        // Programs that do nothing else.
        .executableTarget(
            name: "once", dependencies: [.product(name: "SocketIO", package: "socketio-linux")],
            path: "Sources/once", swiftSettings: swiftSettings),
        .executableTarget(
            name: "idle", dependencies: [.product(name: "SocketIO", package: "socketio-linux")],
            path: "Sources/idle", swiftSettings: swiftSettings),
        // What is left of a client without Socket.IO: over libwebsockets, and over nothing.
        .target(name: "Work", path: "floor/work", cSettings: cSettings),
        .executableTarget(
            name: "floor-lws", dependencies: ["Work"], path: "floor/lws", cSettings: cSettings,
            linkerSettings: [.linkedLibrary("websockets")]),
        .executableTarget(name: "floor-own", dependencies: ["Work"], path: "floor/own", cSettings: cSettings),
    ]
)
