<#
.SYNOPSIS
    Files a ticket for each missed call, once, also across a lost link or a restart of this script.
.DESCRIPTION
    Connect first, and subscribe to calls. The script takes the missed and abandoned calls from there, sends each as a ticket,
    and writes its id to a file. A call whose id is in the file is not sent again. When the ticket system is down, its tickets
    wait and are tried again.

    If this machine dies between the answer of the ticket system and the line in the file, one ticket is filed twice. The id
    goes along as Idempotency-Key and inside the body, for systems that can tell the two apart.
.PARAMETER Uri
    The address to which a ticket is sent. Ready bodies are made for
    Jira            https://<site>.atlassian.net/rest/api/2/issue
    ServiceNow      https://<instance>.service-now.com/api/now/table/incident
    Zendesk         https://<subdomain>.zendesk.com/api/v2/tickets.json
    RequestTracker  https://<server>/REST/2.0/ticket
.PARAMETER System
    The ticket system. Generic sends the plain values.
.PARAMETER Header
    What the system wants for its authorization, such as @{ Authorization = "Bearer $token" }.
.PARAMETER Project
    The project key (Jira) or the queue (Request Tracker).
.PARAMETER StatePath
    The file that remembers the calls that have a ticket.
.PARAMETER RetryInterval
    How many seconds to wait before a ticket is tried again.
.PARAMETER Connection
    The connection. Default: the session's.
.PARAMETER Timeout
    Ends after so many seconds without a missed call. Default: never.
.EXAMPLE
    Connect-PbxEvents TelecomX -Credential (Get-Secret TelecomX)
    Register-PbxSubscription Call
    ./New-MissedCallTicket.ps1 -Uri https://desk.example.com/tickets -StatePath ./tickets.txt
#>
#requires -Version 7.6
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [uri] $Uri,
    [ValidateSet('Generic', 'Jira', 'ServiceNow', 'Zendesk', 'RequestTracker')] [string] $System = 'Generic',
    [hashtable] $Header = @{},
    [string] $Project = 'CALLS',
    [Parameter(Mandatory)] [string] $StatePath,
    [double] $RetryInterval = 30,
    [object] $Connection,
    [double] $Timeout = -1
)

$ErrorActionPreference = 'Stop'

# An id in a header, and in a line of a file: nothing but visible ASCII. A usual id stays as it is.
function ConvertTo-Key {
    param([string] $Text)

    $Text -replace '[^\x21-\x24\x26-\x7E]', { '%{0:X4}' -f [int]$_.Value[0] }
}

function ConvertTo-Ticket {
    param([PbxEvents.PbxCall] $Call, [string] $System, [string] $Project)

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
        'ServiceNow' { @{ short_description = $title; description = $text; correlation_id = $Call.CallId; contact_type = 'phone' } }
        'Zendesk' { @{ ticket = @{ subject = $title; comment = @{ body = $text }; external_id = $Call.CallId; tags = @('missed-call') } } }
        'RequestTracker' { @{ Queue = $Project; Subject = $title; Content = $text; ContentType = 'text/plain' } }
        default {
            @{ title = $title; caller = $Call.From; extension = $Call.Extension; calledAt = $Call.StartedAt; key = $Call.CallId }
        }
    }
}

$done = [System.Collections.Generic.HashSet[string]]::new()
if (Test-Path -LiteralPath $StatePath) {
    Get-Content -LiteralPath $StatePath | ForEach-Object { $null = $done.Add($_) }
}
$filter = @{ Outcome = 'Missed', 'Abandoned' }
if ($Connection) { $filter.Connection = $Connection }
$open = [System.Collections.Generic.Queue[PbxEvents.PbxCall]]::new()
while ($true) {
    $call = Wait-PbxCall @filter -Timeout ($open.Count ? $RetryInterval : $Timeout)
    if ($call -and $done.Add((ConvertTo-Key $call.CallId))) { $open.Enqueue($call) }
    if (-not $call -and -not $open.Count) { break }
    while ($open.Count) {
        $call = $open.Peek()
        $key = ConvertTo-Key $call.CallId
        $request = @{
            Method      = 'Post'
            # What authorizes here is not to travel to where a redirect leads.
            MaximumRedirection = 0
            Uri         = $Uri
            Headers     = $Header + @{ 'Idempotency-Key' = $key }
            ContentType = 'application/json; charset=utf-8'
            Body        = ConvertTo-Ticket -Call $call -System $System -Project $Project | ConvertTo-Json -Depth 5
        }
        try {
            $answer = Invoke-RestMethod @request
        }
        catch {
            Write-Warning "No ticket for call $($call.CallId) yet: $_"
            # One that the system will never take must not hold up the others.
            $open.Enqueue($open.Dequeue())
            break
        }
        Add-Content -LiteralPath $StatePath -Value $key
        $null = $open.Dequeue()
        [pscustomobject]@{ CallId = $call.CallId; From = $call.From; Answer = $answer }
    }
}
