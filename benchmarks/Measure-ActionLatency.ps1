#requires -Version 7.4
<#
.SYNOPSIS
Measures how long it takes from a platform's bytes on the socket to the first line of an action.
.DESCRIPTION
A simulated PBX in this process sends missed calls; a script waits in Wait-PbxCall for something that never comes. The time
runs from the moment before the simulator writes an event to the first line of the action that handles it. Beside it, in the
same run, a plain Register-EngineEvent on PbxEvents.Event, which takes the engine's own way. Start it in a fresh process on a
quiet machine; the numbers of a busy one say little.
.PARAMETER Calls
How many calls; each is five events.
.PARAMETER ModulePath
The built module.
#>
[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSAvoidGlobalVars', '', Justification = 'An engine event action sees nothing else.')]
[CmdletBinding()]
param(
    [ValidateRange(10, 10000)]
    [int] $Calls = 200,
    [string] $ModulePath = [System.IO.Path]::Combine($PSScriptRoot, '..', 'out', 'PbxEvents')
)

$ErrorActionPreference = 'Stop'
Import-Module $ModulePath
$pbx = Start-PbxSimulator TelecomX
$null = $pbx | Connect-PbxEvents

$ours = [System.Collections.Generic.Dictionary[string, DateTimeOffset]]::new()
$engine = [System.Collections.Generic.Dictionary[string, DateTimeOffset]]::new()
$null = Register-PbxSubscription Call -Action {
    $now = [DateTimeOffset]::UtcNow
    $Event.MessageData[$_.Id] = $now
} -MessageData $ours

function Measure-Way {
    param([string] $Name, [System.Collections.Generic.Dictionary[string, DateTimeOffset]] $Seen, [int] $Calls)

    $Seen.Clear()
    $first = $pbx.Log.Entries.Count
    Invoke-PbxSimulation Missed -Simulator $pbx -Count $Calls -Pace 5 -NoWait
    $null = Wait-PbxCall -Outcome Failed -Timeout ([Math]::Max(3, $Calls * 0.035))
    $times = foreach ($entry in $pbx.Log.Entries | Select-Object -Skip $first | Where-Object Kind -EQ 'Event') {
        if ($Seen.ContainsKey($entry.EventId)) {
            ($Seen[$entry.EventId] - $entry.Time).TotalMilliseconds
        }
    }
    $sorted = @($times | Sort-Object)
    [pscustomobject]@{
        Way      = $Name
        Events   = $sorted.Count
        MedianMs = [Math]::Round($sorted[[int]($sorted.Count * 0.5)], 2)
        P99Ms    = [Math]::Round($sorted[[int][Math]::Min($sorted.Count - 1, $sorted.Count * 0.99)], 2)
        MaxMs    = [Math]::Round($sorted[-1], 2)
    }
}

# The first run pays for what is compiled on first use.
$null = Measure-Way -Name 'warm-up' -Seen $ours -Calls $Calls
Measure-Way -Name 'Register-PbxSubscription -Action' -Seen $ours -Calls $Calls
Get-PbxSubscription | Unregister-PbxSubscription

$null = Register-PbxSubscription Call
$global:engineSeen = $engine
$listener = Register-EngineEvent PbxEvents.Event -Action {
    $now = [DateTimeOffset]::UtcNow
    $global:engineSeen[$EventArgs.Event.Id] = $now
}
$null = Measure-Way -Name 'warm-up' -Seen $engine -Calls $Calls
Measure-Way -Name 'Register-EngineEvent PbxEvents.Event' -Seen $engine -Calls $Calls
Unregister-Event -SubscriptionId (Get-EventSubscriber | Where-Object SourceIdentifier -EQ 'PbxEvents.Event').SubscriptionId
$listener | Remove-Job -Force
Disconnect-PbxEvents
Stop-PbxSimulator -Simulator $pbx
