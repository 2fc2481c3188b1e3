#requires -Version 7.6
<#
.SYNOPSIS
The script of a service that keeps one ticket for each caller at a Request Tracker. TicketClient starts it, kills it, and starts it again.
.PARAMETER Folder
Where setup.json is and the journal goes. One more file *.ready says that it reacts.
#>
param([string] $Folder)

. $PSScriptRoot/TicketConnect.ps1
$desk = @{
    Desk               = 'RequestTracker'
    Uri                = $setup.Desk
    Credential         = [pscredential]::new('root', (Protect-Text 'password'))
    Group              = 'Calls'
    Country            = 'US'
    MergeFor           = '2:00:00'
    ResolveWhenReached = $true
    Timeout            = 20
}
$reaction = @{
    Name        = 'desk'
    Outcome     = 'Missed', 'Abandoned', 'Answered', 'Transferred', 'AnsweredElsewhere'
    OrderBy     = 'Caller'
    StartAt     = 'Oldest'
    MaxAttempts = 50
    # One request in 25 fails, a ticket takes several, and each pause is four times the one before.
    RetryDelay  = '0:00:00.02'
}
$null = Register-PbxReaction @reaction {
    $to = $using:desk
    $_ | New-PbxTicket @to
}
# Not its process id: after many kills that one comes back.
$null = New-Item "$Folder/$(New-Guid).ready"
Wait-PbxReaction
