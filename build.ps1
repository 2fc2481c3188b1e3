<#
.SYNOPSIS
    Runs the build tasks from PowerShell, as build.sh does from a shell. They are implemented in build/.
.PARAMETER Task
    The task, such as Demo, Test or Package. Help lists them all.
.PARAMETER Minutes
    How many minutes Soak runs. Default 30.
.EXAMPLE
    ./build.ps1 -Task Test
.EXAMPLE
    ./build.ps1 -Task Soak -Minutes 5
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [string] $Task = 'Help',

    [Parameter()]
    [ValidateRange(1, 10080)]
    [int] $Minutes
)

if (-not (Get-Command dotnet -CommandType Application -ErrorAction Ignore)) {
    throw 'PbxEvents needs the .NET SDK 10: dotnet is not on the PATH.'
}
$words = if ($PSBoundParameters.ContainsKey('Minutes')) { '--minutes', $Minutes } else { @() }
& dotnet run --project (Join-Path $PSScriptRoot 'build') -c Release -- $Task @words
exit $LASTEXITCODE
