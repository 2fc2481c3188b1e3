<#
.SYNOPSIS
    Files a ticket for each missed call, once, also across a lost link, a crash, or a restart of this script.
.DESCRIPTION
    Open a journal first, then connect, and subscribe to calls. The script registers a durable reaction: each missed or abandoned call
    in the journal is sent as a ticket. How far it is stands in the journal; when this process or machine dies, the next start goes on
    there, and a call that was missed meanwhile gets its ticket when the call records tell of it. When the ticket system is down, its
    tickets wait and are tried again, at last each hour; what was tried -MaxAttempts times is a dead letter (Get-PbxDeadLetter).

    Each try sends the same Idempotency-Key, also inside the body. A ticket system that honours it has one ticket for each call, whatever
    happens; on one that does not, a crash between its answer and the mark in the journal files one twice.
.PARAMETER Uri
    The address to which a ticket is sent. Ready bodies are made for
    Jira            https://<site>.atlassian.net/rest/api/2/issue
    ServiceNow      https://<instance>.service-now.com/api/now/table/incident
    Zendesk         https://<subdomain>.zendesk.com/api/v2/tickets.json
    RequestTracker  https://<server>/REST/2.0/ticket
.PARAMETER System
    The ticket system. Generic sends the plain values.
.PARAMETER Header
    What the system wants for its authorization, such as @{ Authorization = "Bearer $token" }. It is not kept in the journal.
.PARAMETER Project
    The project key (Jira) or the queue (Request Tracker).
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
    ./New-MissedCallTicket.ps1 -Uri https://desk.example.com/tickets
#>
#requires -Version 7.6
[CmdletBinding()]
[Diagnostics.CodeAnalysis.SuppressMessage('PSReviewUnusedParameter', '', Justification = 'The action takes them with $using:.')]
param(
    [Parameter(Mandatory)] [uri] $Uri,
    [ValidateSet('Generic', 'Jira', 'ServiceNow', 'Zendesk', 'RequestTracker')] [string] $System = 'Generic',
    [hashtable] $Header = @{},
    [string] $Project = 'CALLS',
    [string] $Name = 'tickets',
    [int] $MaxAttempts = 30,
    [timespan] $RetryDelay = '0:00:05',
    [object] $Connection,
    [switch] $UntilIdle
)

$ErrorActionPreference = 'Stop'

# What the action needs in its own runspace.
$functions = {
    function ConvertTo-Ticket {
        param([PbxEvents.PbxCall] $Call, [string] $System, [string] $Project, [string] $Key)

        # Ticket systems refuse a title that is too long, and a caller chooses how long his name is.
        $title = "Missed call from $($Call.FromName) $($Call.From)".Replace('  ', ' ')
        if ($title.Length -gt 200) { $title = $title.Substring(0, 200) }
        $text = @(
            "Caller: $($Call.FromName) $($Call.From)"
            "Called: $($Call.To), extension $($Call.Extension), queue $($Call.Queue)"
            "When: $($Call.StartedAt.LocalDateTime.ToString('yyyy-MM-dd HH:mm:ss')), $($Call.Outcome)"
            "Call id: $($Call.CallId)"
        ) -join "`n"
        switch ($System) {
            'Jira' {
                @{
                    fields = @{
                        project = @{ key = $Project }; issuetype = @{ name = 'Task' }
                        summary = $title; description = $text; labels = @('missed-call')
                    }
                }
            }
            'ServiceNow' {
                @{ short_description = $title; description = $text; correlation_id = $Call.CallId; contact_type = 'phone' }
            }
            'Zendesk' {
                @{ ticket = @{ subject = $title; comment = @{ body = $text }; external_id = $Call.CallId; tags = @('missed-call') } }
            }
            'RequestTracker' { @{ Queue = $Project; Subject = $title; Content = $text; ContentType = 'text/plain' } }
            default {
                @{ title = $title; caller = $Call.From; extension = $Call.Extension; calledAt = $Call.StartedAt; key = $Key }
            }
        }
    }
}

$reaction = @{
    Name                 = $Name
    Outcome              = 'Missed', 'Abandoned'
    StartAt              = 'Oldest'
    MaxAttempts          = $MaxAttempts
    RetryDelay           = $RetryDelay
    InitializationScript = $functions
}
if ($Connection) { $reaction.Connection = $Connection }
$null = Register-PbxReaction @reaction {
    $ticket = ConvertTo-Ticket -Call $_.Call -System $using:System -Project $using:Project -Key $Delivery.Key
    $request = @{
        Method             = 'Post'
        Uri                = $using:Uri
        # What authorizes here is not to travel to where a redirect leads.
        MaximumRedirection = 0
        Headers            = $using:Header + @{ 'Idempotency-Key' = $Delivery.Key }
        ContentType        = 'application/json; charset=utf-8'
        Body               = $ticket | ConvertTo-Json -Depth 5
    }
    $answer = Invoke-RestMethod @request
    [pscustomobject]@{ CallId = $_.CallId; From = $_.Call.From; Answer = $answer }
}
try {
    Wait-PbxReaction $Name -UntilIdle:$UntilIdle
}
finally {
    Unregister-PbxReaction $Name -ErrorAction Ignore
}
