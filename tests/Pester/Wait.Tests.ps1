BeforeAll {
    . $PSScriptRoot/Support.ps1
}

Describe 'Wait-PbxCall' {
    BeforeEach {
        $bench = Connect-Bench
    }

    AfterEach {
        Close-Bench
    }

    It 'returns the call as it stood when it entered the state' {
        $null = Invoke-PbxSimulation Answered -Pace 0
        $ringing = Wait-PbxCall -State Ringing -Timeout $Patience
        $ringing | Should -BeOfType PbxEvents.PbxCall
        $ringing.State | Should -Be 'Ringing'
        $ringing.AnsweredAt | Should -BeNullOrEmpty
        $answered = Wait-PbxCall -State Answered -Timeout $Patience
        $answered.CallId | Should -Be $ringing.CallId
        $answered.State | Should -Be 'Answered'
    }

    It 'returns nothing when the time is up' {
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        Wait-PbxCall -Outcome Missed -Timeout 0.5 | Should -BeNullOrEmpty
        $watch.Elapsed.TotalSeconds | Should -BeGreaterThan 0.4
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 5
    }

    It 'misses nothing between registering and the first wait' {
        $null = Invoke-PbxSimulation Missed -Pace 0
        [System.Threading.Thread]::Sleep(200)
        Wait-PbxCall -Outcome Missed -Timeout 0 | Should -Not -BeNullOrEmpty
    }

    It 'returns each call of a loop once, though the loop is slow' {
        Invoke-PbxSimulation Missed -Count 1000 -Interval 3 -Pace 0 -NoWait
        $seen = [System.Collections.Generic.List[string]]::new()
        while ($call = Wait-PbxCall -Outcome Missed -Timeout $Patience) {
            $seen.Add($call.CallId)
            [System.Threading.Thread]::Sleep(5)
            if ($seen.Count -eq 1000) {
                break
            }
        }
        $seen.Count | Should -Be 1000
        [System.Collections.Generic.HashSet[string]]::new($seen).Count | Should -Be 1000
        Wait-PbxCall -Outcome Missed -Timeout 0.5 | Should -BeNullOrEmpty
        $ended = $bench.Simulator.Log.Entries.Where({ $_.Name -eq 'CALL_RING' }).CallId | Select-Object -Unique
        Compare-Object $ended $seen | Should -BeNullOrEmpty -Because 'these are the calls that the PBX played'
    }

    It 'starts afresh with -FromNow' {
        $null = Invoke-PbxSimulation Missed -Pace 0
        Wait-Until { Get-PbxCall -Outcome Missed }
        Wait-PbxCall -Outcome Missed -FromNow -Timeout 0.3 | Should -BeNullOrEmpty
    }

    It 'keeps a place of its own for each filter' {
        $null = Invoke-PbxSimulation Missed -Pace 0
        $null = Invoke-PbxSimulation Answered -Pace 0
        (Wait-PbxCall -Outcome Answered -Timeout $Patience).Outcome | Should -Be 'Answered'
        (Wait-PbxCall -Outcome Missed -Timeout $Patience).Outcome | Should -Be 'Missed'
        (Wait-PbxCall -Outcome Missed, Answered -Timeout $Patience).Outcome | Should -Be 'Missed'
        (Wait-PbxCall -Outcome Missed, Answered -Timeout $Patience).Outcome | Should -Be 'Answered'
    }

    It 'filters by caller, called number, extension and queue' {
        $null = Invoke-PbxSimulation Missed -Pace 0 -From +4511111111 -Extension 1001
        $null = Invoke-PbxSimulation Missed -Pace 0 -From +4522222222 -Extension 1002
        $null = Invoke-PbxSimulation QueueAbandoned -Pace 0 -Queue 4711
        (Wait-PbxCall -Outcome Missed -From *2222 -Timeout $Patience).From | Should -Be '+4522222222'
        (Wait-PbxCall -Outcome Missed -Extension 1002 -Timeout $Patience).Extension | Should -Be '1002'
        (Wait-PbxCall -State Ended -Queue 47* -Timeout $Patience).Outcome | Should -Be 'Abandoned'
    }

    It 'follows one call that comes down the pipeline' {
        $other = Invoke-PbxSimulation Missed -Pace 0
        Invoke-PbxSimulation Answered -Pace 20 -NoWait
        $ended = Wait-PbxCall -State Answered -Timeout $Patience | Wait-PbxCall -State Ended -Timeout $Patience
        $ended.Outcome | Should -Be 'Answered'
        $ended.CallId | Should -Not -Be $other.CallId
    }

    It 'answers to what is news about a call only: a second device that rings is none' {
        $null = Invoke-PbxSimulation AnsweredElsewhere -Pace 0
        Wait-PbxCall -State Ringing -Timeout $Patience | Should -HaveCount 1
        Wait-Until { Get-PbxCall -State Ended }
        Wait-PbxCall -State Ringing -Timeout 0 | Should -BeNullOrEmpty
    }

    It 'refuses an outcome of a call that goes on' {
        $failure = Get-ErrorRecord { Wait-PbxCall -Outcome Missed -State Ringing @args }
        $failure.FullyQualifiedErrorId | Should -BeLike 'OutcomeNeedsEnded,*'
        $failure.TargetObject | Should -Be 'Ringing'
    }

    It 'waits on several connections at once' {
        $quiet = Start-PbxSimulator TelecomX -Seed 2
        $null = $quiet | Connect-PbxEvents -Name quiet
        Invoke-PbxSimulation Missed -Pace 10 -NoWait -Simulator $bench.Simulator
        (Wait-PbxCall -Outcome Missed -Connection * -Timeout $Patience).Connection | Should -Be $bench.Connection.Name
    }

    It 'ends with an error when its connection is closed meanwhile' {
        $shell = Open-Shell
        $null = $shell.AddScript('param($c) Wait-PbxCall -Outcome Voicemail -Connection $c').AddArgument($bench.Connection)
        $waiting = $shell.BeginInvoke()
        Wait-Until { $shell.InvocationStateInfo.State -eq 'Running' }
        Disconnect-PbxEvents
        Wait-Until { $waiting.IsCompleted } 'the end of the wait'
        { $shell.EndInvoke($waiting) } | Should -Throw '*was closed*'
        Close-Shell $shell
    }

    It 'is awake at once when the event is there' {
        $lag = foreach ($i in 1..10) {
            Invoke-PbxSimulation Missed -Pace 30 -NoWait
            $call = Wait-PbxCall -Outcome Missed -Timeout $Patience
            ([datetimeoffset]::Now - $call.Events[-1].ReceivedAt).TotalMilliseconds
        }
        $median = ($lag | Sort-Object)[5]
        Write-Host "      (median from arrival to return: $([math]::Round($median, 1)) ms)"
        $median | Should -BeLessThan 500
    }
}

Describe 'Wait-PbxEvent' {
    BeforeEach {
        $bench = Connect-Bench
    }

    AfterEach {
        Close-Bench
    }

    It 'returns the next event that fits, one after the other' {
        $null = Invoke-PbxSimulation Missed -Pace 0
        (Wait-PbxEvent Call -Timeout $Patience).Name | Should -Be 'CALL_START'
        (Wait-PbxEvent Call -Timeout $Patience).Name | Should -Be 'CALL_START'
        (Wait-PbxEvent Call -Timeout $Patience).Name | Should -Be 'CALL_RING'
        (Wait-PbxEvent -Name CALL_RING -Timeout $Patience).Name | Should -Be 'CALL_RING'
    }

    It 'returns what the connection tells of itself' {
        (Wait-PbxEvent Connection -Timeout 0) | Should -BeNullOrEmpty -Because 'that was before the subscription'
        Invoke-PbxSimulation -Fault Drop
        (Wait-PbxEvent Connection -Timeout $Patience 3>$null).Name | Should -Be 'Reconnecting'
    }

    It 'returns nothing when the time is up' {
        Wait-PbxEvent Voicemail -Timeout 0.2 | Should -BeNullOrEmpty
    }

    It 'starts afresh with -FromNow' {
        $null = Invoke-PbxSimulation Missed -Pace 0
        Wait-Until { Get-PbxCall -Outcome Missed }
        Wait-PbxEvent Call -FromNow -Timeout 0.2 | Should -BeNullOrEmpty
    }
}

Describe 'Waiting cmdlets and PowerShell''s own events' {
    BeforeEach {
        $bench = Connect-Bench
        $global:PbxHits = 0
        $timer = [System.Timers.Timer]::new(20)
        $subscriber = Register-ObjectEvent $timer Elapsed -Action { $global:PbxHits++ }
        $timer.Start()
    }

    AfterEach {
        $timer.Dispose()
        Unregister-Event -SourceIdentifier $subscriber.Name
        Remove-Job $subscriber -Force
        Remove-Variable PbxHits -Scope Global
        Close-Bench
    }

    It 'are handled while <_> waits' -ForEach @(
        'Wait-PbxCall -Outcome Voicemail'
        'Wait-PbxEvent Voicemail'
        'Get-PbxEvent Voicemail -Wait'
        'Send-PbxRequest CommunicatorGetStatus -To nobody -ErrorAction Ignore'
    ) {
        $null = & ([scriptblock]::Create("$_ -Timeout 2"))
        $hits = $PbxHits
        Write-Host "      ($hits actions in 2 s)"
        $hits | Should -BeGreaterThan 10
    }
}

Describe 'A wait for what can never come' {
    BeforeEach {
        $bench = Connect-Bench -Type @()
    }

    AfterEach {
        Close-Bench
    }

    It 'warns once that nothing is subscribed to' {
        Wait-PbxCall -Timeout 0.1 -WarningVariable first -WarningAction SilentlyContinue
        Wait-PbxCall -Timeout 0.1 -WarningVariable second -WarningAction SilentlyContinue
        "$first" | Should -BeLike "There is no subscription on $($bench.Connection.Name)*Register-PbxSubscription*"
        $second | Should -BeNullOrEmpty
    }

    It 'warns when no subscription brings the category, and names the one that does' {
        $null = Register-PbxSubscription Queue
        Wait-PbxEvent Recording -Timeout 0.1 -WarningVariable told -WarningAction SilentlyContinue
        Get-PbxEvent Voicemail -Wait -Timeout 0.1 -WarningVariable +told -WarningAction SilentlyContinue
        "$($told[0])" | Should -BeLike '*category Recording*subscribed only to Queue*Register-PbxSubscription Call*'
        "$($told[1])" | Should -BeLike '*Register-PbxSubscription Voicemail*'
    }

    It 'warns of a name that no catalogue has' {
        Wait-PbxEvent -Name CALL_STRAT -Timeout 0.1 -WarningVariable told -WarningAction SilentlyContinue
        "$told" | Should -BeLike "The catalogue of TelecomX has no event 'CALL_STRAT'.*"
    }

    It 'says nothing where something can come' {
        $told = @()
        Wait-PbxEvent -Name Reconnecting -Timeout 0.1 -WarningVariable +told
        Wait-PbxEvent Connection -Timeout 0.1 -FromNow -WarningVariable +told
        $null = Register-PbxSubscription Call
        Wait-PbxEvent Recording -Timeout 0.1 -WarningVariable +told
        Wait-PbxEvent -Name CALL_* -Timeout 0.1 -WarningVariable +told
        Wait-PbxCall -Timeout 0.1 -WarningVariable +told
        $told | Should -BeNullOrEmpty
    }

    It 'warns of a call that is not known after a while' {
        $null = Register-PbxSubscription Call
        Wait-PbxCall -Call nope -Timeout 1 -WarningVariable told -WarningAction SilentlyContinue
        $told | Should -BeNullOrEmpty -Because 'an id may be known before the call is'
        Wait-PbxCall -Call nope -Timeout 3 -WarningVariable told -WarningAction SilentlyContinue
        "$told" | Should -BeLike "No call 'nope' has been seen yet.*"
    }
}

Describe 'Clear-PbxEvent' {
    BeforeEach {
        $bench = Connect-Bench
        $null = Invoke-PbxSimulation Missed -Pace 0
        $null = Wait-PbxCall -Outcome Missed -Timeout $Patience
    }

    AfterEach {
        Close-Bench
    }

    It 'lets reads and waits begin afresh' {
        Clear-PbxEvent
        Get-PbxEvent | Should -BeNullOrEmpty
        Wait-PbxCall -State Ended -Timeout 0.1 | Should -BeNullOrEmpty
        Wait-PbxEvent Call -Timeout 0.1 | Should -BeNullOrEmpty
        $null = Invoke-PbxSimulation Answered -Pace 0
        (Wait-PbxCall -State Ended -Timeout $Patience).Outcome | Should -Be Answered
        (Get-PbxEvent Call)[0].Name | Should -Be CALL_START
        Get-PbxCall | Should -HaveCount 2
    }

    It 'does nothing with -WhatIf' {
        Clear-PbxEvent -WhatIf
        Get-PbxEvent | Should -Not -BeNullOrEmpty
    }

    It 'is not needed to know where a wait begins: -Verbose tells' {
        $told = (Wait-PbxEvent -Name CALL_END -Timeout 0 -Verbose 4>&1).Where{ $_ -is [System.Management.Automation.VerboseRecord] }
        "$told" | Should -Match 'starts with the first subscription: \d+ events'
    }
}

Describe 'Words, positions, -WhatIf and -Verbose' {
    BeforeAll {
        $bench = Connect-Bench -Connection @{ Name = 'office' }
        $null = Invoke-PbxSimulation Missed -Pace 0
        $null = Wait-PbxCall Missed -Timeout $Patience
    }

    AfterAll {
        Close-Bench
    }

    It 'takes -Category and -Type as one thing, and the outcome of a call without a name' {
        (Register-PbxSubscription -Category Voicemail).Type | Should -Be 'Voicemail'
        (Register-PbxSubscription -Type Voicemail).Category | Should -Be 'Voicemail'
        (Get-PbxEvent -Type Call).Count | Should -Be (Get-PbxEvent -Category Call).Count
        (Get-PbxEventType -Type Voicemail).Name | Should -Be (Get-PbxEventType -SubscribeWith Voicemail).Name
        (Get-PbxCall Missed).Outcome | Should -Be 'Missed'
        Get-PbxCall Answered | Should -BeNullOrEmpty
    }

    It 'changes nothing with -WhatIf' {
        $before = (Get-PbxSubscription).Count
        Register-PbxSubscription Queue -WhatIf
        (Get-PbxSubscription).Count | Should -Be $before
        Start-PbxSimulator Yeastar -WhatIf
        $bench.Simulator | Connect-PbxEvents -Name other -WhatIf
        Get-PbxConnection | Should -HaveCount 1
        Invoke-PbxSimulation Answered -WhatIf
        Invoke-PbxSimulation -Fault Drop -WhatIf
        Get-PbxCall Answered | Should -BeNullOrEmpty
        (Get-PbxConnection).State | Should -Be 'Connected'
    }

    It 'says with -Verbose what it waits for, and for how long' {
        $said = Wait-PbxCall Voicemail -From '+4599*' -Unreached -Timeout 0.1 -FromNow -Verbose 4>&1
        $said -match '^Waiting on ''office'', at most 0\.\d s: -Outcome Voicemail -From \+4599\* -Unreached$' | Should -HaveCount 1
        $said = Get-PbxEvent Queue -Wait -Timeout 0.1 -Verbose 4>&1
        "$said" | Should -Match 'Waiting on .office., at most 0\.\d s: -Category Queue'
    }
}
