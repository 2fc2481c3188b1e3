<#
.SYNOPSIS
    Connects, subscribes, and runs one of the example scripts for ever: what a service or a scheduled task starts.
.DESCRIPTION
    A file says what to do. Its secrets come from a vault of Microsoft.PowerShell.SecretManagement; the file has their names only:

    {
      "Journal":   "/var/lib/pbx/journal.db",
      "Connect":   { "Provider": "RingCentral" },
      "Secret":    { "ClientCredential": "RingCentralApp", "Jwt": "RingCentralJwt" },
      "Subscribe": { "Type": [ "Call" ] },
      "Script":    "New-MissedCallTicket.ps1",
      "Arguments": { "Uri": "https://desk.example.com/tickets" }
    }

    Journal is a file that Open-PbxJournal opens first; leave it out for a script that needs none. Connect and Subscribe are the
    parameters of Connect-PbxEvents and Register-PbxSubscription, Secret is further ones of Connect-PbxEvents. Script is looked for
    beside this one, unless it is a full path.

    When the connection ends for good, the script ends with an error, and what started it (Install-PbxService) starts it again where that
    is of use.
.PARAMETER Path
    The file.
.EXAMPLE
    ./Start-PbxListener.ps1 -Path /etc/pbx/tickets.json
#>
#requires -Version 7.6
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Path
)

$ErrorActionPreference = 'Stop'
$plan = Get-Content -LiteralPath $Path -Raw | ConvertFrom-Json -AsHashtable
$connect = $plan.Connect
$plan.Secret.GetEnumerator() | ForEach-Object { $connect[$_.Key] = Get-Secret -Name $_.Value }
$subscribe = $plan.Subscribe
$arguments = $plan.Arguments ?? @{}

if ($plan.Journal) { $null = Open-PbxJournal $plan.Journal }
$connection = Connect-PbxEvents @connect
try {
    $null = Register-PbxSubscription @subscribe -Connection $connection
    & ([System.IO.Path]::Combine($PSScriptRoot, $plan.Script)) @arguments -Connection $connection
}
finally {
    $connection | Disconnect-PbxEvents
}
