#requires -Version 7.6
<#
.SYNOPSIS
The script of a service that files a ticket for each missed call. TicketClient starts it, kills it, and starts it again.
.PARAMETER Folder
Where setup.json is and the journal goes. The file <PID>.ready says that it reacts.
#>
param([string] $Folder)

$ErrorActionPreference = 'Stop'
$setup = Get-Content -LiteralPath "$Folder/setup.json" -Raw | ConvertFrom-Json -AsHashtable
Import-Module $setup.Module

# A short run cannot wait for the moments at which a real platform is asked for its records.
foreach ($moment in $setup.Moments) {
    $null = Get-PbxEventType -Provider $setup.Login.Provider
    $providers = [AppDomain]::CurrentDomain.GetAssemblies().Where({ $_.GetName().Name -eq 'PbxEvents.Providers' })[0]
    $times = $providers.GetType($moment.Type, $true).GetField($moment.Field).GetValue($null)
    $times.GetType().GetProperty($moment.Name).SetValue($times, $moment.Many ? [timespan[]]$moment.Value : [timespan]$moment.Value)
}

function Protect-Text([string] $Text) {
    [System.Net.NetworkCredential]::new('', $Text).SecurePassword
}

$login = $setup.Login
$connect = @{ Provider = $login.Provider; Server = $login.Server; Name = 'desk'; Timeout = 60 }
if ($login.Domain) { $connect.Domain = $login.Domain }
if ($login.ClientId) { $connect.ClientCredential = [pscredential]::new($login.ClientId, (Protect-Text $login.ClientSecret)) }
if ($login.Jwt) { $connect.Jwt = Protect-Text $login.Jwt }
elseif ($login.UserName) { $connect.Credential = [pscredential]::new($login.UserName, (Protect-Text $login.Password)) }

$null = Open-PbxJournal "$Folder/journal.db"
$null = Connect-PbxEvents @connect
foreach ($filter in $setup.Subscriptions) {
    $null = Register-PbxSubscription @filter
}
$uri = $setup.Desk
$null = Register-PbxReaction tickets -Outcome Missed, Abandoned -StartAt Oldest -MaxAttempts 50 -RetryDelay 0:00:00.05 {
    $ticket = @{ CallId = $_.CallId; Outcome = "$($_.Outcome)"; Origin = "$($_.Call.Origin)" } | ConvertTo-Json
    $null = Invoke-RestMethod $using:uri -Method Post -ContentType application/json -Body $ticket -Headers @{ 'Idempotency-Key' = $Delivery.Key }
}
$null = New-Item "$Folder/$PID.ready"
Wait-PbxReaction
