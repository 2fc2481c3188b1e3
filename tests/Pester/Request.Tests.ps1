BeforeAll {
    . $PSScriptRoot/Support.ps1

    # The simulator's built-in partner introduces itself with a request.
    function Get-Partner {
        $null = Invoke-PbxSimulation Request -Pace 0
        Wait-PbxEvent -Name REQUEST -Timeout $Patience
    }
}

Describe 'Send-PbxRequest' {
    BeforeEach {
        $bench = Connect-Bench
        $partner = (Get-Partner).Data.from.employee
    }

    AfterEach {
        Close-Bench
    }

    It 'returns the reply of the other client' {
        $reply = Send-PbxRequest CommunicatorGetStatus -To $partner -Timeout $Patience
        $reply | Should -BeOfType PbxEvents.PbxReply
        $reply.Request | Should -Be 'CommunicatorGetStatus'
        $reply.Connection | Should -Be $bench.Connection.Name
        $reply.Data | Should -Not -BeNullOrEmpty
    }

    It 'says clearly that nobody answered, and goes on' {
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        $reply = Send-PbxRequest CommunicatorGetStatus -To ('0' * 24) -Timeout 0.5 -ErrorAction SilentlyContinue -ErrorVariable failure
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 10
        $reply | Should -BeNullOrEmpty
        $failure[0].FullyQualifiedErrorId | Should -Be 'NoReply,PbxEvents.Module.Commands.SendPbxRequestCommand'
        "$($failure[0])" | Should -BeLike '*Nobody answered*CommunicatorGetStatus*'
        $failure[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    }

    It 'fails at once when the link is dropped' {
        $shell = Open-Shell
        $null = $shell.AddScript('param($c) Send-PbxRequest CommunicatorGetStatus -To nobody -Timeout 60 -Connection $c -ErrorAction Stop')
        $running = $shell.AddArgument($bench.Connection).BeginInvoke()
        Wait-Until { $bench.Simulator.Log.Entries.Kind -contains 'Request' }
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        Invoke-PbxSimulation -Fault Drop
        $failure = Get-ErrorRecord { $shell.EndInvoke($running) }
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 20
        $failure.Exception.InnerException.ErrorRecord.FullyQualifiedErrorId | Should -BeLike 'LinkLost,*'
        Close-Shell $shell
    }

    It 'returns the acknowledgement with -NoReply, by which a late reply is known' {
        $taken = Send-PbxRequest CommunicatorGetStatus -To $partner -NoReply -Timeout $Patience
        $taken.IsAcknowledgement | Should -BeTrue
        $taken.RequestId | Should -Not -BeNullOrEmpty
        (Wait-PbxEvent -Name REPLY -Timeout $Patience).Data.requestId | Should -Be $taken.RequestId
    }

    It 'answers a request from an action' {
        $null = Register-PbxSubscription Message -EventName REQUEST -Action { $_ | Send-PbxReply -Data @{ ok = $true } }
        $null = Invoke-PbxSimulation Request -Pace 0
        Wait-Until {
            $null = Wait-PbxEvent -Name nothing -Timeout 0.1
            $bench.Simulator.Log.Entries.Where({ $_.Kind -eq 'Request' -and $_.Name -eq 'reply' })
        } 'the reply'
    }

    It 'returns several replies of a stream' {
        (Send-PbxRequest CommunicatorLoggerStartStream -To $partner -MaxReplies 3 -Timeout $Patience).Count | Should -Be 3
    }

    It 'asks before a request that restarts, quits or impersonates: <_>' -ForEach @(
        'CommunicatorReload', 'CommunicatorTerminate', 'CommunicatorImpersonate', 'CommunicatorDevtoolsShow', 'CommunicatorZeroTierJoin'
    ) {
        $name = $_
        $shell = Open-Shell
        # A session that cannot ask refuses, which shows that it wanted to ask.
        { Invoke-Shell $shell 'param($c, $r) Send-PbxRequest $r -To x -Connection $c -ErrorAction Stop' $bench.Connection, $name } |
            Should -Throw '*prompts the user*'
        Close-Shell $shell
    }

    It 'sends such a request unasked with -Confirm:$false, and none with -WhatIf' {
        $count = { @($bench.Simulator.Log.Entries | Where-Object { $_.Kind -eq 'Request' }).Count }
        $before = & $count
        Send-PbxRequest CommunicatorReload -To $partner -NoReply -WhatIf
        Send-PbxRequest CommunicatorGetStatus -To $partner -NoReply -WhatIf
        & $count | Should -Be $before
        Send-PbxRequest CommunicatorReload -To $partner -NoReply -Confirm:$false -Timeout $Patience
        & $count | Should -Be ($before + 1)
    }

    It 'reports a request without a receiver' {
        $failure = Get-ErrorRecord { Send-PbxRequest CommunicatorGetStatus @args }
        $failure.FullyQualifiedErrorId | Should -BeLike 'InvalidOption,*'
    }
}

Describe 'Send-PbxReply' {
    BeforeEach {
        $bench = Connect-Bench
    }

    AfterEach {
        Close-Bench
    }

    It 'answers a request from the pipeline, on the connection that brought it' {
        $me = (Get-Partner).Data.to.employee
        $asker = $bench.Simulator | Connect-PbxEvents -Name asker -InstanceId asker
        $shell = Open-Shell
        $null = $shell.AddScript('param($c, $to, $t) Send-PbxRequest Greet -To $to -Data @{ name = "Ann" } -Connection $c -Timeout $t')
        $running = $shell.AddArgument($asker).AddArgument($me).AddArgument($Patience).BeginInvoke()
        $request = do {
            $next = Wait-PbxEvent -Name REQUEST -Connection $bench.Connection -Timeout $Patience
        } until ($null -eq $next -or $next.Data.request -eq 'Greet')
        $next.Data.data.name | Should -Be 'Ann'
        $next | Send-PbxReply -Data @{ text = 'Hello Ann' }
        $reply = $shell.EndInvoke($running)
        $shell.Streams.Error | Should -BeNullOrEmpty
        $reply[0].Data.text | Should -Be 'Hello Ann'
        Close-Shell $shell
    }

    It 'sends nothing with -WhatIf' {
        $request = Get-Partner
        $before = $bench.Simulator.Log.Count
        $request | Send-PbxReply -Data @{ a = 1 } -WhatIf
        $bench.Simulator.Log.Count | Should -Be $before
    }

    It 'reports an event that is no request' {
        $null = Invoke-PbxSimulation Missed -Pace 0
        $pbxEvent = Wait-PbxEvent -Name CALL_RING -Timeout $Patience
        $failure = Get-ErrorRecord { $pbxEvent | Send-PbxReply -Data 1 @args }
        $failure.FullyQualifiedErrorId | Should -BeLike 'NotSupported,*'
    }
}
