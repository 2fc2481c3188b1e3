<#
.SYNOPSIS
    Files a ticket for each missed call, once, also across a lost link, a crash, or a restart of this script.
.DESCRIPTION
    Open a journal first, then connect, and subscribe to calls. The script registers a durable reaction: each missed or abandoned call in
    the journal becomes a ticket. The journal stores its progress; after a crash of this process or machine the next start continues
    there, and a call that was missed meanwhile gets its ticket once it is found in the call records. While the desk is down, tickets
    wait and are retried; a ticket that the desk refuses for good is a dead letter (Get-PbxDeadLetter).

    Get-Help New-PbxTicket lists the supported desks and what they need. With MergeFor a caller who tries again gets a comment on the
    open ticket, with ResolveWhenReached a talk with the caller resolves it.

    A secret is given by its name only: Get-Secret is called for each ticket, and no file of this script holds the secret.
.PARAMETER Desk
    Where the tickets go: parameters of New-PbxTicket.
.PARAMETER Name
    The name of the reaction, by which the journal knows how far it is.
.PARAMETER MaxAttempts
    How often a ticket is tried in all.
.PARAMETER RetryDelay
    The delay before the second try; each further one is four times as long, at most an hour.
.PARAMETER Connection
    Only calls of this connection. Default: of all that the journal keeps.
.PARAMETER UntilIdle
    Ends when each missed call has its ticket. Without it the script runs until it is stopped.
.EXAMPLE
    Open-PbxJournal ./pbx.db
    Connect-PbxEvents TelecomX -Credential (Get-Secret TelecomX)
    Register-PbxSubscription Call
    ./New-MissedCallTicket.ps1 @{ Desk = 'Jira'; Uri = 'https://site.atlassian.net'; SecretName = 'jira'; Group = 'CALLS' }
.EXAMPLE
    $desk = @{ Desk = 'RequestTracker'; Uri = 'https://rt.example.com'; SecretName = 'rt'; Group = 'Calls' }
    ./New-MissedCallTicket.ps1 ($desk + @{ MergeFor = '2:00:00'; ResolveWhenReached = $true })
#>
#requires -Version 7.6
[CmdletBinding()]
[Diagnostics.CodeAnalysis.SuppressMessage('PSReviewUnusedParameter', '', Justification = 'The action takes them with $using:.')]
param(
    [Parameter(Mandatory, Position = 0)] [hashtable] $Desk,
    [string] $Name = 'tickets',
    [int] $MaxAttempts = 30,
    [timespan] $RetryDelay = '0:00:05',
    [object] $Connection,
    [switch] $UntilIdle
)

$ErrorActionPreference = 'Stop'
$outcome = @('Missed', 'Abandoned')
if ($Desk.ResolveWhenReached) { $outcome += 'Answered', 'Transferred', 'AnsweredElsewhere' }
$reaction = @{
    Name        = $Name
    Outcome     = $outcome
    OrderBy     = 'Caller'
    StartAt     = 'Oldest'
    MaxAttempts = $MaxAttempts
    RetryDelay  = $RetryDelay
}
if ($Connection) { $reaction.Connection = $Connection }
$null = Register-PbxReaction @reaction {
    $desk = $using:Desk
    $_ | New-PbxTicket @desk
}
try {
    Wait-PbxReaction $Name -UntilIdle:$UntilIdle
}
finally {
    Unregister-PbxReaction $Name -ErrorAction Ignore
}
