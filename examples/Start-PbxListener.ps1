#requires -Version 7.4
<#
.SYNOPSIS
    Connects, subscribes, and runs one of the example scripts for ever: what a service or a scheduled task starts.
.DESCRIPTION
    The secrets come from a vault of Microsoft.PowerShell.SecretManagement. When the connection ends for good, the script ends
    with an error, and what started it (systemd, the task scheduler) starts it again.
.PARAMETER Script
    The script to run, such as New-MissedCallTicket.ps1.
.PARAMETER ArgumentPath
    A JSON file with the parameters of that script.
.PARAMETER Provider
    The platform.
.PARAMETER SecretName
    The name of the secret: a PSCredential, or a token as a SecureString.
.PARAMETER Server
    The server, where the platform needs one.
.PARAMETER Type
    What to subscribe to.
.EXAMPLE
    ./Start-PbxListener.ps1 -Script ./New-MissedCallTicket.ps1 -ArgumentPath ./ticket.json -Provider TelecomX -SecretName TelecomX
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Script,
    [string] $ArgumentPath,
    [Parameter(Mandatory)] [string] $Provider,
    [Parameter(Mandatory)] [string] $SecretName,
    [string] $Server,
    [string[]] $Type = 'Call'
)

$ErrorActionPreference = 'Stop'
$secret = Get-Secret -Name $SecretName
$login = $secret -is [pscredential] ? @{ Credential = $secret } : @{ AccessToken = $secret }
if ($Server) { $login.Server = $Server }
$arguments = $ArgumentPath ? (Get-Content -LiteralPath $ArgumentPath -Raw | ConvertFrom-Json -AsHashtable) : @{}

$connection = Connect-PbxEvents $Provider @login
try {
    $null = Register-PbxSubscription $Type -Connection $connection
    & $Script @arguments -Connection $connection
}
finally {
    $connection | Disconnect-PbxEvents
}
