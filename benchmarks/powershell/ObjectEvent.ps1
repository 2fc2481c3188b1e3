#requires -Version 7.6
<#
.SYNOPSIS
A plain client with Register-ObjectEvent, in a script that waits in Wait-Event. A contestant of the benchmarks.
.DESCRIPTION
"run COUNT" on stdin; it connects, prints "armed", takes that many events and prints "COUNT MILLISECONDS CPU-MILLISECONDS BYTES".
#>
[CmdletBinding()]
param([Parameter(Mandatory)] [int] $Port)

$ErrorActionPreference = 'Stop'
Add-Type -Path "$PSScriptRoot/PlainClient.cs"
$process = [System.Diagnostics.Process]::GetCurrentProcess()

while ($line = [Console]::In.ReadLine()) {
    $count = [int]$line.Split(' ')[1]
    $state = @{ Taken = 0; Watch = $null; Call = $null }
    $client = [PlainClient]::new()
    $job = Register-ObjectEvent -InputObject $client -EventName Received -MessageData $state -Action {
        $message = $EventArgs.Text | ConvertFrom-Json
        if ($message[0].type -ne 'ServerNotification') { return }
        $state = $Event.MessageData
        $state.Watch ??= [System.Diagnostics.Stopwatch]::StartNew()
        # Pending actions run within one that has begun, so the last to end need not be the last event's: the proof is the latest call.
        $call = $message[1].body.telephonySessionId
        if ($call -gt $state.Call) { $state.Call = $call }
        $state.Taken++
    }
    $client.Connect("ws://127.0.0.1:$Port/")
    $process.Refresh()
    $cpu = $process.TotalProcessorTime
    $bytes = [GC]::GetTotalAllocatedBytes($true)
    'armed'
    while ($state.Taken -lt $count) { Wait-Event -SourceIdentifier 'nothing' -Timeout 1 }
    $elapsed = $state.Watch.Elapsed.TotalMilliseconds
    $process.Refresh()
    $used = ($process.TotalProcessorTime - $cpu).TotalMilliseconds
    "$($state.Taken) $elapsed $used $([GC]::GetTotalAllocatedBytes($true) - $bytes) $($state.Call)"
    $client.Close()
    Get-EventSubscriber | Where-Object SourceObject -EQ $client | Unregister-Event
    $job | Remove-Job -Force
}
