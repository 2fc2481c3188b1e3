BeforeAll {
    . $PSScriptRoot/Support.ps1
}

Describe 'Get-PbxCall' {
    BeforeAll {
        $bench = Connect-Bench
        $missed = Invoke-PbxSimulation Missed -Pace 0 -From +4511111111
        $answered = Invoke-PbxSimulation Answered -Pace 0 -Extension 1002
        $queued = Invoke-PbxSimulation QueueAbandoned -Pace 0 -Queue 4711
        $null = Wait-PbxCall -Outcome Abandoned -Timeout $Patience
    }

    AfterAll {
        Close-Bench
    }

    It 'lists the calls, oldest first' {
        (Get-PbxCall).CallId | Should -Be $missed.CallId, $answered.CallId, $queued.CallId
    }

    It 'filters by state, outcome, extension, queue and caller' {
        (Get-PbxCall -Outcome Answered).CallId | Should -Be $answered.CallId
        (Get-PbxCall -Extension 1002 -Outcome Answered).AnsweredBy | Should -Be '1002'
        (Get-PbxCall -Queue 47*).CallId | Should -Be $queued.CallId
        (Get-PbxCall -State Ended).Count | Should -Be 3
        Get-PbxCall -State Ringing | Should -BeNullOrEmpty
    }

    It 'finds a call by its id, by an older state of it, or by an event of it' {
        (Get-PbxCall -Call $missed.CallId).Outcome | Should -Be 'Missed'
        (Get-PbxEvent -Name CALL_RING -MaxEvents 1).Call | Get-PbxCall | ForEach-Object Outcome | Should -Be 'Missed'
        Get-PbxEvent -Name CALL_RING -MaxEvents 1 | Get-PbxCall | ForEach-Object Outcome | Should -Be 'Missed'
    }

    It 'keeps 10,000 ended calls unless told otherwise, and says since when its list is whole' {
        (Get-Command Connect-PbxEvents).Parameters.ContainsKey('CallHistorySize') | Should -BeTrue
        $bench.Connection.CallsSince | Should -BeOfType ([datetimeoffset])
        $bench.Connection.CallsSince | Should -BeLessOrEqual (Get-PbxCall)[0].StartedAt
    }

    It 'finds what ended since, and warns when not all of that time was seen' {
        $end = (Get-PbxCall -Call $answered.CallId).EndedAt
        (Get-PbxCall -Since $end -WarningVariable warnings).CallId | Should -Be $answered.CallId, $queued.CallId
        $warnings | Should -BeNullOrEmpty
        @(Get-PbxCall -Since 1:00 -WarningVariable warnings -WarningAction SilentlyContinue).Count | Should -Be 3
        $warnings | Should -BeLike '*complete only since*'
    }

    It 'reports a call that is not known' {
        $failure = Get-ErrorRecord { Get-PbxCall -Call nothing @args }
        $failure.FullyQualifiedErrorId | Should -BeLike 'CallNotFound,*'
        $failure.TargetObject | Should -Be 'nothing'
    }
}

Describe 'Get-PbxCallRecord' {
    AfterEach {
        Close-Bench
    }

    It 'gives the calls as they were seen live, and only those that are asked for' {
        $null = Start-PbxSimulator Yeastar | Connect-PbxEvents
        $null = Register-PbxSubscription Call -Extension 1001
        $before = [datetimeoffset]::Now.AddSeconds(-1)
        $played = 'Answered', 'Missed' | ForEach-Object { Invoke-PbxSimulation $_ -Pace 1 }
        $played | ForEach-Object { $null = Wait-PbxCall -Call $_.CallId -State Ended -Timeout 30 }
        $live = Get-PbxCall | Sort-Object CallId
        $records = Get-PbxCallRecord -Since $before -Until ([datetimeoffset]::Now.AddSeconds(2)) | Sort-Object CallId
        $records.CallId | Should -Be $live.CallId
        $records.Outcome | Should -Be $live.Outcome
        $records.Origin | Sort-Object -Unique | Should -Be 'Record'
        (Get-PbxCallRecord -Since $before -Unreached).Outcome | Should -Be 'Missed'
        @(Get-PbxCallRecord -Since $before -First 1) | Should -HaveCount 1
        Get-PbxCallRecord -Since ([datetimeoffset]::Now.AddDays(-2)) -Until yesterday | Should -BeNullOrEmpty
        { Get-PbxCallRecord -Since soon -ErrorAction Stop } | Should -Throw '*is not a date, a time span*'
    }
}

Describe 'A connection without events, on <_>' -ForEach 'OneCloud', 'RingCentral', 'TelecomX', 'Yeastar' {
    AfterEach {
        Close-Bench
    }

    It 'opens no link, checks the login, and says what it cannot do' {
        $simulator = Start-PbxSimulator $_
        $connection = $simulator | Connect-PbxEvents -NoEvents
        $connection.State | Should -Be Connected
        { Get-PbxCallRecord -ErrorAction Stop } | Should -Not -Throw
        $refused = Get-ErrorRecord { Register-PbxSubscription Call }
        $refused.Exception.Message | Should -BeLike '*opened for call records only*'
        $simulator.Log | Where-Object Kind -EQ Connected | Should -BeNullOrEmpty
        $connection | Disconnect-PbxEvents
        (Get-ErrorRecord { Get-PbxCallRecord -Connection $connection }).FullyQualifiedErrorId | Should -BeLike 'Disconnected,*'
        $simulator | Invoke-PbxSimulation -Fault NoRecords
        (Get-ErrorRecord { $simulator | Connect-PbxEvents -NoEvents }).FullyQualifiedErrorId | Should -BeLike 'PermissionDenied,*'
    }
}
