<#
.SYNOPSIS
    Notifies somebody of each missed call by mail, Teams or Slack, even across a lost link, a crash, or a restart of this script.
.DESCRIPTION
    Open a journal first, then connect, and subscribe to calls. The script registers a durable reaction: it sends a notice for each missed
    or abandoned call in the journal. The journal stores its progress; after a crash of this process or machine the next start continues
    there. While the mail server or the webhook is down, notices wait and are retried; those that it refuses for good are dead letters
    (Get-PbxDeadLetter).

    Give secrets only by their name: they are read with Get-Secret for each notice, and are not in any file of this script.
.PARAMETER Notifier
    Whom to notify, and how: parameters of Send-PbxNotification.
.PARAMETER Subject
    The subject or heading, with placeholders such as {Call.From}.
.PARAMETER Text
    The text, with placeholders such as {Call.From}.
.PARAMETER Name
    The name of the reaction, under which the journal stores its progress.
.PARAMETER MaxAttempts
    How many attempts a notice gets in total.
.PARAMETER RetryDelay
    The delay before the second attempt; each further one is four times as long, at most an hour.
.PARAMETER UntilIdle
    Ends when there is a notice for each missed call. Otherwise the script runs until it is stopped.
.EXAMPLE
    Open-PbxJournal ./pbx.db
    Connect-PbxEvents TelecomX -Credential (Get-Secret TelecomX)
    Register-PbxSubscription Call
    $mail = @{ Mail = $true; Server = 'mail.example.com'; From = 'pbx@example.com'; To = 'desk@example.com'; SecretName = 'pbx-mail' }
    ./Send-MissedCallNotice.ps1 $mail
.EXAMPLE
    ./Send-MissedCallNotice.ps1 @{ Teams = $true; SecretName = 'missed-calls' }
#>
#requires -Version 7.6
[CmdletBinding()]
[Diagnostics.CodeAnalysis.SuppressMessage('PSReviewUnusedParameter', '', Justification = 'The action takes them with $using:.')]
param(
    [Parameter(Mandatory, Position = 0)] [hashtable] $Notifier,
    [string] $Subject = 'Missed call from {Call.FromName} {Call.From}',
    [string] $Text = @'
{Call.FromName} {Call.From} called {Call.To} at {Call.StartedAt:HH:mm} on {Call.StartedAt:yyyy-MM-dd}.
Extension: {Call.Extension} {Call.ExtensionName}
Queue: {Call.Queue} {Call.QueueName}
'@,
    [string] $Name = 'notices',
    [int] $MaxAttempts = 30,
    [timespan] $RetryDelay = '0:00:05',
    [switch] $UntilIdle
)

$ErrorActionPreference = 'Stop'
$reaction = @{
    Name        = $Name
    Outcome     = 'Missed', 'Abandoned'
    StartAt     = 'Oldest'
    MaxAttempts = $MaxAttempts
    RetryDelay  = $RetryDelay
}
$null = Register-PbxReaction @reaction {
    $notifier = $using:Notifier
    $_ | Send-PbxNotification @notifier -Subject $using:Subject -Text $using:Text
}
try {
    Wait-PbxReaction $Name -UntilIdle:$UntilIdle
}
finally {
    Unregister-PbxReaction $Name -ErrorAction Ignore
}
