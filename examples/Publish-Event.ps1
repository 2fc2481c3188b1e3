<#
.SYNOPSIS
    Publishes events to RabbitMQ or NATS JetStream, for programs that are not PowerShell.
.DESCRIPTION
    Open a journal first, then connect, and subscribe to calls. The script registers a durable reaction: each event in the journal that
    matches the filter is published as a CloudEvent 1.0 (JSON), and counts as done when the broker has confirmed that it is stored. After a
    crash, a lost link or a restart the next start continues there, so every event is published at least once. A message that comes twice
    has the same id twice: JetStream drops the second one within its window (2 minutes by default); consumers of RabbitMQ have to compare
    the message id.

    RabbitMQ gets a durable quorum queue and persistent messages, with publisher confirms. JetStream gets a stream in files, with the id as
    Nats-Msg-Id.

    The client libraries are NuGet packages. Put them into a folder once:

        dotnet new classlib --output bus
        dotnet add bus package RabbitMQ.Client --version 7.2.1      # or: NATS.Net --version 3.1.1
        dotnet publish bus --output lib
.PARAMETER Broker
    What the messages go to.
.PARAMETER Uri
    Its address, such as amqp://localhost:5672 or nats://localhost:4222; amqps: and tls: encrypt.
.PARAMETER Library
    The folder with the client library.
.PARAMETER Credential
    User and password at the broker.
.PARAMETER Target
    The name of the queue, or of the stream; on NATS also the first word of the subject: the category is the second.
.PARAMETER Filter
    Which events: parameters of Register-PbxReaction. Default: how calls end.
.PARAMETER Name
    The name of the reaction, by which the journal knows how far it is.
.PARAMETER UntilIdle
    Ends when everything is published. Without it the script runs until it is stopped.
.EXAMPLE
    Open-PbxJournal ./pbx.db
    Connect-PbxEvents TelecomX -Credential (Get-Secret TelecomX)
    Register-PbxSubscription Call
    ./Publish-Event.ps1 RabbitMQ amqp://bus.example.com:5672 -Library ./lib -Credential (Get-Secret Bus)
.EXAMPLE
    ./Publish-Event.ps1 NATS nats://bus.example.com:4222 -Library ./lib -Filter @{ Type = 'Call', 'Queue' }
#>
#requires -Version 7.6
[CmdletBinding()]
[Diagnostics.CodeAnalysis.SuppressMessage('PSReviewUnusedParameter', '', Justification = 'The action takes them with $using:.')]
param(
    [Parameter(Mandatory, Position = 0)] [ValidateSet('RabbitMQ', 'NATS')] [string] $Broker,
    [Parameter(Mandatory, Position = 1)] [uri] $Uri,
    [Parameter(Mandatory)] [string] $Library,
    [pscredential] $Credential,
    [ValidatePattern('^[A-Za-z0-9_-]+$')] [string] $Target = 'pbx',
    [hashtable] $Filter = @{ CallState = 'Ended' },
    [string] $Name = 'publish',
    [switch] $UntilIdle
)

$ErrorActionPreference = 'Stop'
$bus = @{
    Broker     = $Broker
    Uri        = $Uri
    Library    = (Resolve-Path -LiteralPath $Library).ProviderPath
    Credential = $Credential
    Target     = $Target
}
$prepare = {
    # Nothing waits for ever: a broker that does not answer is a failed attempt, and the next one comes later.
    function Get-Limit {
        [System.Threading.CancellationTokenSource]::new([timespan]::FromSeconds(30)).Token
    }

    function Wait-Result {
        param($Task)

        if ($Task -isnot [System.Threading.Tasks.Task]) { $Task = $Task.AsTask() }
        $Task.GetAwaiter().GetResult()
    }

    function Open-RabbitMQ {
        param([hashtable] $Bus)

        Add-Type -Path (Join-Path $Bus.Library 'RabbitMQ.Client.dll')
        $factory = [RabbitMQ.Client.ConnectionFactory]::new()
        $factory.Uri = $Bus.Uri
        if ($Bus.Credential) {
            $factory.UserName = $Bus.Credential.UserName
            $factory.Password = $Bus.Credential.GetNetworkCredential().Password
        }
        $connection = Wait-Result $factory.CreateConnectionAsync('PbxEvents', (Get-Limit))
        $confirm = [RabbitMQ.Client.CreateChannelOptions]::new($true, $true, $null, $null)
        $channel = Wait-Result $connection.CreateChannelAsync($confirm, (Get-Limit))
        $quorum = [System.Collections.Generic.Dictionary[string, object]]::new()
        $quorum['x-queue-type'] = 'quorum'
        $null = Wait-Result $channel.QueueDeclareAsync($Bus.Target, $true, $false, $false, $quorum, $false, $false, (Get-Limit))
        $channel
    }

    function Open-NatsStream {
        param([hashtable] $Bus)

        Add-Type -Path (Join-Path $Bus.Library 'NATS.Client.Core.dll'), (Join-Path $Bus.Library 'NATS.Client.JetStream.dll')
        $options = [NATS.Client.Core.NatsOpts]::new()
        $address = [System.UriBuilder]::new($Bus.Uri)
        if ($Bus.Credential) {
            $address.UserName = [uri]::EscapeDataString($Bus.Credential.UserName)
            $address.Password = [uri]::EscapeDataString($Bus.Credential.GetNetworkCredential().Password)
        }
        [NATS.Client.Core.NatsOpts].GetProperty('Url').SetValue($options, $address.Uri.AbsoluteUri)
        [NATS.Client.Core.NatsOpts].GetProperty('Name').SetValue($options, 'PbxEvents')
        $context = [NATS.Client.JetStream.NatsJSContext]::new([NATS.Client.Core.NatsConnection]::new($options))
        $stream = [NATS.Client.JetStream.Models.StreamConfig]::new($Bus.Target, [string[]]"$($Bus.Target).>")
        $null = Wait-Result $context.CreateOrUpdateStreamAsync($stream, (Get-Limit))
        $context
    }

    # One link for each runspace that runs actions. It mends itself; one that could not be opened is tried again with the next attempt.
    function Send-CloudEvent {
        param([hashtable] $Bus, [System.Collections.IDictionary] $CloudEvent, [string] $Subject)

        $body = [System.Text.Encoding]::UTF8.GetBytes((ConvertTo-Json $CloudEvent -Depth 5 -Compress))
        if ($Bus.Broker -eq 'RabbitMQ') {
            $script:link ??= Open-RabbitMQ $Bus
            $properties = [RabbitMQ.Client.BasicProperties]::new()
            $properties.MessageId = $CloudEvent.id
            $properties.ContentType = 'application/cloudevents+json'
            $properties.DeliveryMode = 'Persistent'

            # Mandatory: a queue that somebody has deleted is an error, not a hole.
            $content, $limit = [System.ReadOnlyMemory[byte]]$body, (Get-Limit)
            $task = $script:link.BasicPublishAsync[RabbitMQ.Client.BasicProperties]('', $Bus.Target, $true, $properties, $content, $limit)
            $null = Wait-Result $task
            return
        }
        $script:link ??= Open-NatsStream $Bus
        $options = [NATS.Client.JetStream.NatsJSPubOpts]::new()
        [NATS.Client.JetStream.NatsJSPubOpts].GetProperty('MsgId').SetValue($options, $CloudEvent.id)
        $task = $script:link.PublishAsync[byte[]]("$($Bus.Target).$Subject", $body, $null, $options, $null, (Get-Limit))
        $answer = Wait-Result $task
        if ($answer.Error) { throw "NATS did not store it: $($answer.Error.Description)" }
    }
}

$null = Register-PbxReaction -Name $Name -StartAt Oldest -MaxAttempts 100 @Filter -InitializationScript $prepare {
    $call = $_.Call
    $cloudEvent = [ordered]@{
        specversion     = '1.0'
        id              = $Delivery.Key
        source          = "/pbxevents/$([uri]::EscapeDataString($_.Connection))"
        type            = "pbxevents.$($_.Category).$($_.CallState ?? $_.Name)".ToLowerInvariant()
        subject         = $_.CallId
        time            = $_.Time.UtcDateTime.ToString('o')
        datacontenttype = 'application/json'
        data            = [ordered]@{
            connection = $_.Connection
            category   = "$($_.Category)"
            name       = $_.Name
            callId     = $_.CallId
            state      = "$($_.CallState)"
            outcome    = "$($_.Outcome)"
            from       = $_.From
            to         = $_.To
            extension  = $_.Extension
            queue      = $_.Queue
            direction  = "$($call.Direction)"
            startedAt  = $call.StartedAt
            answeredAt = $call.AnsweredAt
            endedAt    = $call.EndedAt
        }
    }
    Send-CloudEvent -Bus $using:bus -CloudEvent $cloudEvent -Subject "$($_.Category)".ToLowerInvariant()
}
Wait-PbxReaction $Name -UntilIdle:$UntilIdle
