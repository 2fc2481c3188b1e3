#requires -Version 7.6
<#
.SYNOPSIS
The script of a listener that stands by: it stores what it receives, and files no tickets. TicketClient starts it, kills it, and starts it again.
.PARAMETER Folder
Where setup.json is. One more file *.ready says that it has all connections.
#>
param([string] $Folder)

. $PSScriptRoot/TicketConnect.ps1
# Not its process id: after many kills that one comes back.
$null = New-Item "$Folder/$(New-Guid).ready"
Wait-PbxReaction
