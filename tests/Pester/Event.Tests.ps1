BeforeAll {
    . $PSScriptRoot/Support.ps1

    # Two missed calls and a queue call, all seen.
    function Invoke-Sample {
        $null = Invoke-PbxSimulation Missed -Pace 0 -From +4511111111 -Extension 1001
        $null = Invoke-PbxSimulation Answered -Pace 0 -From +4599999999 -Extension 1002
        $null = Invoke-PbxSimulation QueueAbandoned -Pace 0 -Queue 4020
        $null = Wait-PbxCall -Outcome Abandoned -Timeout $Patience
    }
}

Describe 'Times' {
    It 'are of this machine''s zone, on events, calls, legs, gaps, connections and subscriptions' -Skip:(-not $IsLinux) {
        # A zone that no test machine is in; the process reads it when it starts.
        $script = {
            param($module)
            $ErrorActionPreference = 'Stop'
            Import-Module $module
            $pbx = Start-PbxSimulator TelecomX
            $connection = $pbx | Connect-PbxEvents
            $subscription = Register-PbxSubscription Call
            $null = Invoke-PbxSimulation Answered -Pace 1
            $call = Wait-PbxCall -State Ended -Timeout 30
            Invoke-PbxSimulation -Fault Drop
            $gap = (Wait-PbxEvent Connection -Name Gap -Timeout 30).Gap
            $call.StartedAt, $call.RingingAt, $call.AnsweredAt, $call.EndedAt, $call.Legs[0].EndedAt, $call.Events[0].Time, $call.Events[0].ReceivedAt,
            $gap.From, $gap.To, $connection.ConnectedAt, $connection.LastFrameAt, $subscription.ConfirmedAt | ForEach-Object { "$($_.Offset)" }
        }
        $env:TZ = 'Asia/Kolkata'
        try {
            $offsets = & $Pwsh -NoProfile -NonInteractive -Command $script -args $ModulePath
        }
        finally {
            Remove-Item Env:TZ
        }
        $offsets | Should -HaveCount 12
        $offsets | Sort-Object -Unique | Should -Be '05:30:00'
    }
}

Describe 'Get-PbxEvent on the buffer' {
    BeforeAll {
        $bench = Connect-Bench
        Invoke-Sample
    }

    AfterAll {
        Close-Bench
    }

    It 'returns all events in order, without holes' {
        $events = Get-PbxEvent
        $events[0] | Should -BeOfType PbxEvents.PbxEvent
        $events.Sequence | Should -Be (1..$events.Count)
    }

    It 'does not consume' {
        (Get-PbxEvent).Count | Should -Be (Get-PbxEvent).Count
    }

    It 'filters by category' {
        (Get-PbxEvent Queue).Name | Should -Be 'QUEUE_ENTERED', 'QUEUE_LEFT'
        (Get-PbxEvent Queue, Connection).Category | Sort-Object -Unique | Should -Be 'Queue', 'Connection'
    }

    It 'filters by name with wildcards' {
        (Get-PbxEvent -Name queue_*).Count | Should -Be 2
        (Get-PbxEvent -Name CALL_RING, QUEUE_LEFT).Name | Sort-Object -Unique | Should -Be 'CALL_RING', 'QUEUE_LEFT'
    }

    It 'filters by call state and by outcome' {
        (Get-PbxEvent -CallState Answered | Select-Object -First 1).Name | Should -Be 'CALL_ANSWER'
        (Get-PbxEvent -Outcome Missed).From | Should -Be '+4511111111'
        (Get-PbxEvent -Outcome Missed, Abandoned).Count | Should -Be 2
    }

    It 'filters by caller, called number, extension and queue' {
        (Get-PbxEvent -From '+45999*').CallId | Sort-Object -Unique | Should -HaveCount 1
        (Get-PbxEvent -To 1002).Count | Should -BeGreaterThan 0
        (Get-PbxEvent -Queue 4020).Count | Should -BeGreaterThan 2
        Get-PbxEvent -Queue 4021 | Should -BeNullOrEmpty
        (Get-PbxEvent -Extension 1002).From | Sort-Object -Unique | Should -Be '+4599999999'
    }

    It 'filters by arrival' {
        $middle = (Get-PbxEvent Queue)[0].ReceivedAt
        (Get-PbxEvent -Since $middle)[0].ReceivedAt | Should -BeGreaterOrEqual $middle
        Get-PbxEvent -Since (Get-Date).AddHours(1) | Should -BeNullOrEmpty
    }

    It 'gives the first or the last so many' {
        (Get-PbxEvent -MaxEvents 3).Sequence | Should -Be 1, 2, 3
        $head = (Get-PbxEvent)[-1].Sequence
        (Get-PbxEvent -Last 2).Sequence | Should -Be ($head - 1), $head
        (Get-PbxEvent Call -Last 1).Outcome | Should -Be 'Abandoned'
        (Get-PbxEvent -Last 5 -MaxEvents 2).Count | Should -Be 2
    }

    It 'reads each connection that comes down the pipeline' {
        $null = $bench.Simulator | Connect-PbxEvents -Name second
        (Get-PbxConnection | Get-PbxEvent Connection).Connection | Should -Be $bench.Connection.Name, 'second'
        Disconnect-PbxEvents second
    }
}

Describe 'Get-PbxEvent -Wait' {
    BeforeEach {
        $bench = Connect-Bench
    }

    AfterEach {
        Close-Bench
    }

    It 'gives what the buffer holds and then what comes' {
        $null = Invoke-PbxSimulation Missed -Pace 0
        Wait-Until { Get-PbxCall -Outcome Missed }
        Invoke-PbxSimulation Answered -Pace 20 -NoWait
        $read = Get-PbxEvent Call -Outcome Missed, Answered -Wait -Timeout $Patience | Select-Object -First 2
        $read.Outcome | Should -Be 'Missed', 'Answered'
    }

    It 'ends after -Timeout seconds' {
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        Get-PbxEvent Call -Wait -Timeout 0.5 | Should -BeNullOrEmpty
        $watch.Elapsed.TotalSeconds | Should -BeGreaterThan 0.4
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 5
    }

    It 'is meant by -Timeout alone' {
        Invoke-PbxSimulation Missed -Pace 50 -NoWait
        (Get-PbxEvent Call -Timeout $Patience -MaxEvents 5).Count | Should -Be 5
    }

    It 'ends after -MaxEvents events, old and new counted together' {
        $null = Invoke-PbxSimulation Missed -Pace 0
        Wait-Until { (Get-PbxEvent Call).Count -eq 5 }
        Invoke-PbxSimulation Missed -Pace 10 -NoWait
        (Get-PbxEvent Call -Wait -MaxEvents 7 -Timeout $Patience).Count | Should -Be 7
    }

    It 'gives only what comes with -Last 0' {
        $null = Invoke-PbxSimulation Missed -Pace 0 -From +4512345678
        Wait-Until { (Get-PbxEvent Call).Count -eq 5 }
        # So many that some are left however late the reading begins.
        Invoke-PbxSimulation Missed -Count 1000 -Interval 10 -Pace 10 -From +4587654321 -NoWait
        (Get-PbxEvent Call -Last 0 -Wait -MaxEvents 2 -Timeout $Patience).From | Should -Be '+4587654321', '+4587654321'
    }

    It 'streams: each event comes before the next one happens' {
        Invoke-PbxSimulation Missed -Pace 100 -NoWait
        $lag = Get-PbxEvent Call -Wait -MaxEvents 5 -Timeout $Patience | ForEach-Object { [datetimeoffset]::Now - $_.ReceivedAt }
        ($lag.TotalMilliseconds | Sort-Object)[2] | Should -BeLessThan 1000
    }

    It 'ends when its connection is closed' {
        $shell = Open-Shell
        $null = $shell.AddScript('param($c) Get-PbxEvent -Wait -Connection $c | ForEach-Object Name').AddArgument($bench.Connection)
        $none = [System.Management.Automation.PSDataCollection[object]]::new()
        $names = [System.Management.Automation.PSDataCollection[object]]::new()
        $reading = $shell.BeginInvoke($none, $names)
        Wait-Until { $names.Count -gt 0 } 'what the buffer holds'
        Disconnect-PbxEvents
        Wait-Until { $reading.IsCompleted } 'the end of the reading'
        $shell.EndInvoke($reading)
        $names | Should -Contain 'Disconnected'
        $shell.Streams.Error | Should -BeNullOrEmpty
        Close-Shell $shell
    }

    It 'reports why when its connection has failed for good' {
        $connection = $bench.Simulator | Connect-PbxEvents -Name fragile -MaxReconnectAttempts 1 -Timeout 5
        Invoke-PbxSimulation -Fault Stop
        Get-PbxEvent Call -Wait -Connection fragile -Timeout $Patience -ErrorAction SilentlyContinue -ErrorVariable failure
        $connection.State | Should -Be 'Faulted'
        $failure | Should -HaveCount 1
        $failure[0].FullyQualifiedErrorId | Should -BeLike "$($connection.LastError.Kind),*"
    }
}

Describe 'Gaps' {
    AfterEach {
        Close-Bench
    }

    It 'stand in the stream as events, whatever the filter' {
        $bench = Connect-Bench
        Invoke-PbxSimulation -Fault Drop
        $told = Get-PbxEvent Voicemail -Wait -Timeout $Patience | Select-Object -First 1
        $told.Name | Should -Be 'Gap'
        $gap = $told.Gap
        $gap | Should -BeOfType PbxEvents.PbxGap
        $gap.Reason | Should -Be 'LinkLost'
        $gap.Connection | Should -Be $bench.Connection.Name
        $bench.Connection.Gaps | Should -HaveCount 1
    }

    It 'make one table and one CSV file with the events, also when a gap comes first' {
        $bench = Connect-Bench -Connection @{ BufferSize = 20 }
        Invoke-PbxSimulation -Fault Drop
        $null = Wait-PbxEvent Connection -Name Connected -FromNow -Timeout $Patience 3>$null
        Wait-Until { $bench.Subscription.State -eq 'Active' }
        $null = Invoke-PbxSimulation Missed -Pace 0 -From +4512345678
        $null = Wait-PbxCall -Outcome Missed -Timeout $Patience 3>$null
        $read = Get-PbxEvent Call
        $read[0].Gap | Should -Not -BeNullOrEmpty
        $read[-1].Outcome | Should -Be 'Missed'
        $table = ($read | Format-Table | Out-String -Width 100) -replace '\e\[[\d;]*m'
        $table | Should -Match '(?m)^\S+ +Gap +\w+ .*LinkLost for'
        $table | Should -Match '(?m)^\S+ +CALL_RING '
        $rows = $read | ConvertTo-Csv | ConvertFrom-Csv
        $rows[0].Name | Should -Be 'Gap'
        $rows[-1].From | Should -Be '+4512345678'
        $rows[-1].Outcome | Should -Be 'Missed'
    }

    It 'of a reader that was too slow come in the same form' {
        $null = Connect-Bench -Connection @{ BufferSize = 10 }
        $first = $true
        $read = Get-PbxEvent -Wait -Timeout $Patience | ForEach-Object {
            if ($first) {
                $first = $false
                $null = Invoke-PbxSimulation Missed -Count 20 -Pace 0
                Wait-Until { (Get-PbxConnection).Received -ge 100 }
            }
            $_
        } | Select-Object -First 4
        $slow = $read.Where({ $_.Gap })[0]
        $slow.Name | Should -Be 'Gap'
        $slow.Gap.Reason | Should -Be 'SlowConsumer'
        $slow.Gap.EventsLost | Should -BeGreaterThan 0
    }

    It 'are a warning on the way to something else' {
        $null = Connect-Bench
        Invoke-PbxSimulation -Fault Drop
        $warning = $null
        Wait-PbxEvent Connection -Name Connected -Timeout $Patience -WarningVariable warning 3>$null | Should -Not -BeNullOrEmpty
        "$warning" | Should -BeLike '*Events are missing*LinkLost*'
    }

    It 'tell a reader that was too slow how many events it lost' {
        $null = Connect-Bench -Connection @{ BufferSize = 10 }
        $null = Wait-PbxCall -State Ringing -Timeout 0
        $null = Invoke-PbxSimulation Missed -Count 20 -Pace 0
        Wait-Until { (Get-PbxConnection).Received -ge 100 }
        $warning = $null
        Wait-PbxCall -State Ringing -Timeout $Patience -WarningVariable warning 3>$null | Should -Not -BeNullOrEmpty
        "$warning" | Should -Match '^\d+ events are missing.*SlowConsumer'
    }

    It 'restore the subscriptions once each' {
        $bench = Connect-Bench
        Invoke-PbxSimulation -Fault Drop
        $null = Wait-PbxEvent Connection -Name Gap -Timeout $Patience 3>$null
        Wait-Until { $bench.Subscription.State -eq 'Active' }
        $null = Invoke-PbxSimulation Missed -Pace 0
        Wait-PbxCall -Outcome Missed -Timeout $Patience 3>$null | Should -HaveCount 1
        Wait-PbxCall -Outcome Missed -Timeout 0.5 3>$null | Should -BeNullOrEmpty
    }
}

Describe 'What is piped to Get-PbxEvent' {
    BeforeAll {
        $bench = Connect-Bench -Type 'Call', 'Queue'
        foreach ($scenario in 'Missed', 'Answered', 'QueueAbandoned') {
            $null = Invoke-PbxSimulation $scenario -Pace 0
        }
        $null = Wait-PbxCall -Outcome Abandoned -Timeout $Patience
        $missed = Get-PbxCall -Outcome Missed
    }

    AfterAll {
        Close-Bench
    }

    It 'is a call: its events' {
        $events = $missed | Get-PbxEvent
        $events.Count | Should -BeGreaterThan 2
        $events.CallId | Sort-Object -Unique | Should -Be $missed.CallId
        Get-PbxEvent -Call $missed.CallId | Should -Be $events
        ($missed | Wait-PbxEvent -Timeout 0).CallId | Should -Be $missed.CallId
    }

    It 'is a subscription: what belongs to it' {
        $queue = Get-PbxSubscription | Where-Object Type -EQ Queue | Get-PbxEvent
        $queue.Category | Should -Contain Queue
        $queue | Where-Object { $_.Category -ne 'Queue' -and -not $_.Queue } | Should -BeNullOrEmpty
        $both = Get-PbxSubscription | Get-PbxEvent
        $both.Count | Should -BeGreaterThan $queue.Count
        $both.Category | Should -Not -Contain Connection
    }

    It 'is a connection: all of its events' {
        ($bench.Connection | Get-PbxEvent).Count | Should -Be (Get-PbxEvent).Count
    }

    It 'may come from a file, and is shown as if it did not' {
        $file = Join-Path $TestDrive 'call.xml'
        $missed | Export-Clixml $file
        $read = Import-Clixml $file
        ($read | Get-PbxEvent).Count | Should -Be ($missed | Get-PbxEvent).Count
        ($read | Out-String) | Should -Be ($missed | Out-String)
        Get-PbxEvent Call -Last 2 | Export-Clixml $file
        (Import-Clixml $file | Out-String) | Should -Be (Get-PbxEvent Call -Last 2 | Out-String)
    }
}
