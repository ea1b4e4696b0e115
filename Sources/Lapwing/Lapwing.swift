// What a program that embeds lapwing speaks of: `import Lapwing` is all that it needs.
@_exported public import LapwingAlerting
@_exported public import LapwingHTTP
@_exported public import LapwingNotify
@_exported public import LapwingPromQL
@_exported public import LapwingRules
@_exported public import LapwingSeries
@_exported public import LapwingStorage
@_exported public import LapwingText
