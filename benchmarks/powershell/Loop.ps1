#requires -Version 7.6
<#
.SYNOPSIS
What people write today: a loop around ClientWebSocket and ConvertFrom-Json. A contestant of the benchmarks.
.DESCRIPTION
The talk is that of the other contestants: "run COUNT" on stdin; it connects, prints "armed", takes that many events and
prints "COUNT MILLISECONDS CPU-MILLISECONDS BYTES".
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Platform,
    [Parameter(Mandatory)] [int] $Port
)

$ErrorActionPreference = 'Stop'
$none = [System.Threading.CancellationToken]::None
$buffer = [byte[]]::new(65536)
$segment = [System.ArraySegment[byte]]::new($buffer)

while ($line = [Console]::In.ReadLine()) {
    $count = [int]$line.Split(' ')[1]
    $socket = [System.Net.WebSockets.ClientWebSocket]::new()
    $null = $socket.ConnectAsync("ws://127.0.0.1:$Port/", $none).GetAwaiter().GetResult()
    if ($Platform -eq 'RingCentral') { $null = $socket.ReceiveAsync($segment, $none).GetAwaiter().GetResult() }
    $process = [System.Diagnostics.Process]::GetCurrentProcess()
    $cpu = $process.TotalProcessorTime
    $bytes = [GC]::GetTotalAllocatedBytes($true)
    'armed'
    $taken = 0
    $watch = $null
    while ($taken -lt $count) {
        $length = 0
        do {
            $rest = [System.ArraySegment[byte]]::new($buffer, $length, $buffer.Length - $length)
            $result = $socket.ReceiveAsync($rest, $none).GetAwaiter().GetResult()
            $length += $result.Count
        } until ($result.EndOfMessage)
        $watch ??= [System.Diagnostics.Stopwatch]::StartNew()
        $message = [System.Text.Encoding]::UTF8.GetString($buffer, 0, $length) | ConvertFrom-Json
        $call = switch ($Platform) {
            RingCentral { $message[1].body.telephonySessionId }
            Yeastar { ($message.msg | ConvertFrom-Json).call_id }
            default { $message.session_id }
        }
        if ($call) { $lastCall = $call }
        $taken++
    }
    $elapsed = $watch.Elapsed.TotalMilliseconds
    $process.Refresh()
    $used = ($process.TotalProcessorTime - $cpu).TotalMilliseconds
    # "{0}" of -f would follow the culture; string interpolation in PowerShell is invariant.
    "$count $elapsed $used $([GC]::GetTotalAllocatedBytes($true) - $bytes) $lastCall"
    $socket.Abort()
    $socket.Dispose()
}
