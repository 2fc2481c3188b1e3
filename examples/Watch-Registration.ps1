<#
.SYNOPSIS
    Raises an alarm when a trunk or a phone is no longer registered.
.DESCRIPTION
    Connect first, and subscribe to Registration; TelecomX, PortSIP and Yeastar report it. A phone that restarts unregisters and registers
    again: the alarm comes only after -Grace seconds, and once until the phone has registered again. Each alarm is an object in the
    output and, with -Page, a message.
.PARAMETER Extension
    The trunks and extensions to watch; wildcards are allowed. Default: all.
.PARAMETER Grace
    How many seconds a trunk or phone may be unregistered.
.PARAMETER Page
    Whom to notify and how: the parameters of Send-Page.ps1 without -Text.
.PARAMETER Connection
    The connection. Default: the session's.
.PARAMETER Timeout
    Ends after this many seconds. Default: never.
.EXAMPLE
    Register-PbxSubscription Registration
    ./Watch-Registration.ps1 -Extension trunk* -Grace 60 -Page @{ Uri = 'https://hooks.example.com/T1' }
#>
#requires -Version 7.6
[CmdletBinding()]
param(
    [string[]] $Extension = '*',
    [double] $Grace = 30,
    [hashtable] $Page,
    [object] $Connection,
    [double] $Timeout = -1
)

$ErrorActionPreference = 'Stop'
$from = if ($Connection) { @{ Connection = $Connection } } else { @{} }
$away = @{}
$alarmed = @{}
$clock = [System.Diagnostics.Stopwatch]::StartNew()
while ($Timeout -lt 0 -or $clock.Elapsed.TotalSeconds -lt $Timeout) {
    $change = Wait-PbxEvent Registration -Extension $Extension @from -Timeout 1
    if ($change.IsRegistered) {
        $away.Remove($change.Extension)
        $alarmed.Remove($change.Extension)
    }
    elseif ($change.IsRegistered -eq $false -and -not $away.ContainsKey($change.Extension)) {
        $away[$change.Extension] = $change
    }
    foreach ($lost in @($away.Values)) {
        if ($alarmed[$lost.Extension] -or ([DateTimeOffset]::Now - $lost.ReceivedAt).TotalSeconds -lt $Grace) { continue }
        # A chat reads <, [ and @ as a link or a mention.
        $who = $lost.Extension -replace '(?<!\w)@|[^\w+*#.@ -]', '?'
        $text = "$who is not registered since $($lost.Time.LocalDateTime.ToString('HH:mm:ss')) ($($lost.Name))."
        if ($Page) {
            try {
                & "$PSScriptRoot/Send-Page.ps1" -Text $text @Page
            }
            catch {
                Write-Warning "The alarm for $($lost.Extension) failed: $_"
                continue
            }
        }
        $alarmed[$lost.Extension] = $true
        [pscustomobject]@{ Extension = $lost.Extension; Since = $lost.Time; Event = $lost.Name; Text = $text }
    }
}
