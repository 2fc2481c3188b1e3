BeforeAll {
    . $PSScriptRoot/Support.ps1

    # A runspace with a connection to a simulator of ours, an action that notes the sequence of each event, and an engine
    # event of PowerShell's own beside it. The notes are read from here while the runspace is busy or idle.
    function Open-Listener {
        param([string] $Action = '$notes.Enqueue($_.Sequence)')

        $listener = [pscustomobject]@{
            Simulator = Start-PbxSimulator TelecomX
            Shell     = Open-Shell
            Ours      = [System.Collections.Concurrent.ConcurrentQueue[long]]::new()
            Engine    = [System.Collections.Concurrent.ConcurrentQueue[long]]::new()
            Busy      = $null
        }
        $null = Invoke-Shell $listener.Shell @"
            param(`$simulator, `$ours, `$engine)
            `$global:notes = `$ours
            `$global:engineNotes = `$engine
            `$null = `$simulator | Connect-PbxEvents
            `$null = Register-EngineEvent Test.Tick -Action { `$engineNotes.Enqueue(`$Event.SourceArgs[0]) }
            `$global:subscription = Register-PbxSubscription Call { $Action }
"@ $listener.Simulator, $listener.Ours, $listener.Engine
        $listener
    }

    function Invoke-Busy {
        param($Listener, [string] $Script)

        $null = $Listener.Shell.AddScript($Script)
        $Listener.Busy = $Listener.Shell.BeginInvoke()
    }

    function Close-Listener {
        param($Listener)

        $Listener.Shell.Stop()
        Close-Shell $Listener.Shell
        Stop-PbxSimulator -Simulator $listener.Simulator -Confirm:$false
    }

    function Test-Ordered {
        param($Numbers)

        $last = 0
        foreach ($number in $Numbers) {
            if ($number -le $last) {
                return $false
            }
            $last = $number
        }
        $true
    }

    # 200 missed calls are 1000 events.
    function Send-Burst {
        param($Listener)

        $null = Invoke-PbxSimulation -Simulator $Listener.Simulator -Scenario Missed -Count 200 -Pace 0 -Interval 0
    }
}

Describe 'A burst of 1000 events' {
    It 'runs every action, in order, <Situation>' -ForEach @(
        @{ Situation = 'at an idle prompt'; Script = '' }
        @{ Situation = 'in a script that sits in Wait-PbxCall'; Script = 'Wait-PbxCall -Outcome Failed -Timeout 60' }
        @{ Situation = 'in a script that sits in Wait-Event'; Script = 'Wait-Event -SourceIdentifier Never -Timeout 60' }
        @{ Situation = 'in a script that loops over Start-Sleep 1'; Script = 'for ($i = 0; $i -lt 60; $i++) { Start-Sleep 1 }' }
        @{
            Situation = 'while another action runs for a second'
            Script    = '$null = Register-EngineEvent Test.Slow -Action { [System.Threading.Thread]::Sleep(1000) }; $null = New-Event Test.Slow; Wait-Event -SourceIdentifier Never -Timeout 60'
        }
    ) {
        $listener = Open-Listener
        try {
            if ($Script) {
                Invoke-Busy $listener $Script
            }
            $watch = [System.Diagnostics.Stopwatch]::StartNew()
            Send-Burst $listener
            Wait-Until { $listener.Ours.Count -ge 1000 }
            $oursMs = $watch.ElapsedMilliseconds

            # The engine's own way beside it, for two seconds: its numbers are shown, not judged.
            $watch.Restart()
            foreach ($number in 1..1000) {
                $null = $listener.Shell.Runspace.Events.GenerateEvent('Test.Tick', $null, @($number), $null)
            }
            while ($watch.ElapsedMilliseconds -lt 2000 -and $listener.Engine.Count -lt 1000) {
                [System.Threading.Thread]::Sleep(10)
            }
            $ordered = if (Test-Ordered $listener.Engine) { 'in order' } else { 'out of order' }
            Write-Host "    $Situation`: ours 1000 in $oursMs ms, in order; Register-EngineEvent $($listener.Engine.Count) in $($watch.ElapsedMilliseconds) ms, $ordered"

            $listener.Ours.Count | Should -Be 1000
            Test-Ordered $listener.Ours | Should -BeTrue
        } finally {
            Close-Listener $listener
        }
    }
}

Describe 'An action' {
    BeforeEach {
        $bench = Connect-Bench -Type @()
        $global:seen = [System.Collections.Generic.List[object]]::new()
    }

    AfterEach {
        Close-Bench
        Remove-Variable seen -Scope Global
    }

    It 'that throws on every tenth event leaves nine tenths done, one tenth in failures and nothing lost' {
        $subscription = Register-PbxSubscription Call {
            if ($_.Sequence % 10 -eq 0) { throw "no $($_.Sequence)" }
            $global:seen.Add($_.Sequence)
        }
        $first = $bench.Connection.Received
        $null = Invoke-PbxSimulation Missed -Count 200 -Pace 0 -Interval 0
        while ($subscription.Delivered + $subscription.Failures -lt 1000 -and (Wait-PbxEvent -Timeout 5)) { }
        $subscription.Delivered | Should -Be 900
        $subscription.Failures | Should -Be 100
        $seen.Count | Should -Be 900
        Test-Ordered $seen | Should -BeTrue
        $subscription.FailedEvents | Should -HaveCount 100
        $subscription.FailedEvents[0].Message | Should -BeLike 'no *0'
        $subscription.FailedEvents[0].Event.Sequence % 10 | Should -Be 0
        $bench.Connection.Received - $first | Should -Be 1000
    }

    It 'finds what an engine event''s action finds' {
        $subscription = Register-PbxSubscription Call {
            $global:seen.Add(@{ Item = $_; Event = $Event; EventArgs = $EventArgs; Sender = $Sender; Subscriber = $EventSubscriber })
        } -MessageData @{ a = 1 } -MaxTriggerCount 1
        $null = Invoke-PbxSimulation Missed -Pace 0
        Wait-Until { $null = Wait-PbxEvent -FromNow -Timeout 0.05; $seen.Count -eq 1 }
        $seen[0].Item | Should -BeOfType PbxEvents.PbxEvent
        $seen[0].Event.MessageData.a | Should -Be 1
        $seen[0].Event.SourceEventArgs.Event | Should -Be $seen[0].Item
        $seen[0].Event.Sender | Should -Be $bench.Connection
        $seen[0].EventArgs.Call.CallId | Should -Be $seen[0].Item.CallId
        $seen[0].Sender | Should -Be $bench.Connection
        $seen[0].Subscriber | Should -Be $subscription
    }

    It 'sees the variables of the script that registered it' {
        $number = '4711'
        $null = Register-PbxSubscription Call { $global:seen.Add($number) } -MaxTriggerCount 1
        $null = Invoke-PbxSimulation Missed -Pace 0
        Wait-Until { $null = Wait-PbxEvent -FromNow -Timeout 0.05; $seen.Count -eq 1 }
        $seen | Should -Be @('4711')
    }

    It 'runs no more often than -MaxTriggerCount, and the subscription ends then' {
        $subscription = Register-PbxSubscription Call { $global:seen.Add($_.Sequence) } -MaxTriggerCount 3
        $null = Invoke-PbxSimulation Missed -Count 5 -Pace 0
        Wait-Until { $null = Wait-PbxEvent -FromNow -Timeout 0.05; $subscription.State -eq 'Cancelled' }
        $seen | Should -HaveCount 3
        Get-PbxSubscription | Should -BeNullOrEmpty
    }

    It 'gets the events that came while its subscription was being confirmed' {
        $null = Register-PbxSubscription Call { }
        Invoke-PbxSimulation Missed -Count 50 -Pace 0 -Interval 2 -NoWait
        $subscription = Register-PbxSubscription Call { $global:seen.Add($_.Sequence) }
        foreach ($i in 1..50) {
            $null = Wait-PbxCall -Outcome Missed -Timeout $Patience
        }
        Wait-Until { $null = Wait-PbxEvent -FromNow -Timeout 0.05; $seen.Count -ge @(Get-PbxEvent).Where({ $_.Sequence -gt $seen[0] -and $_.Category -eq 'Call' }).Count + 1 }
        Test-Ordered $seen | Should -BeTrue
    }

    It 'can unregister its own subscription' {
        $null = Register-PbxSubscription Call { $global:seen.Add(1); Unregister-PbxSubscription $EventSubscriber }
        $null = Invoke-PbxSimulation Missed -Pace 0
        Wait-Until { $null = Wait-PbxEvent -FromNow -Timeout 0.05; $seen.Count -gt 0 }
        $seen | Should -HaveCount 1
        Get-PbxSubscription | Should -BeNullOrEmpty
    }

    It 'can close the connection' {
        $null = Register-PbxSubscription Call { $global:seen.Add(1); Disconnect-PbxEvents }
        $null = Invoke-PbxSimulation Missed -Pace 0
        { while ($true) { $null = Wait-PbxCall -Outcome Failed -Timeout $Patience } } | Should -Throw
        $seen | Should -HaveCount 1
        Get-PbxConnection | Should -BeNullOrEmpty
    }

    It 'is not interrupted by another one while it waits' {
        $null = Register-PbxSubscription Call {
            $global:seen.Add("+$($_.Sequence)")
            $null = Wait-PbxEvent -FromNow -Timeout 0.05
            $global:seen.Add("-$($_.Sequence)")
        } -MaxTriggerCount 4
        $null = Invoke-PbxSimulation Missed -Pace 0
        Wait-Until { $null = Wait-PbxEvent -FromNow -Timeout 0.05; $seen.Count -eq 8 }
        for ($i = 0; $i -lt 8; $i += 2) {
            $seen[$i].Substring(1) | Should -Be $seen[$i + 1].Substring(1)
        }
    }

    It 'that cannot keep up is told exactly how much passed it by' {
        Close-Bench
        $bench = Connect-Bench -Type @() -Connection @{ BufferSize = 50 }
        $subscription = Register-PbxSubscription Call { $global:seen.Add($_.Sequence); if ($seen.Count -eq 1) { [System.Threading.Thread]::Sleep(1500) } }
        $before = $bench.Connection.Received
        Invoke-PbxSimulation Missed -Count 200 -Pace 0 -Interval 0 -NoWait
        Wait-Until { $null = Wait-PbxEvent -FromNow -Timeout 0.1 -WarningAction SilentlyContinue; $seen.Count + ($subscription.Gaps.EventsLost | Measure-Object -Sum).Sum -ge 1000 }
        $subscription.Gaps[0].Reason | Should -Be 'SlowConsumer'
        $seen.Count + ($subscription.Gaps.EventsLost | Measure-Object -Sum).Sum | Should -Be 1000
        $bench.Connection.Received - $before | Should -Be 1000
    }

    It 'that failed is run again by Restart-PbxAction' {
        $global:isBroken = $true
        $subscription = Register-PbxSubscription Call { if ($global:isBroken) { throw 'down' }; $global:seen.Add($_.Sequence) }
        $null = Invoke-PbxSimulation Missed -Pace 0
        Wait-Until { $null = Wait-PbxEvent -FromNow -Timeout 0.05; $subscription.Failures -eq 5 }
        $global:isBroken = $false
        $subscription | Restart-PbxAction -WhatIf
        $seen | Should -BeNullOrEmpty
        $subscription | Restart-PbxAction
        $seen | Should -HaveCount 5
        $subscription.FailedEvents | Should -BeNullOrEmpty
        Remove-Variable isBroken -Scope Global
    }

    It 'does not end a script whose errors are to stop it' {
        $subscription = Register-PbxSubscription Call { throw 'always' }
        $null = Invoke-PbxSimulation Missed -Count 2 -Pace 0
        & {
            $ErrorActionPreference = 'Stop'
            1..2 | ForEach-Object { $null = Wait-PbxCall -Outcome Missed -Timeout $Patience }
        }
        Wait-Until { $null = Wait-PbxEvent -FromNow -Timeout 0.05; $subscription.Failures -eq 10 }
    }

    It 'is asked for by -MessageData and -MaxTriggerCount' {
        { Register-PbxSubscription Call -MaxTriggerCount 1 } | Should -Throw -ErrorId 'ActionMissing,*'
    }
}

Describe 'Engine events' {
    BeforeEach {
        $bench = Connect-Bench
        $global:seen = [System.Collections.Generic.List[object]]::new()
    }

    AfterEach {
        Get-EventSubscriber | Unregister-Event
        Get-Job | Remove-Job -Force
        Close-Bench
        Remove-Variable seen -Scope Global
    }

    It 'reach a plain Register-EngineEvent with connection, event and call' {
        $null = Register-EngineEvent PbxEvents.Call.Missed -Action { $global:seen.Add(@{ Sender = $Sender; Arguments = $EventArgs }) }
        $null = Invoke-PbxSimulation Missed -Pace 0
        Wait-Until { $null = Wait-PbxEvent -FromNow -Timeout 0.05; $seen.Count -eq 1 }
        $seen[0].Sender | Should -Be $bench.Connection
        $seen[0].Arguments.Call.Outcome | Should -Be 'Missed'
        $seen[0].Arguments.Event.Name | Should -Be 'CALL_END'
    }

    It 'are raised for a state once, however many devices ring' {
        $null = Register-EngineEvent PbxEvents.Call.Ringing -Action { $global:seen.Add(1) }
        $null = Register-EngineEvent PbxEvents.Call.Ended -Action { $global:seen.Add(2) }
        $null = Invoke-PbxSimulation AnsweredElsewhere -Pace 0
        Wait-Until { $null = Wait-PbxEvent -FromNow -Timeout 0.05; $seen.Contains(2) }
        $seen.FindAll({ $args[0] -eq 1 }).Count | Should -Be 1
    }

    It 'are not raised while nobody listens' {
        $null = Invoke-PbxSimulation Missed -Pace 0
        $null = Wait-PbxCall -Outcome Missed -Timeout $Patience
        Get-Event | Should -BeNullOrEmpty
    }

    It 'tell of a gap' {
        $null = Register-EngineEvent PbxEvents.Gap -Action { $global:seen.Add($EventArgs.Gap) }
        $null = Invoke-PbxSimulation -Simulator $bench.Simulator -Fault Drop
        Wait-Until { $null = Wait-PbxEvent -FromNow -Timeout 0.05; $seen.Count -eq 1 }
        $seen[0] | Should -BeOfType PbxEvents.PbxGap
        $seen[0].Reason | Should -Be 'LinkLost'
    }

    It 'complete in Register-EngineEvent' {
        $line = 'Register-EngineEvent PbxEvents.Call.Mi'
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be 'PbxEvents.Call.Missed'
    }
}

Describe 'The end of actions' {
    It 'leaves no subscriber when the module is removed' {
        $shell = Open-Shell
        $left = Invoke-Shell $shell @'
            $simulator = Start-PbxSimulator TelecomX
            $null = $simulator | Connect-PbxEvents
            $null = Register-PbxSubscription Call { [System.Threading.Thread]::Sleep(1) }
            $null = Invoke-PbxSimulation Missed -Count 100 -Pace 0
            Remove-Module PbxEvents
            Get-EventSubscriber -Force
'@
        $left | Should -BeNullOrEmpty
        Close-Shell $shell
    }

    It 'comes with its runspace, also with a deep queue, within two seconds' {
        $listener = Open-Listener -Action '[System.Threading.Thread]::Sleep(20); $notes.Enqueue(1)'
        Invoke-Busy $listener 'Wait-PbxCall -Outcome Failed -Timeout 60'
        Send-Burst $listener
        Wait-Until { $listener.Ours.Count -gt 3 }
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        $listener.Shell.Stop()
        Close-Shell $listener.Shell
        $seconds = $watch.Elapsed.TotalSeconds
        Wait-Until { $listener.Simulator.LinkCount -eq 0 }
        Stop-PbxSimulator -Simulator $listener.Simulator -Confirm:$false
        Write-Host "    closed in $seconds s"
        $seconds | Should -BeLessThan 5 -Because 'two seconds, with room for a busy machine'
        $listener.Ours.Count | Should -BeLessThan 1000
    }

    It 'waits while actions are suspended, and runs then' {
        $null = Connect-Bench -Type @()
        $global:seen = 0
        $null = Register-PbxSubscription Call { $global:seen++ }
        Suspend-PbxAction -WarningVariable told -WarningAction SilentlyContinue
        "$told" | Should -BeLike '*suspended; 0 events are waiting*'
        $null = Invoke-PbxSimulation Missed -Pace 0
        $null = Wait-PbxCall -Outcome Missed -Timeout $Patience
        $seen | Should -Be 0
        $null = Register-PbxSubscription Call { $global:seen++ } -WarningVariable told -WarningAction SilentlyContinue
        "$told" | Should -BeLike '*suspended; 5 events are waiting*'
        Resume-PbxAction
        Wait-Until { $null = Wait-PbxEvent -FromNow -Timeout 0.05; $seen -eq 5 }
        Close-Bench
    }

    It 'keeps the event at which Ctrl+C stopped an action' {
        $listener = Open-Listener -Action '$notes.Enqueue($_.Sequence); if ($notes.Count -eq 1) { Start-Sleep 60 }'
        try {
            Invoke-Busy $listener 'Wait-PbxCall -Outcome Failed -Timeout 60'
            $null = Invoke-PbxSimulation -Simulator $listener.Simulator -Scenario Missed -Pace 0
            Wait-Until { $listener.Ours.Count -eq 1 }
            $watch = [System.Diagnostics.Stopwatch]::StartNew()
            $listener.Shell.Stop()
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 5
            $listener.Shell.Commands.Clear()
            $failure = Invoke-Shell $listener.Shell '$subscription.FailedEvents[0]'
            $failure.Event.Sequence | Should -Be @($listener.Ours)[0]
        } finally {
            Close-Listener $listener
        }
    }

    It 'warns when a connection is closed while events still wait' {
        $bench = Connect-Bench -Type @()
        $global:seen = 0
        $null = Register-PbxSubscription Call { $global:seen++ }
        $null = Invoke-PbxSimulation Missed -Count 20 -Pace 0
        Wait-Until { $bench.Connection.Received -ge 100 }
        $waiting = 100 - $seen
        Disconnect-PbxEvents -WarningVariable warnings -WarningAction SilentlyContinue
        if ($waiting -gt 0 -and $seen -lt 100) {
            "$warnings" | Should -BeLike '*were waiting*'
        }
        Stop-PbxSimulator -Simulator $bench.Simulator -Confirm:$false
        Remove-Variable seen -Scope Global
    }
}

Describe 'Errors of an action' {
    It 'are shown as any error, each with the line of the script, on the error stream' {
        $script = Join-Path $TestDrive 'failing.ps1'
        Set-Content $script @'
Import-Module $args[0]
$null = Start-PbxSimulator TelecomX | Connect-PbxEvents
$null = Register-PbxSubscription Call -MaxTriggerCount 1 -Action {
    Get-Item /nowhere
    Write-Error 'soft'
    'put out'
    throw 'hard'
}
$null = Invoke-PbxSimulation Missed -Pace 0
$null = Wait-PbxCall -Outcome Missed -Timeout 10
for ($i = 0; $Error.Count -lt 3 -and $i -lt 100; $i++) { Start-Sleep -Milliseconds 100 }
"errors: $($Error.Count)"
'@
        $shown = & $Pwsh -NoProfile -NonInteractive -File $script $ModulePath 2>&1
        $errors = ($shown | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] }) -join "`n" -replace '\e\[[0-9;]*m'
        $errors | Should -Match 'failing.ps1:4\s'
        $errors | Should -Match '\n\s*4 \|\s+Get-Item /nowhere'
        $errors | Should -Match 'failing.ps1:3\s[^\0]*soft'
        $errors | Should -Match "hard \(failing.ps1, line 7: throw 'hard'\)"
        $errors | Should -Not -Match 'Invoke-Pbx'
        @($shown) | Should -Contain 'errors: 3'
    }
}
