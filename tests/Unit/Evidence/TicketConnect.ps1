#requires -Version 7.6
<#
.SYNOPSIS
What the scripts of services that file tickets begin with: opens the journal, connects and subscribes as setup.json in $Folder says. Dot-source it.
#>
$ErrorActionPreference = 'Stop'
$setup = Get-Content -LiteralPath "$Folder/setup.json" -Raw | ConvertFrom-Json -AsHashtable
Import-Module $setup.Module

function Protect-Text([string] $Text) {
    [System.Net.NetworkCredential]::new('', $Text).SecurePassword
}

# A short run cannot wait for the moments at which a real platform is asked for its records.
function Use-Moment($Provider, $Moment) {
    $null = Get-PbxEventType -Provider $Provider
    $providers = [AppDomain]::CurrentDomain.GetAssemblies().Where({ $_.GetName().Name -eq 'PbxEvents.Providers' })[0]
    $times = $providers.GetType($Moment.Type, $true).GetField($Moment.Field).GetValue($null)
    $times.GetType().GetProperty($Moment.Name).SetValue($times, $Moment.Many ? [timespan[]]$Moment.Value : [timespan]$Moment.Value)
}

if ($setup.Server) {
    # The password is of a server that ends with the test.
    $server = $setup.Server
    $null = Open-PbxJournal -Server 127.0.0.1 -Port $server.Port -Database $server.Database -SslMode Disable -Credential (
        [pscredential]::new($server.User, (Protect-Text $server.Password)))
}
else { $null = Open-PbxJournal "$Folder/journal.db" }
foreach ($connection in $setup.Connections) {
    $login = $connection.Login
    foreach ($moment in $connection.Moments) { Use-Moment $login.Provider $moment }
    $connect = @{ Provider = $login.Provider; Server = $login.Server; Name = $connection.Name; Timeout = 60; Standby = [bool]$setup.Server }
    if ($login.Domain) { $connect.Domain = $login.Domain }
    if ($login.ClientId) { $connect.ClientCredential = [pscredential]::new($login.ClientId, (Protect-Text $login.ClientSecret)) }
    if ($login.Jwt) { $connect.Jwt = Protect-Text $login.Jwt }
    elseif ($login.UserName) { $connect.Credential = [pscredential]::new($login.UserName, (Protect-Text $login.Password)) }
    $null = Connect-PbxEvents @connect
    foreach ($filter in $connection.Subscriptions) {
        $null = Register-PbxSubscription @filter
    }
}
