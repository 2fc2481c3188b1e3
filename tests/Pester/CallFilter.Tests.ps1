#requires -Version 7.6
Describe 'Choosing calls' {
    BeforeAll {
        . "$PSScriptRoot/Support.ps1"
        $script:pbx = Start-PbxSimulator TelecomX -Name calls
        $null = $pbx | Connect-PbxEvents -Name calls
        $null = Register-PbxSubscription Call
        $null = Register-PbxSubscription Queue
        foreach ($scenario in 'Answered', 'Missed', 'QueueAbandoned', 'Failed', 'Outbound') {
            $call = Invoke-PbxSimulation $scenario
            $null = Wait-PbxCall -Call $call.CallId -State Ended -Timeout 30
        }
    }

    AfterAll {
        Close-Bench
    }

    It 'finds the calls that reached nobody, whatever the platform calls it' {
        (Get-PbxCall -Unreached).Outcome | Should -Be Missed, Abandoned
    }

    It 'finds calls by direction' {
        (Get-PbxCall -Direction Outbound).Outcome | Should -Be Failed, Answered
        Get-PbxCall -Direction Internal | Should -BeNullOrEmpty
        @(Get-PbxCall -Direction Inbound, Outbound).Count | Should -Be 5
    }

    It 'says of a call whether it was reached' {
        (Get-PbxCall -Outcome Answered -Direction Inbound).IsReached | Should -BeTrue
        (Get-PbxCall -Outcome Missed).IsReached | Should -BeFalse
        (Get-PbxCall -Outcome Missed).IsUnreached | Should -BeTrue
    }

    It 'takes Unknown as an outcome, which no call here has' {
        Get-PbxCall -Outcome Unknown | Should -BeNullOrEmpty
    }

    It 'waits for a caller who reached nobody and passes the others by' {
        $null = Wait-PbxCall -Unreached -FromNow -Timeout 0
        $null = Invoke-PbxSimulation Answered
        $missed = Invoke-PbxSimulation Missed
        (Wait-PbxCall -Unreached -Timeout 30).CallId | Should -Be $missed.CallId
    }

    It 'refuses <Parameters> beside a state that is not the end' -ForEach @(
        @{ Parameters = '-Unreached'; Arguments = @{ Unreached = $true } }
        @{ Parameters = '-Outcome'; Arguments = @{ Outcome = 'Missed' } }
    ) {
        { Wait-PbxCall @Arguments -State Ringing -Timeout 1 } | Should -Throw -ErrorId 'OutcomeNeedsEnded*'
        { Register-PbxSubscription Call { } @Arguments -State Ringing } | Should -Throw -ErrorId 'OutcomeNeedsEnded*'
    }

    It 'runs an action once for each caller who reached nobody' {
        $ran = [System.Collections.Generic.List[string]]::new()
        $subscription = Register-PbxSubscription Call -Unreached -Action { $ran.Add("$($_.CallId) $($_.Outcome)") }
        $null = Invoke-PbxSimulation Answered
        $first = Invoke-PbxSimulation Missed
        $null = Invoke-PbxSimulation Failed
        $second = Invoke-PbxSimulation QueueAbandoned
        $last = Invoke-PbxSimulation Answered
        $null = Wait-PbxCall -Call $last.CallId -State Ended -Timeout 30
        Wait-Until { $ran.Count -ge 2 } 'both calls'
        $ran | Should -Be "$($first.CallId) Missed", "$($second.CallId) Abandoned"
        $subscription | Unregister-PbxSubscription
    }

    It 'runs an action for calls of one direction and number only' {
        $ran = [System.Collections.Generic.List[string]]::new()
        $subscription = Register-PbxSubscription Call -Direction Inbound -From '+1999*' -State Ended -Action { $ran.Add($_.CallId) }
        $null = Invoke-PbxSimulation Outbound
        $null = Invoke-PbxSimulation Answered
        $mine = Invoke-PbxSimulation Answered -From '+19995550100'
        $last = Invoke-PbxSimulation Answered
        $null = Wait-PbxCall -Call $last.CallId -State Ended -Timeout 30
        Wait-Until { $ran.Count -ge 1 } 'the call'
        $ran | Should -Be $mine.CallId
        $subscription | Unregister-PbxSubscription
    }

    It 'refuses to choose calls for an action that is not there' {
        { Register-PbxSubscription Call -Unreached } | Should -Throw -ErrorId 'ActionMissing*'
        { Register-PbxSubscription Call -From '+45*' } | Should -Throw -ErrorId 'ActionMissing*'
    }
}
