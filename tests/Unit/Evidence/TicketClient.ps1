#requires -Version 7.6
<#
.SYNOPSIS
The script of a service that files a ticket for each missed call, with connections of its own or as a worker without. TicketClient starts it, kills it, and
starts it again.
.PARAMETER Folder
Where setup.json is and the journal goes. One more file *.ready says that it reacts.
#>
param([string] $Folder)

. $PSScriptRoot/TicketConnect.ps1
$uri = $setup.Desk
$null = Register-PbxReaction tickets -Outcome Missed, Abandoned -StartAt Oldest -MaxAttempts 50 -RetryDelay 0:00:00.05 -Concurrency $setup.Concurrency {
    $ticket = @{ Connection = $_.Connection; CallId = $_.CallId; Outcome = "$($_.Outcome)"; Origin = "$($_.Call.Origin)" } | ConvertTo-Json
    $null = Invoke-RestMethod $using:uri -Method Post -ContentType application/json -Body $ticket -Headers @{ 'Idempotency-Key' = $Delivery.Key }
}
# Not its process id: after many kills that one comes back.
$null = New-Item "$Folder/$(New-Guid).ready"
Wait-PbxReaction
