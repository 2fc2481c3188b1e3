<#
.SYNOPSIS
    Notifies somebody when a caller waits in a queue longer than the service level allows.
.DESCRIPTION
    Connect first, and subscribe to Call and Queue. There is one message for each caller who waits too long.
.PARAMETER Page
    Whom to notify and how: the parameters of Send-Page.ps1 without -Text.
.PARAMETER Queue
    The queues; wildcards are allowed. Default: all.
.PARAMETER MaxWait
    The service level: how many seconds a caller may wait.
.PARAMETER Connection
    The connection. Default: the session's.
.PARAMETER Timeout
    Ends after this many seconds. Default: never.
.EXAMPLE
    Register-PbxSubscription Call, Queue
    ./Watch-QueueServiceLevel.ps1 -Page @{ Uri = 'https://hooks.example.com/T1' } -Queue 4020 -MaxWait 60
.EXAMPLE
    $page = @{ To = 'duty@example.com'; From = 'pbx@example.com'; SmtpServer = 'mail.example.com'; UseTls = $true }
    ./Watch-QueueServiceLevel.ps1 -Page $page
#>
#requires -Version 7.6
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [hashtable] $Page,
    [string[]] $Queue = '*',
    [double] $MaxWait = 60,
    [object] $Connection,
    [double] $Timeout = -1
)

$ErrorActionPreference = 'Stop'
$from = if ($Connection) { @{ Connection = $Connection } } else { @{} }
$paged = [System.Collections.Generic.HashSet[string]]::new()
$clock = [System.Diagnostics.Stopwatch]::StartNew()
while ($Timeout -lt 0 -or $clock.Elapsed.TotalSeconds -lt $Timeout) {
    # A second at most: a caller who waits makes no events.
    $null = Wait-PbxEvent Queue, Call -Queue $Queue @from -Timeout 1
    $now = [DateTimeOffset]::Now
    foreach ($call in Get-PbxCall -State Offered, Ringing -Queue $Queue @from) {
        $waited = ($now - $call.StartedAt).TotalSeconds
        if ($waited -lt $MaxWait -or $paged.Contains($call.CallId)) { continue }
        # A chat reads <, [ and @ as a link or a mention, and a caller chooses what he shows as his number.
        $caller = $call.From -replace '(?<!\w)@|[^\w+*#.@ -]', '?'
        $text = "$caller has waited $([math]::Round($waited)) s in queue $($call.Queue); the service level is $MaxWait s."
        try {
            & "$PSScriptRoot/Send-Page.ps1" -Text $text @Page
        }
        catch {
            # It is tried again in the next turn, as long as the caller waits.
            Write-Warning "The page for call $($call.CallId) failed: $_"
            continue
        }
        $null = $paged.Add($call.CallId)
        [pscustomobject]@{ CallId = $call.CallId; Queue = $call.Queue; Waited = [math]::Round($waited, 1); Text = $text }
    }
}
