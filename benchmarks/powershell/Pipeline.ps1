#requires -Version 7.6
<#
.SYNOPSIS
PbxEvents in PowerShell as a contestant of the benchmarks: events into a pipeline, or into an action.
.DESCRIPTION
"run COUNT" on stdin; it connects, prints "armed", takes that many events and prints "COUNT MILLISECONDS CPU-MILLISECONDS BYTES".
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [int] $Port,
    [Parameter(Mandatory)] [string] $ModulePath,
    [switch] $Action
)

$ErrorActionPreference = 'Stop'
Import-Module $ModulePath
$process = [System.Diagnostics.Process]::GetCurrentProcess()

while ($line = [Console]::In.ReadLine()) {
    $count = [int]$line.Split(' ')[1]
    $null = & "$PSScriptRoot/Connect.ps1" -Port $Port -BufferSize 100000
    $state = @{ Taken = 0; Watch = $null; Call = $null }
    if ($Action) {
        $null = Register-PbxSubscription Call -MessageData $state -Action {
            $state = $Event.MessageData
            $state.Watch ??= [System.Diagnostics.Stopwatch]::StartNew()
            $state.Call = $_.CallId
            $state.Taken++
        }
    }
    else {
        $null = Register-PbxSubscription Call
    }
    $process.Refresh()
    $cpu = $process.TotalProcessorTime
    $bytes = [GC]::GetTotalAllocatedBytes($true)
    'armed'
    if ($Action) {
        while ($state.Taken -lt $count) { $null = Wait-PbxEvent -Category System -Timeout 0.05 }
    }
    else {
        Get-PbxEvent -Category Call -Wait -MaxEvents $count -Timeout 100 | ForEach-Object {
            $state.Watch ??= [System.Diagnostics.Stopwatch]::StartNew()
            $state.Call = $_.CallId
            $state.Taken++
        }
    }
    $elapsed = $state.Watch.Elapsed.TotalMilliseconds
    $process.Refresh()
    $used = ($process.TotalProcessorTime - $cpu).TotalMilliseconds
    "$($state.Taken) $elapsed $used $([GC]::GetTotalAllocatedBytes($true) - $bytes) $($state.Call)"
    Disconnect-PbxEvents
}
