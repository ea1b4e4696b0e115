// The C library and Foundation by one name, wherever the program is built: on Linux that part of Foundation which knows nothing of
// languages and calendars. The rest would make the program three times as large.
#if canImport(Glibc)
@_exported public import Glibc
#elseif canImport(Musl)
@_exported public import Musl
#elseif canImport(Darwin)
@_exported public import Darwin
#endif

#if canImport(FoundationEssentials)
@_exported public import FoundationEssentials
#else
@_exported public import Foundation
#endif
