#requires -Version 7.6
<#
.SYNOPSIS
The shortest script that sees an event: for the time from a cold start to the first one.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [int] $Port,
    [Parameter(Mandatory)] [string] $ModulePath
)

$ErrorActionPreference = 'Stop'
Import-Module $ModulePath
$null = & "$PSScriptRoot/Connect.ps1" -Port $Port
$null = Register-PbxSubscription Call
'armed'
$first = Wait-PbxEvent -Category Call -Timeout 30
"first $($first.CallId)"
Disconnect-PbxEvents
