BeforeDiscovery {
    # Debian packages nats-server and rabbitmq-server. Read at discovery, where -Skip is decided.
    $script:brokers = @(
        @{ Broker = 'NATS'; Program = 'nats-server' }
        @{ Broker = 'RabbitMQ'; Program = '/usr/lib/rabbitmq/bin/rabbitmq-server' }
    ) | ForEach-Object {
        $isHere = $null -ne (Get-Command $_.Program -CommandType Application -ErrorAction Ignore)
        $_ + @{ IsHere = $isHere; Title = $isHere ? "on a real $($_.Broker)" : "on a real $($_.Broker) (left out: there is no $($_.Program) here)" }
    }
}

BeforeAll {
    . $PSScriptRoot/Support.ps1
    $script:library = [System.IO.Path]::GetFullPath("$PSScriptRoot/../../out/libraries")

    # A broker of its own: on loopback, on free ports, with its files in the test's folder. It is there when this returns.
    function Start-Broker {
        param([string] $Kind)

        $folder = (New-Item -ItemType Directory (Join-Path $TestDrive "$(New-Guid)")).FullName
        $port, $distribution, $epmd = Get-FreePort -Count 3
        if ($Kind -eq 'NATS') {
            $start = [System.Diagnostics.ProcessStartInfo]::new('nats-server', [string[]]('-js', '-sd', $folder, '-a', '127.0.0.1', '-p', $port))
        }
        else {
            $start = [System.Diagnostics.ProcessStartInfo]::new('/usr/lib/rabbitmq/bin/rabbitmq-server')
            if ([Environment]::IsPrivilegedProcess) {
                # It does not like to be root, nor may another user read the test's folder.
                $folder = "$(/bin/su rabbitmq -s /bin/sh -c 'mktemp -d')"
                $start = [System.Diagnostics.ProcessStartInfo]::new('/bin/su', [string[]]('-m', '-s', '/bin/sh', 'rabbitmq', '-c', 'exec /usr/lib/rabbitmq/bin/rabbitmq-server'))
            }
            $own = @{
                HOME = $folder; RABBITMQ_NODENAME = "pbx$port@localhost"; RABBITMQ_NODE_PORT = $port; RABBITMQ_NODE_IP_ADDRESS = '127.0.0.1'
                RABBITMQ_MNESIA_BASE = "$folder/data"; RABBITMQ_LOG_BASE = "$folder/log"; RABBITMQ_DIST_PORT = $distribution
                ERL_EPMD_ADDRESS = '127.0.0.1'; ERL_EPMD_PORT = $epmd
            }
            $own.GetEnumerator() | ForEach-Object { $start.Environment[$_.Key] = "$($_.Value)" }
            $start.WorkingDirectory = '/'
        }
        $start.RedirectStandardOutput = $start.RedirectStandardError = $true
        $process = [System.Diagnostics.Process]::Start($start)
        $null = $process.StandardOutput.ReadToEndAsync(), $process.StandardError.ReadToEndAsync()
        $broker = [pscustomobject]@{
            Process = $process
            Folder  = $folder
            Uri     = [uri]($Kind -eq 'NATS' ? "nats://127.0.0.1:$port" : "amqp://127.0.0.1:$port")
            Epmd    = $Kind -eq 'NATS' ? 0 : $epmd
        }
        try {
            Wait-Until -Seconds 90 -What "$Kind to listen" {
                $client = [System.Net.Sockets.TcpClient]::new()
                try { $client.Connect('127.0.0.1', $port); $true } catch { $process.HasExited ? $(throw "$Kind ended.") : $false } finally { $client.Dispose() }
            }
            $broker
        }
        catch {
            Stop-Broker $broker
            throw
        }
    }

    function Stop-Broker {
        param($Broker)

        if (-not $Broker.Process.HasExited) { $Broker.Process.Kill($true) }
        $Broker.Process.WaitForExit()

        # The port mapper of Erlang goes on by itself.
        if ($Broker.Epmd) {
            $null = epmd -port $Broker.Epmd -kill 2>&1
            Remove-Item -LiteralPath $Broker.Folder -Recurse -Force
        }
    }

    function Wait-Result {
        param($Task)

        if ($Task -isnot [System.Threading.Tasks.Task]) { $Task = $Task.AsTask() }
        $Task.GetAwaiter().GetResult()
    }

    # Reads all that the broker holds, with the client library and nothing of the example.
    function Read-RabbitMQMessage {
        param([uri] $Uri)

        Add-Type -Path "$library/RabbitMQ.Client.dll"
        $factory = [RabbitMQ.Client.ConnectionFactory]::new()
        $factory.Uri = $Uri
        $connection = Wait-Result $factory.CreateConnectionAsync('test', [System.Threading.CancellationToken]::None)
        try {
            $channel = Wait-Result $connection.CreateChannelAsync($null, [System.Threading.CancellationToken]::None)
            while ($got = Wait-Result $channel.BasicGetAsync('pbx', $true, [System.Threading.CancellationToken]::None)) {
                [pscustomobject]@{ Id = $got.BasicProperties.MessageId; Event = [System.Text.Encoding]::UTF8.GetString($got.Body.ToArray()) | ConvertFrom-Json; IsPersistent = $got.BasicProperties.Persistent }
            }
        }
        finally {
            Wait-Result $connection.DisposeAsync()
        }
    }

    function Read-NatsMessage {
        param([uri] $Uri)

        Add-Type -Path "$library/NATS.Client.Core.dll", "$library/NATS.Client.JetStream.dll"
        $options = [NATS.Client.Core.NatsOpts]::new()
        [NATS.Client.Core.NatsOpts].GetProperty('Url').SetValue($options, $Uri.AbsoluteUri)
        $connection = [NATS.Client.Core.NatsConnection]::new($options)
        try {
            $context = [NATS.Client.JetStream.NatsJSContext]::new($connection)
            $stream = Wait-Result $context.GetStreamAsync('pbx', $null, [System.Threading.CancellationToken]::None)
            for ($number = 1; $number -le $stream.Info.State.Messages; $number++) {
                $request = [NATS.Client.JetStream.Models.StreamMsgGetRequest]::new()
                [NATS.Client.JetStream.Models.StreamMsgGetRequest].GetProperty('Seq').SetValue($request, [ulong]$number)
                $message = (Wait-Result $stream.GetAsync($request, [System.Threading.CancellationToken]::None)).Message
                $cloudEvent = [System.Text.Encoding]::UTF8.GetString($message.Data.ToArray()) | ConvertFrom-Json
                [pscustomobject]@{ Id = $cloudEvent.id; Event = $cloudEvent; IsPersistent = $true }
            }
        }
        finally {
            Wait-Result $connection.DisposeAsync()
        }
    }
}

Describe 'Publish-Event.ps1, <Title>' -ForEach $brokers -Skip:(-not $IsLinux) {
    BeforeAll {
        $server = $IsHere ? (Start-Broker $Broker) : $null
    }

    AfterAll {
        if ($server) { Stop-Broker $server }
        Close-Bench
    }

    It 'publishes each ended call as a CloudEvent that the broker has stored, and again with the same id' -Skip:(-not $IsHere) {
        $null = Open-PbxJournal "$TestDrive/$Broker.db"
        $null = Connect-Bench -Connection @{ Name = 'office' }
        $calls = @(Invoke-PbxSimulation Missed -Count 3 -Pace 0)
        $publish = @{ Broker = $Broker; Uri = $server.Uri; Library = $library; Filter = @{ CallState = 'Ended'; Connection = 'office' }; UntilIdle = $true }
        & $PSScriptRoot/../../examples/Publish-Event.ps1 @publish
        (Get-PbxReaction publish).Done | Should -Be 3
        $read = @(& "Read-${Broker}Message" $server.Uri)
        $read.Event.data.callId | Sort-Object | Should -Be ($calls.CallId | Sort-Object)
        $read.Id | Should -Be $read.Event.id
        $read.IsPersistent | Should -Not -Contain $false
        foreach ($cloudEvent in $read.Event) {
            $cloudEvent.specversion, $cloudEvent.source, $cloudEvent.type, $cloudEvent.datacontenttype | Should -Be '1.0', '/pbxevents/office', 'pbxevents.call.ended', 'application/json'
            $cloudEvent.subject | Should -Be $cloudEvent.data.callId
            $cloudEvent.data.outcome | Should -Be 'Missed'
            [datetimeoffset]$cloudEvent.time | Should -BeGreaterThan ([datetimeoffset]::Now.AddMinutes(-5))
        }

        # JetStream knows the id; a queue holds it again, and its consumer has to.
        Restart-PbxReaction publish -Since (Get-Date).AddHours(-1) -Force -Confirm:$false
        Wait-PbxReaction publish -UntilIdle -Timeout $Patience
        $again = @(& "Read-${Broker}Message" $server.Uri)
        $again.Id | Sort-Object | Should -Be ($read.Id | Sort-Object)
    }
}
