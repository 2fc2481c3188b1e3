#requires -Version 7.6
<#
.SYNOPSIS
Runs the Pester suite against the built module and prints the counts in the last line.
.DESCRIPTION
Start it in a fresh process: pwsh -NoProfile -File tests/Pester/Invoke-Tests.ps1. The module must be built and packed
before: ./build.sh package
.PARAMETER Path
The test files. Default all.
.PARAMETER Part
Which share of the files this process runs, from 1.
.PARAMETER Of
How many processes share the files. Default 1.
#>
[CmdletBinding()]
param(
    [string[]] $Path = (Join-Path $PSScriptRoot '*.Tests.ps1'),
    [int] $Part = 1,
    [int] $Of = 1
)

$ErrorActionPreference = 'Stop'
Import-Module Pester -RequiredVersion 6.2.0

$configuration = New-PesterConfiguration
# Dealt out like cards, not cut into blocks: neighbours in the alphabet (Record, Reaction) take their time for the same reasons.
$files = @(Get-Item -Path $Path | Sort-Object Name)
$configuration.Run.Path = @(for ($i = $Part - 1; $i -lt $files.Count; $i += $Of) { $files[$i].FullName })
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'Detailed'
$configuration.Output.RenderMode = 'Plaintext'

# What programs keep for their user (a prompt's history, caches, lists of galleries) is kept here, and goes with the run.
$userFolder = (New-Item -ItemType Directory -Path (Join-Path ([System.IO.Path]::GetTempPath()) "pbxevents-tests-$PID")).FullName
# Without the folder for settings, programs would take the current one for it.
$null = New-Item -ItemType Directory -Path (Join-Path $userFolder '.config')
$env:HOME = $env:TMUX_TMPDIR = $userFolder
Remove-Item Env:XDG_* -ErrorAction Ignore
try {
    $run = Invoke-Pester -Configuration $configuration
}
finally {
    Remove-Item -LiteralPath $userFolder -Recurse -Force -ErrorAction Ignore
}

# A file that could not even be discovered has failed, though none of its tests was counted.
$failed = $run.FailedCount + $run.FailedBlocksCount + $run.FailedContainersCount
Write-Host "PESTER passed=$($run.PassedCount) failed=$failed skipped=$($run.SkippedCount)"
exit [int]($failed -gt 0)
