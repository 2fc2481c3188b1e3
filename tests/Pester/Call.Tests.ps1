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

    It 'reports a call that is not known' {
        $failure = Get-ErrorRecord { Get-PbxCall -Call nothing @args }
        $failure.FullyQualifiedErrorId | Should -BeLike 'CallNotFound,*'
        $failure.TargetObject | Should -Be 'nothing'
    }
}
