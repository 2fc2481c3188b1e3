#requires -Version 7.6
<#
.SYNOPSIS
Opens a journal in a fresh process, and says how long the import and the opening took.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $ModulePath
)

$ErrorActionPreference = 'Stop'
$folder = (New-Item -ItemType Directory ([System.IO.Path]::GetTempPath() + "pbxevents-bench-$PID")).FullName
$watch = [System.Diagnostics.Stopwatch]::StartNew()
Import-Module $ModulePath
$import = $watch.Elapsed.TotalMilliseconds
$watch.Restart()
$null = Open-PbxJournal "$folder/journal.db"
[string]::Format([cultureinfo]::InvariantCulture, 'took {0:0.0} {1:0.0}', $import, $watch.Elapsed.TotalMilliseconds)
Close-PbxJournal
Remove-Item $folder -Recurse
