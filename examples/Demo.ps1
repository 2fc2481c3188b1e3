<#
.SYNOPSIS
    The main use case from end to end, on this machine only: a missed call becomes a ticket.
.DESCRIPTION
    Needs only the module: the PBX is simulated, and the ticket desk is local.
    Ends within seconds; the exit code is 0 if the ticket was filed.
.EXAMPLE
    ./build.sh demo
#>
[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSAvoidUsingWriteHost', '', Justification = 'It shows itself to a person.')]
[CmdletBinding()]
param()

$ErrorActionPreference = 'Stop'
# Built in a checkout; beside the examples where the module is installed.
$places = 'out/PbxEvents/PbxEvents.psd1', 'PbxEvents.psd1' | ForEach-Object { Join-Path (Split-Path $PSScriptRoot) $_ }
Import-Module $places.Where({ Test-Path $_ }, 'First')[0]
. (Join-Path $PSScriptRoot 'TicketDesk.ps1')

$desk = Start-TicketDesk
try {
    $pbx = Start-PbxSimulator -Provider TelecomX
    Write-Host "A simulated $($pbx.Provider) PBX listens at $($pbx.Server), a ticket desk at $($desk.Uri)"

    $connection = $pbx | Connect-PbxEvents
    $subscription = Register-PbxSubscription -Category Call
    Write-Host "$($connection.Name) is $($connection.State), subscription $($subscription.Id) is $($subscription.State)."

    # What the script puts out are PbxEvent objects; PowerShell shows them as a table.
    foreach ($scenario in 'Answered', 'AnsweredElsewhere') {
        Write-Host "`nA call comes in ($scenario):"
        Invoke-PbxSimulation -Scenario $scenario -Pace 300 -NoWait
        do {
            $callEvent = Wait-PbxEvent -Category Call -Timeout 20
            if (-not $callEvent) { throw 'No event came within 20 seconds.' }
            $callEvent
        } while ($callEvent.CallState -ne 'Ended')
    }

    Write-Host "`nWaiting for a missed call ..."
    Invoke-PbxSimulation -Scenario Missed -Pace 300 -NoWait
    $call = Wait-PbxCall -Outcome Missed -Timeout 20
    if (-not $call) { throw 'No call was missed within 20 seconds.' }
    $call.Events

    $ticket = [ordered]@{
        title     = "Missed call from $($call.From)"
        caller    = $call.From
        extension = $call.Extension
        calledAt  = $call.StartedAt
        key       = $call.CallId
    }
    $answer = Invoke-RestMethod -Method Post -Uri $desk.Uri -Body ($ticket | ConvertTo-Json) -ContentType 'application/json'
    Write-Host "`nFiled ticket $($answer.number). The ticket desk received:"
    $desk | Receive-Ticket | Format-List | Out-Host
}
finally {
    Get-PbxConnection | Disconnect-PbxEvents
    if ($pbx) { $pbx | Stop-PbxSimulator }
    $desk | Stop-TicketDesk
}
