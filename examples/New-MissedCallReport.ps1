<#
.SYNOPSIS
    Writes the missed calls of each day to a CSV file and an HTML page.
.DESCRIPTION
    Connect first, and subscribe to calls. Each missed or abandoned call becomes a line in missed-<day>.csv in the folder, and
    missed-<day>.html is rebuilt from it. So the report is always up to date, and complete at midnight.
    A call that is already in the file is not written again.
.PARAMETER Path
    The folder for the files.
.PARAMETER Connection
    The connection. Default: the session's.
.PARAMETER Timeout
    Ends after this many seconds without a missed call. Default: never.
.EXAMPLE
    Register-PbxSubscription Call
    ./New-MissedCallReport.ps1 -Path /srv/reports
#>
#requires -Version 7.6
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Path,
    [object] $Connection,
    [double] $Timeout = -1
)

$ErrorActionPreference = 'Stop'
$null = New-Item -ItemType Directory -Path $Path -Force

# What a caller calls himself must not become a formula of a spreadsheet, nor what he makes the id of his call. Some
# spreadsheets pass over blanks before it, and take its wide form. A plus before digits alone is a number.
function Protect-Cell {
    param([string] $Text)

    $Text -match '^[\s\p{C}]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]' -and $Text -notmatch '^\+[0-9]+\z' ? "'$Text" : $Text
}

$filter = @{ Outcome = 'Missed', 'Abandoned' }
if ($Connection) { $filter.Connection = $Connection }
while ($call = Wait-PbxCall @filter -Timeout $Timeout) {
    $day = $call.StartedAt.LocalDateTime.ToString('yyyy-MM-dd')
    $csv = Join-Path $Path "missed-$day.csv"
    $rows = @(if (Test-Path -LiteralPath $csv) { Import-Csv -LiteralPath $csv })
    $id = Protect-Cell $call.CallId
    if ($id -in $rows.CallId) { continue }
    $row = [pscustomobject]@{
        Time      = $call.StartedAt.LocalDateTime.ToString('HH:mm:ss')
        From      = Protect-Cell $call.From
        Name      = Protect-Cell $call.FromName
        To        = Protect-Cell $call.To
        Extension = Protect-Cell $call.Extension
        Queue     = Protect-Cell $call.Queue
        Outcome   = $call.Outcome
        Waited    = [int]$call.Duration.TotalSeconds
        CallId    = $id
    }
    $row | Export-Csv -LiteralPath $csv -Append
    # ConvertTo-Html encodes what stands in the cells.
    $title = "Missed calls $day"
    $rows + $row | Select-Object * -ExcludeProperty CallId | ConvertTo-Html -Title $title -PreContent "<h1>$title</h1>" |
        Set-Content -LiteralPath ([System.IO.Path]::ChangeExtension($csv, '.html'))
    $row
}
