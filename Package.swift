// swift-tools-version: 6.2

import PackageDescription

let swiftSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    // `any P` says that a value is boxed.  SE-0335
    .enableUpcomingFeature("ExistentialAny"),
    // A C module cannot leak into the public API by accident.  SE-0409
    .enableUpcomingFeature("InternalImportsByDefault"),
    // A member is visible only where its module is imported.  SE-0444
    .enableUpcomingFeature("MemberImportVisibility"),
    // An async function stays on its caller's executor unless it says otherwise.  SE-0461
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    // A conformance takes its type's isolation.  SE-0470
    .enableUpcomingFeature("InferIsolatedConformances"),
]

let package = Package(
    name: "socketio-linux",
    products: [
        .library(name: "SocketIO", targets: ["SocketIO"]),
        .library(name: "EngineIO", targets: ["EngineIO"]),
        .executable(name: "sio", targets: ["sio"]),
        // libsocketio.so, as scripts/install builds it.
        .library(name: "socketio", type: .dynamic, targets: ["SocketIOC"]),
    ],
    traits: [
        .trait(name: "Foundation", description: "`Data` is accepted and delivered as binary."),
        .trait(name: "ServiceLifecycle", description: "`Manager` is a `Service` of swift-service-lifecycle."),
        .default(enabledTraits: ["Foundation"]),
    ],
    dependencies: [
        // The option parsing and the help texts of `sio`; no library product links it.
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        // What becomes of a connection goes to the program's own log.
        .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
        // Only with the trait of its name.
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.6.0"),
    ],
    targets: [
        // The C libraries underneath.
        .systemLibrary(
            name: "CLibwebsockets", path: "CShims/CLibwebsockets", pkgConfig: "libwebsockets",
            providers: [.apt(["libwebsockets-dev", "libwebsockets-evlib-uv"])]),
        .systemLibrary(
            name: "CLibcurl", path: "CShims/CLibcurl", pkgConfig: "libcurl",
            providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(
            name: "COpenSSL", path: "CShims/COpenSSL", pkgConfig: "libssl",
            providers: [.apt(["libssl-dev"])]),
        .systemLibrary(
            name: "CCrypto", path: "CShims/CCrypto", pkgConfig: "libcrypto",
            providers: [.apt(["libssl-dev"])]),
        .systemLibrary(
            name: "CLibuv", path: "CShims/CLibuv", pkgConfig: "libuv",
            providers: [.apt(["libuv1-dev"])]),
        .systemLibrary(
            name: "CIdn2", path: "CShims/CIdn2", pkgConfig: "libidn2",
            providers: [.apt(["libidn2-dev"])]),
        // No pkg-config: SwiftPM warns at every build of a flag in simdjson.pc that it does not pass on.
        .systemLibrary(name: "CSimdjson", path: "CShims/CSimdjson", providers: [.apt(["libsimdjson-dev"])]),
        // The C library's own header, and an eventfd for it.
        .systemLibrary(name: "CSocketIO", path: "CShims/CSocketIO"),
        .systemLibrary(name: "CEventDescriptor", path: "CShims/CEventDescriptor"),
        // What the heap holds, for the tests.
        .systemLibrary(name: "CMalloc", path: "CShims/CMalloc"),
        // simdjson is C++: this is its tape behind a C header.
        .target(
            name: "CJSONTape", dependencies: ["CSimdjson"], path: "CShims/CJSONTape",
            // The module map's link directive counts only where Swift imports the module.
            linkerSettings: [.linkedLibrary("simdjson")]),

        // The layers, lowest first.
        .target(
            name: "SocketIOProtocol", dependencies: ["CCrypto", "CIdn2", "CJSONTape"], swiftSettings: swiftSettings),
        .target(
            name: "EngineIO",
            dependencies: ["SocketIOProtocol", "CLibwebsockets", "CLibcurl", "COpenSSL", "CLibuv"],
            swiftSettings: swiftSettings),
        .target(
            name: "SocketIO",
            dependencies: [
                "EngineIO", "SocketIOProtocol", .product(name: "Logging", package: "swift-log"),
                .product(
                    name: "ServiceLifecycle", package: "swift-service-lifecycle",
                    condition: .when(traits: ["ServiceLifecycle"])),
            ],
            swiftSettings: swiftSettings),
        .target(
            name: "SocketIOC",
            dependencies: [
                "CSocketIO", "CEventDescriptor", "EngineIO", "SocketIO",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: swiftSettings),
        .executableTarget(
            name: "sio",
            dependencies: ["SocketIO", .product(name: "ArgumentParser", package: "swift-argument-parser")],
            swiftSettings: swiftSettings),
        .executableTarget(
            name: "telemetry", dependencies: ["SocketIO"], path: "Examples/telemetry", swiftSettings: swiftSettings),

        .executableTarget(
            name: "chatbot", dependencies: ["SocketIO"], path: "Examples/chatbot", swiftSettings: swiftSettings),
        .executableTarget(
            name: "telemetry-service",
            dependencies: [
                "SocketIO", .product(name: "Logging", package: "swift-log"),
                .product(
                    name: "ServiceLifecycle", package: "swift-service-lifecycle",
                    condition: .when(traits: ["ServiceLifecycle"])),
                .product(
                    name: "UnixSignals", package: "swift-service-lifecycle",
                    condition: .when(traits: ["ServiceLifecycle"])),
            ], path: "Examples/service", swiftSettings: swiftSettings),
        .testTarget(
            name: "ChatServerTests", dependencies: ["SocketIO"], path: "Examples/ServerTests",
            exclude: ["chat_server.py"], swiftSettings: swiftSettings),

        // The first program of the README.
        .executableTarget(
            name: "QuickStart", dependencies: ["SocketIO"], path: "Examples/QuickStart", swiftSettings: swiftSettings),

        // The tests.
        .target(
            name: "TestSupport", dependencies: ["CCrypto", "EngineIO"], path: "Tests/Support", exclude: ["peer"],
            swiftSettings: swiftSettings),
        .executableTarget(
            name: "Lifecycle", dependencies: ["EngineIO", "SocketIO", "CMalloc"], path: "Tests/Lifecycle",
            swiftSettings: swiftSettings),
        // Counted by scripts/check-instructions.
        .executableTarget(
            name: "Instructions", dependencies: ["SocketIO", "SocketIOProtocol"], path: "Tests/Instructions",
            exclude: ["check.py", "record.json"], swiftSettings: swiftSettings),
        // The C library's stress test, here for the sanitizers; the other programs beside it are run by scripts/test-c.
        .executableTarget(
            name: "CStress", dependencies: ["SocketIOC"], path: "Tests/C",
            exclude: [
                "dispatch.c", "endings.c", "errors.c", "exchange.c", "fork.c", "header.cpp", "loading.c", "options.c",
                "reloading.c", "wrapper.cpp", "outside", "valgrind.supp", "examples.py", "installed.py", "peer.py",
                "program.py", "programs.py", "run.py",
            ],
            sources: ["stress.c"], cSettings: [.headerSearchPath("../../CShims/CSocketIO/include")]),
        .testTarget(
            name: "SocketIOCTests", dependencies: ["CStress", "SocketIO", "TestSupport"], swiftSettings: swiftSettings),
        .testTarget(name: "SupportTests", dependencies: ["TestSupport"], swiftSettings: swiftSettings),
        .testTarget(
            name: "SocketIOProtocolTests", dependencies: ["SocketIOProtocol", "TestSupport"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "EngineIOTests", dependencies: ["EngineIO", "SocketIOProtocol", "TestSupport", "COpenSSL"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "SocketIOTests",
            dependencies: [
                "SocketIO", "TestSupport", .product(name: "Logging", package: "swift-log"),
                .product(
                    name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle",
                    condition: .when(traits: ["ServiceLifecycle"])),
            ], swiftSettings: swiftSettings),
        .testTarget(
            name: "sioTests",
            dependencies: [
                "sio", "SocketIO", "TestSupport", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: swiftSettings),
    ],
    cxxLanguageStandard: .cxx17
)
