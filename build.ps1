<#
.SYNOPSIS
    The same door as build.sh, for PowerShell people. What it does is in build/.
.PARAMETER Task
    The word of what to do, such as Demo, Test or Package. Help lists them all.
.EXAMPLE
    ./build.ps1 -Task Test
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [string] $Task = 'Help'
)

if (-not (Get-Command dotnet -CommandType Application -ErrorAction Ignore)) {
    throw 'PbxEvents needs the .NET SDK 10: dotnet is not on the PATH.'
}
& dotnet run --project (Join-Path $PSScriptRoot 'build') -c Release -- $Task
exit $LASTEXITCODE
