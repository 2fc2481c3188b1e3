<#
.SYNOPSIS
    Queries the health port of a listener, and answers in the format of Nagios, PRTG or Zabbix.
.DESCRIPTION
    The listener waits with Wait-PbxReaction -HealthPort. This script needs PowerShell, not the module.

    The status is critical if nothing answers, if the loops of the listener do not advance, or if it is not connected and subscribed; it is
    warning if a limit is exceeded. Figures without a limit are only shown.

    Nagios: one line with performance data, and the exit codes 0, 1 and 2. Icinga, Checkmk and others take such plugins too.
    PRTG: the JSON of an EXE/Script Advanced sensor.
    Zabbix: JSON for one item of a UserParameter, and dependent items for its parts; status is 0, 1 or 2.
.PARAMETER Port
    The port of -HealthPort.
.PARAMETER Format
    The monitoring system to answer.
.PARAMETER MaxSilence
    How many seconds a connection may go without a frame.
.PARAMETER MaxLag
    How many events a durable reaction may be behind.
.PARAMETER MaxDeadLetters
    How many dead letters a durable reaction may have.
.PARAMETER Timeout
    How many seconds to wait for each answer.
.EXAMPLE
    ./Get-ListenerHealth.ps1 -Port 9464 -Format Nagios -MaxLag 1000 -MaxDeadLetters 0
.EXAMPLE
    UserParameter=pbx.health,pwsh -NoProfile -File /usr/local/bin/Get-ListenerHealth.ps1 -Port 9464 -Format Zabbix
#>
#requires -Version 7.6
[CmdletBinding()]
[Diagnostics.CodeAnalysis.SuppressMessage('PSReviewUnusedParameter', '', Justification = 'Read-Page takes them.')]
param(
    [Parameter(Mandatory)] [ValidateRange(1, 65535)] [int] $Port,
    [ValidateSet('Nagios', 'PRTG', 'Zabbix')] [string] $Format = 'Nagios',
    [Nullable[double]] $MaxSilence,
    [Nullable[long]] $MaxLag,
    [Nullable[long]] $MaxDeadLetters,
    [ValidateRange(1, 600)] [int] $Timeout = 5
)

$ErrorActionPreference = 'Stop'
$critical = [System.Collections.Generic.List[string]]::new()
$warning = [System.Collections.Generic.List[string]]::new()

# The text of a page; null when there is no answer.
function Read-Page {
    param([string] $Path)

    try {
        $answer = Invoke-WebRequest "http://127.0.0.1:$Port$Path" -TimeoutSec $Timeout -SkipHttpErrorCheck -NoProxy
        if ($answer.StatusCode -ne 200) { $critical.Add("$($answer.Content)".Trim()) }
        "$($answer.Content)"
    }
    catch {
        $critical.Add("The listener at port $Port does not answer: $($_.Exception.Message)")
    }
}

# The values of one metric in the text of /metrics, each with its labels.
function Find-Value {
    param([string] $Text, [string] $Metric)

    foreach ($line in [regex]::Matches($Text, "(?m)^$Metric(?:\{(.*)\})? (\S+)$")) {
        $labels = @{}
        foreach ($label in [regex]::Matches($line.Groups[1].Value, '(\w+)="((?:[^"\\]|\\.)*)"')) {
            $labels[$label.Groups[1].Value] = $label.Groups[2].Value -replace '\\(.)', '$1'
        }
        [pscustomobject]@{ Labels = $labels; Value = [double]::Parse($line.Groups[2].Value, [cultureinfo]::InvariantCulture) }
    }
}

$null = Read-Page /healthz
$metrics = ''
if (-not $critical.Count) {
    $null = Read-Page /readyz
    $metrics = Read-Page /metrics
}

$figures = [ordered]@{}
$sum = { param($metric) [long](@(Find-Value $metrics $metric).Value | Measure-Object -Sum).Sum }
$most = { param($metric) [double](@(Find-Value $metrics $metric).Value | Measure-Object -Maximum).Maximum }
if ($metrics) {
    $states = Find-Value $metrics 'pbxevents_connection_state'
    $figures.connected = @($states | Where-Object { $_.Labels.state -eq 'Connected' -and $_.Value -eq 1 }).Count
    $figures.received = & $sum 'pbxevents_events_received_total'
    $figures.gaps = & $sum 'pbxevents_connection_gaps_total'
    $figures.silence = [Math]::Round((& $most 'pbxevents_connection_silence_seconds'), 1)
    $figures.lag = [long](& $most 'pbxevents_reaction_lag')
    $figures.retrying = & $sum 'pbxevents_reaction_retrying'
    $figures.deadletters = & $sum 'pbxevents_reaction_dead_letters'
}
$limits = @(
    @{
        Metric = 'pbxevents_connection_silence_seconds'
        Label  = 'connection'
        Max    = $MaxSilence
        Text   = 'nothing has arrived for {0:0} seconds'
    }
    @{ Metric = 'pbxevents_reaction_lag'; Label = 'reaction'; Max = $MaxLag; Text = '{0:0} events behind' }
    @{ Metric = 'pbxevents_reaction_dead_letters'; Label = 'reaction'; Max = $MaxDeadLetters; Text = '{0:0} dead letters' }
)
foreach ($limit in $limits | Where-Object { $null -ne $_.Max }) {
    foreach ($found in Find-Value $metrics $limit.Metric | Where-Object Value -GT $limit.Max) {
        $warning.Add("$($found.Labels[$limit.Label]): $($limit.Text -f $found.Value), the limit is $($limit.Max).")
    }
}

$status = $critical.Count ? 2 : $warning.Count ? 1 : 0
# A bar or a line break would end a plugin's text.
$text = ((@($critical) + @($warning)) -join ' ') -replace '[\r\n|]+', ' '
if (-not $text) { $text = "$($figures.connected) connected, $($figures.received) events received." }
if ($Format -eq 'Nagios') {
    $units = @{ received = 'c'; gaps = 'c'; silence = 's' }
    $warnAt = @{ silence = $MaxSilence; lag = $MaxLag; deadletters = $MaxDeadLetters }
    $performance = foreach ($figure in $figures.GetEnumerator()) {
        $number = $figure.Value.ToString([cultureinfo]::InvariantCulture)
        $limit = $warnAt[$figure.Key]
        "$($figure.Key)=$number$($units[$figure.Key])$(if ($null -ne $limit) { ";$limit" })"
    }
    "PBX $('OK', 'WARNING', 'CRITICAL' | Select-Object -Index $status) - $text$(if ($performance) { " | $performance" })"
    exit $status
}
if ($Format -eq 'Zabbix') {
    [ordered]@{ status = $status; text = $text } + $figures | ConvertTo-Json -Compress
}
elseif ($status -eq 2) {
    @{ prtg = @{ error = 1; text = $text } } | ConvertTo-Json -Compress
}
else {
    $channels = $figures.GetEnumerator().ForEach({ @{ channel = $_.Key; value = $_.Value; float = [int]($_.Value -is [double]) } })
    $state = @{ channel = 'status'; value = $status; float = 0; LimitMaxWarning = 0.5; LimitMode = 1 }
    @{ prtg = [ordered]@{ result = @($state) + $channels; text = $text } } | ConvertTo-Json -Depth 5 -Compress
}
