#requires -Version 7.6
<#
.SYNOPSIS
Runs the Pester suite against the built module and prints the counts in the last line.
.DESCRIPTION
Start it in a fresh process: pwsh -NoProfile -File tests/Pester/Invoke-Tests.ps1. The module must be built and packed
before: ./build.sh package
.PARAMETER Path
The test files. Default all.
#>
[CmdletBinding()]
param(
    [string[]] $Path = $PSScriptRoot
)

$ErrorActionPreference = 'Stop'
Import-Module Pester -RequiredVersion 6.2.0

$configuration = New-PesterConfiguration
$configuration.Run.Path = $Path
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
