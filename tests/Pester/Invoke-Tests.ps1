#requires -Version 7.6
<#
.SYNOPSIS
Runs the Pester suite against the built module and prints the counts in the last line.
.DESCRIPTION
Start it in a fresh process: pwsh -NoProfile -File tests/Pester/Invoke-Tests.ps1. The module must be built and packed
before: ./build.sh package
.PARAMETER Path
The test files. Default all.
.PARAMETER Queue
An empty folder that several processes share: each takes the next file that no other has taken. Default: this process runs all files.
#>
[CmdletBinding()]
param(
    [string[]] $Path = (Join-Path $PSScriptRoot '*.Tests.ps1'),
    [string] $Queue
)

$ErrorActionPreference = 'Stop'
Import-Module Pester -RequiredVersion 6.2.0

# Who makes the file of that name in the queue's folder has taken it.
function Test-Free {
    param([string] $Name)

    try {
        [System.IO.File]::Open((Join-Path $Queue $Name), [System.IO.FileMode]::CreateNew).Dispose()
        $true
    }
    catch [System.IO.IOException] {
        $false
    }
}

# The longest first: one that is begun last would be waited for alone.
$long = 'Help', 'Example', 'Watch', 'Secret', 'Durable', 'Service', 'Worker' | ForEach-Object { "$_.Tests.ps1" }
$files = Get-Item -Path $Path | Sort-Object { $_.Name -notin $long }, Name

$configuration = New-PesterConfiguration
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
    $runs = foreach ($file in $files) {
        if ($Queue -and -not (Test-Free $file.Name)) { continue }
        $configuration.Run.Path = $file.FullName
        Invoke-Pester -Configuration $configuration
    }
}
finally {
    Remove-Item -LiteralPath $userFolder -Recurse -Force -ErrorAction Ignore
}

# A file that could not even be discovered has failed, though none of its tests was counted.
$failed = ($runs | Measure-Object FailedCount -Sum).Sum + ($runs | Measure-Object FailedBlocksCount -Sum).Sum + ($runs | Measure-Object FailedContainersCount -Sum).Sum
$passed = ($runs | Measure-Object PassedCount -Sum).Sum
$skipped = ($runs | Measure-Object SkippedCount -Sum).Sum
Write-Host "PESTER passed=$passed failed=$failed skipped=$skipped"
exit [int]($failed -gt 0)
