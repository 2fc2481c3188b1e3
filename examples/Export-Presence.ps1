<#
.SYNOPSIS
    Maintains a JSON file with everybody's presence, for a wallboard or an intranet page.
.DESCRIPTION
    Connect first, and subscribe to Presence. The file is replaced as a whole at each change, so a reader never sees half
    of it. The values of presence are the platform's own.
.PARAMETER Path
    The file.
.PARAMETER Connection
    The connection. Default: the session's.
.PARAMETER Timeout
    Ends after this many seconds without a change. Default: never.
.EXAMPLE
    Register-PbxSubscription Presence
    ./Export-Presence.ps1 -Path /srv/www/presence.json
#>
#requires -Version 7.6
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Path,
    [object] $Connection,
    [double] $Timeout = -1
)

$ErrorActionPreference = 'Stop'
$from = if ($Connection) { @{ Connection = $Connection } } else { @{} }
$people = [ordered]@{}
if (Test-Path -LiteralPath $Path) {
    (Get-Content -LiteralPath $Path -Raw | ConvertFrom-Json -AsHashtable).GetEnumerator() | ForEach-Object { $people[$_.Key] = $_.Value }
}
while ($change = Wait-PbxEvent Presence @from -Timeout $Timeout) {
    if (-not $change.Extension) { continue }
    $people[$change.Extension] = @{ since = $change.Time; event = $change.Name; presence = $change.Data.data ?? $change.Data }
    # Also a page that has the file written into its script stays a page.
    $people | ConvertTo-Json -Depth 10 -EscapeHandling EscapeHtml | Set-Content -LiteralPath "$Path.new"
    Move-Item -LiteralPath "$Path.new" -Destination $Path -Force
    $change
}
