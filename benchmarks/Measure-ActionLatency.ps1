#requires -Version 7.6
<#
.SYNOPSIS
Measures how long it takes from a platform's bytes on the socket to the first line of an action.
.DESCRIPTION
A simulated PBX in this process sends missed calls; a script waits in Wait-PbxCall for something that never comes. The time
runs from the moment before the simulator writes an event to the first line of the action that handles it. Beside it, in the
same run, a plain Register-EngineEvent on PbxEvents.Event, which takes the engine's own way, and a plain client of the same
simulator with Register-ObjectEvent, in a script that waits in Wait-Event. Start it in a fresh process on a quiet machine; the
numbers of a busy one say little.
.PARAMETER Calls
How many calls; each is five events.
.PARAMETER ModulePath
The built module.
.PARAMETER AsText
One line for each way, for the benchmarks: way|NAME|EVENTS|MEDIAN|P99|MAX.
#>
[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSAvoidGlobalVars', '', Justification = 'An engine event action sees nothing else.')]
[CmdletBinding()]
param(
    [ValidateRange(10, 10000)]
    [int] $Calls = 200,
    [string] $ModulePath = [System.IO.Path]::Combine($PSScriptRoot, '..', 'out', 'PbxEvents'),
    [switch] $AsText
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
    param(
        [string] $Name,
        [System.Collections.Generic.Dictionary[string, DateTimeOffset]] $Seen,
        [int] $Calls,
        [scriptblock] $Wait = { param($Seconds) $null = Wait-PbxCall -Outcome Failed -Timeout $Seconds }
    )

    $Seen.Clear()
    $first = $pbx.Log.Entries.Count
    Invoke-PbxSimulation Missed -Simulator $pbx -Count $Calls -Pace 5 -NoWait
    & $Wait ([Math]::Max(3, $Calls * 0.035))
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

$show = $AsText ? { "way|$($_.Way)|$($_.Events)|$($_.MedianMs)|$($_.P99Ms)|$($_.MaxMs)" } : { $_ }

# The first run pays for what is compiled on first use.
$null = Measure-Way -Name 'warm-up' -Seen $ours -Calls $Calls
Measure-Way -Name 'Register-PbxSubscription -Action' -Seen $ours -Calls $Calls | ForEach-Object $show
Get-PbxSubscription | Unregister-PbxSubscription

$null = Register-PbxSubscription Call
$global:engineSeen = $engine
$listener = Register-EngineEvent PbxEvents.Event -Action {
    $now = [DateTimeOffset]::UtcNow
    $global:engineSeen[$EventArgs.Event.Id] = $now
}
$null = Measure-Way -Name 'warm-up' -Seen $engine -Calls $Calls
Measure-Way -Name 'Register-EngineEvent PbxEvents.Event' -Seen $engine -Calls $Calls | ForEach-Object $show
Unregister-Event -SubscriptionId (Get-EventSubscriber | Where-Object SourceIdentifier -EQ 'PbxEvents.Event').SubscriptionId
$listener | Remove-Job -Force
Disconnect-PbxEvents

# The peer: a socket of its own, an event of .NET, and the engine's actions.
Add-Type -Path ([System.IO.Path]::Combine($PSScriptRoot, 'powershell', 'PlainClient.cs'))
$plain = [System.Collections.Generic.Dictionary[string, DateTimeOffset]]::new()
$client = [PlainClient]::new()
$listener = Register-ObjectEvent -InputObject $client -EventName Received -MessageData $plain -Action {
    $now = [DateTimeOffset]::UtcNow
    if ($EventArgs.Text -match '"eventId":"([^"]+)"') { $Event.MessageData[$Matches[1]] = $now }
}
$client.Connect("ws://$($pbx.Server.Authority)/socket.io/?EIO=4&transport=websocket")
$client.Send('40')
Start-Sleep -Milliseconds 300
$client.Send('42' + (ConvertTo-Json -Compress -InputObject @('authenticate', @{ token = $pbx.CreateToken('OWNER') })))
Start-Sleep -Milliseconds 300
$client.Send('42' + (ConvertTo-Json -Compress -InputObject @('subscribe', @{ type = 'PBX'; customer = $pbx.Domain })))
Start-Sleep -Milliseconds 300

# Fewer calls: Wait-Event runs some ten actions a second, and what waits longer says more about the queue than about the way.
$wait = { param($Seconds) Wait-Event -SourceIdentifier 'nothing' -Timeout $Seconds }
$null = Measure-Way -Name 'warm-up' -Seen $plain -Calls 4 -Wait $wait
Measure-Way -Name 'Register-ObjectEvent on a plain client' -Seen $plain -Calls 4 -Wait $wait | ForEach-Object $show
$client.Close()
Get-EventSubscriber | Where-Object SourceObject -EQ $client | Unregister-Event
$listener | Remove-Job -Force
Stop-PbxSimulator -Simulator $pbx
