# What the scripts share; to be sourced by bash.

set -euo pipefail
# The parent of this file's folder, whatever the current one is.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

# The Python that has the peer's packages; Tests/Support/Repository.swift knows it too.
venv=.build-python

# Of every debug build, so that they share what is built.
swift_options=(--disable-xctest --enable-all-traits --explicit-target-dependency-import-check error)

say() { printf '%s\n' "$*"; }

die() {
    say "$*" >&2
    exit 1
}

# Builds a product with Swift's runtime linked in: without `Data`, for which there would have to be Foundation, and with
# lld, which exports what a map says and nothing else. Further arguments are the linker's: flags of the compiler are the
# same for all products, so that nothing is compiled twice. The products are in .build-c/release.
build_release() {
    local product=$1
    shift
    swift build -c release --scratch-path .build-c --product "$product" --disable-default-traits \
        --static-swift-stdlib -Xswiftc -static-stdlib -Xswiftc -use-ld=lld --disable-local-rpath \
        -Xlinker --gc-sections -Xlinker --as-needed -Xlinker --icf=all -Xlinker -z -Xlinker pack-relative-relocs "$@"
}
