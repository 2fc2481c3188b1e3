BeforeDiscovery {
    $options = @(
        @{ Name = '-Jwt'; Arguments = @{ Jwt = [securestring]::new() } }
        @{ Name = '-Dialect'; Arguments = @{ Dialect = 'x' } }
        @{ Name = '-Sandbox'; Arguments = @{ Sandbox = $true } }
        @{ Name = '-TimeZone'; Arguments = @{ TimeZone = 'Europe/Copenhagen' } }
    )
}

BeforeAll {
    . $PSScriptRoot/Support.ps1
}

Describe 'Bad input' {
    BeforeEach {
        # One good connection stands by; nothing that goes wrong beside it may disturb it.
        $bench = Connect-Bench -Connection @{ Name = 'good' }
        $simulator = $bench.Simulator
        $wrong = [pscredential]::new($simulator.UserName, (Protect-Text 'wrong'))
    }

    AfterEach {
        Get-PbxConnection | Should -HaveCount 1 -Because 'a failed connection leaves nothing behind'
        $bench.Connection.State | Should -Be 'Connected'
        $null = Invoke-PbxSimulation Missed -Pace 0 -Simulator $simulator
        Wait-PbxCall -Outcome Missed -Connection good -Timeout $Patience | Should -Not -BeNullOrEmpty
        Close-Bench
    }

    It 'reports a host that does not exist' {
        $failure = Get-ErrorRecord { Connect-PbxEvents TelecomX no-such-host.invalid -Credential $wrong -Timeout 15 @args }
        $failure.FullyQualifiedErrorId | Should -Be 'HostNotFound,PbxEvents.Module.Commands.ConnectPbxEventsCommand'
        $failure.TargetObject | Should -BeLike '*no-such-host.invalid*'
        $failure.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    }

    It 'reports a port that nothing listens on' {
        $listener = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, 0)
        $listener.Start()
        $port = $listener.LocalEndpoint.Port
        $listener.Stop()
        $failure = Get-ErrorRecord { Connect-PbxEvents TelecomX "http://127.0.0.1:$port" -Credential $wrong -Timeout 15 @args }
        $failure.FullyQualifiedErrorId | Should -BeLike 'ConnectionRefused,*'
        $failure.TargetObject | Should -BeLike '127.0.0.1*'
        "$failure" | Should -BeLike "*$port*"
        $failure.CategoryInfo.Category | Should -Be 'ConnectionError'
    }

    It 'reports a certificate that cannot be trusted' {
        $tls = Start-PbxSimulator TelecomX -UseTls -Name tls
        $failure = Get-ErrorRecord { Connect-PbxEvents TelecomX $tls.Server -Credential $tls.Credential -Timeout 15 @args }
        $failure.FullyQualifiedErrorId | Should -BeLike 'TlsFailed,*'
        $failure.CategoryInfo.Category | Should -Be 'SecurityError'
        $failure.ErrorDetails.RecommendedAction | Should -BeLike '*thumbprint*'
        Stop-PbxSimulator tls
    }

    It 'reports a refused credential without its password, and tries it once only' {
        $failure = Get-ErrorRecord { Connect-PbxEvents TelecomX $simulator.Server -Credential $wrong @args }
        $failure.FullyQualifiedErrorId | Should -BeLike 'CredentialRefused,*'
        $failure.CategoryInfo.Category | Should -Be 'AuthenticationError'
        $failure | Format-List * -Force | Out-String | Should -Not -BeLike "*'wrong'*"
        @($simulator.Log.Entries | Where-Object Kind -EQ 'AuthenticationRefused').Count | Should -Be 1
    }

    It 'reports a server that is not the platform' {
        $failure = Get-ErrorRecord { Connect-PbxEvents TelecomX "$($simulator.Server)nothing/here" -Credential $wrong -Timeout 15 @args }
        $failure.FullyQualifiedErrorId | Should -BeLike '*,PbxEvents.Module.Commands.ConnectPbxEventsCommand'
        $failure.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    }

    It 'reports a provider that does not exist, with those that do' {
        $failure = Get-ErrorRecord { Connect-PbxEvents Telegraph @args }
        $failure.FullyQualifiedErrorId | Should -BeLike 'InvalidOption,*'
        $failure.TargetObject | Should -Be 'Telegraph'
        $failure.ErrorDetails.RecommendedAction | Should -BeLike '*TelecomX*'
    }

    It 'reports <Name> as of no use to TelecomX' -ForEach $options {
        $failure = Get-ErrorRecord { Connect-PbxEvents TelecomX $simulator.Server -Credential $simulator.Credential @Arguments @args }
        $failure.FullyQualifiedErrorId | Should -BeLike 'InvalidOption,*'
        $failure.TargetObject | Should -Be $Name
    }

    It 'reports a connection without any credential' {
        $failure = Get-ErrorRecord { Connect-PbxEvents TelecomX $simulator.Server @args }
        $failure.FullyQualifiedErrorId | Should -BeLike 'InvalidOption,*'
    }

    It 'reports a time zone that this machine does not know' {
        $failure = Get-ErrorRecord { Connect-PbxEvents TelecomX $simulator.Server -TimeZone 'Mars/Olympus' @args }
        $failure.FullyQualifiedErrorId | Should -BeLike 'UnknownTimeZone,*'
        $failure.TargetObject | Should -Be 'Mars/Olympus'
    }

    It 'reports an event name that the platform does not know' {
        $failure = Get-ErrorRecord { Register-PbxSubscription -Topic PBX -EventName CALL_STRAT @args }
        $failure.FullyQualifiedErrorId | Should -Be 'UnknownTopic,PbxEvents.Module.Commands.RegisterPbxSubscriptionCommand'
        $failure.TargetObject | Should -BeLike '*CALL_STRAT*'
    }

    It 'reports a topic that the platform does not know' {
        $failure = Get-ErrorRecord { Register-PbxSubscription -Topic PXB @args }
        $failure.FullyQualifiedErrorId | Should -BeLike 'UnknownTopic,*'
    }

    It 'reports a connection name that fits none, and goes on with the others' {
        $made = Register-PbxSubscription Call -Connection nowhere, good -ErrorAction SilentlyContinue -ErrorVariable failure
        $made.Connection | Should -Be 'good'
        $failure[0].FullyQualifiedErrorId | Should -BeLike 'ConnectionNotFound,*'
    }

    It 'tells of frames that cannot be read, and reads on' {
        Invoke-PbxSimulation -Fault Malformed -Simulator $simulator
        $told = Wait-PbxEvent Connection -Name UnreadableFrame -Connection good -Timeout $Patience
        $told.Error.Kind | Should -Be 'ProtocolError'
        $told.Data.message | Should -Be $told.Error.Message
        $bench.Connection.Dropped | Should -BeGreaterThan 0
    }

    It 'refuses data that never ends' {
        $endless = @{}
        $endless.me = $endless
        $failure = Get-ErrorRecord { Send-PbxRequest CommunicatorGetStatus -To x -Data $endless @args }
        $failure.FullyQualifiedErrorId | Should -BeLike 'DataTooDeep,*'
    }
}

Describe 'Bad input that the platform answers with silence' {
    AfterEach {
        Close-Bench
    }

    It 'reports a customer that the credential does not reach' {
        $simulator = Start-PbxSimulator TelecomX
        $connection = Connect-PbxEvents TelecomX $simulator.Server -Credential $simulator.Credential -Customer ('0' * 24)
        $failure = Get-ErrorRecord { Register-PbxSubscription Call @args }
        $failure.FullyQualifiedErrorId | Should -Match '^(SubscriptionTimeout|PermissionDenied),'
        $failure.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        $connection.State | Should -Be 'Connected'
        Get-PbxSubscription | Should -BeNullOrEmpty
    }

    It 'reports a right that is missing' {
        $options = [PbxEvents.Simulator.TelecomX.TelecomXSimulatorOptions]@{ Provider = 'TelecomX'; AccessLevel = 'PERSONAL' }
        $null = Start-PbxSimulator -Option $options | Connect-PbxEvents
        $failure = Get-ErrorRecord { Register-PbxSubscription Registration @args }
        $failure.FullyQualifiedErrorId | Should -BeLike 'PermissionDenied,*'
        $failure.ErrorDetails.RecommendedAction | Should -BeLike '*VIEWER*'
        (Register-PbxSubscription Call).State | Should -Be 'Active' -Because 'the rest of the session goes on'
    }

    It 'reports a subscription that is never confirmed' {
        $simulator = Start-PbxSimulator TelecomX
        $null = $simulator | Connect-PbxEvents
        Invoke-PbxSimulation -Fault SilentSubscribe -FaultCount 5
        $failure = Get-ErrorRecord { Register-PbxSubscription Call @args }
        $failure.FullyQualifiedErrorId | Should -BeLike 'SubscriptionTimeout,*'
        $failure.CategoryInfo.Category | Should -Be 'OperationTimeout'
    }
}

Describe 'A session without a connection' {
    It 'says so, whatever is asked of it: <_>' -ForEach 'Get-PbxEvent', 'Wait-PbxEvent', 'Wait-PbxCall', 'Disconnect-PbxEvents' {
        $name = $_
        $failure = Get-ErrorRecord { & $name @args }
        $failure.FullyQualifiedErrorId | Should -BeLike 'NoConnection,*'
        $failure.ErrorDetails.RecommendedAction | Should -BeLike '*Connect-PbxEvents*'
    }
}

Describe 'An error names what the user did' {
    BeforeAll {
        $bench = Connect-Bench
    }

    AfterAll {
        Close-Bench
    }

    It 'a type beside -Topic' {
        $failure = Get-ErrorRecord { Register-PbxSubscription Call -Topic PBX @args }
        "$failure" | Should -BeLike "*'Call'*-Topic*cannot be combined*"
        (Register-PbxSubscription -Topic REGISTER { 'an action' }).State | Should -Be 'Active'
    }

    It 'a pattern that is none: <_>' -ForEach @(
        "Get-PbxEvent -Name 'CALL[1' @args", "Get-PbxCall -From '[' @args", "Wait-PbxCall -Queue '[' -Timeout 0 @args"
        "Get-PbxConnection 'office[' @args", "Get-PbxEvent -Connection 'office[' @args", "Stop-PbxSimulator 'a[' @args"
        "Get-PbxEventType 'CALL[' @args", "Register-PbxSubscription Call { 1 } -From '[' @args", "Watch-PbxQueue 'a[' -NoScreen -Timeout 0 @args"
    ) {
        $failure = Get-ErrorRecord ([scriptblock]::Create($_))
        "$failure" | Should -BeLike "*is not a valid wildcard pattern: a bracket*"
        $failure.FullyQualifiedErrorId | Should -Match '^(ParameterArgumentValidationError|ParameterArgumentTransformationError|CannotConvertArgument\w*|InvalidCast\w*|CastFromArgument\w*|ParameterBindingFailed)'
    }

    It 'the number of a subscription for Restart-PbxAction' {
        { Restart-PbxAction $bench.Subscription.Id -ErrorAction Stop } | Should -Not -Throw
        (Get-ErrorRecord { Restart-PbxAction 987654 @args }).FullyQualifiedErrorId | Should -BeLike 'SubscriptionNotFound,*'
    }

    It 'two simulators of one name' {
        $first = Start-PbxSimulator Yeastar -Name twin
        (Get-ErrorRecord { Start-PbxSimulator PortSIP -Name TWIN @args }).FullyQualifiedErrorId | Should -BeLike 'SimulatorNameInUse,*'
        $first | Stop-PbxSimulator -Confirm:$false
        Start-PbxSimulator PortSIP -Name twin | Stop-PbxSimulator -Confirm:$false
    }

    It 'a certificate that nobody vouches for, with the thumbprint to pin, which then works' {
        $secure = Start-PbxSimulator TelecomX -UseTls
        $failure = Get-ErrorRecord { Connect-PbxEvents TelecomX $secure.Server -Credential $secure.Credential @args }
        $failure.FullyQualifiedErrorId | Should -BeLike 'TlsFailed,*'
        $failure.ErrorDetails.RecommendedAction | Should -Match '-CertificateThumbprint [0-9A-F]{64}$'
        $pin = ($failure.ErrorDetails.RecommendedAction -split ' ')[-1]
        (Connect-PbxEvents TelecomX $secure.Server -Credential $secure.Credential -CertificateThumbprint $pin -Name pinned).State | Should -Be 'Connected'
        Disconnect-PbxEvents pinned
    }

    It 'https to a port that speaks plain http, at once' {
        $address = $bench.Simulator.Server.AbsoluteUri -replace '^http:', 'https:'
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        $failure = Get-ErrorRecord { Connect-PbxEvents TelecomX $address -Credential $bench.Simulator.Credential @args }
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 8
        "$failure" | Should -BeLike '*does not speak TLS*'
        $failure.ErrorDetails.RecommendedAction | Should -BeLike '*http://*'
    }
}
