BeforeAll {
    . $PSScriptRoot/Support.ps1

    # A simulator, a journal, and a connection that writes to it.
    function Open-Durable {
        param([string] $Name = "$(New-Guid)")

        $script:path = Join-Path $TestDrive "$Name.db"
        $null = Open-PbxJournal $path
        Connect-Bench -Connection @{ Name = 'desk' }
    }

    # Waits, and gives what the wait and the prompt were shown.
    function Wait-Idle {
        Wait-PbxReaction -UntilIdle -Timeout $Patience -ErrorAction Stop
    }

    # What actions of a reaction have left in a file.
    function Get-Ran {
        if (Test-Path $ran) { Get-Content $ran }
    }
}

Describe 'A durable reaction' {
    BeforeEach {
        $bench = Open-Durable
        $ran = Join-Path $TestDrive "$(New-Guid).txt"
    }

    AfterEach {
        Close-Bench
    }

    It 'runs its action once for a call, with the event, its key, what it takes along, and functions of its own' {
        $null = Register-PbxReaction tickets -Outcome Missed, Abandoned -MessageData 'data' -InitializationScript {
            function Get-Word { "word of $using:ran".Substring(0, 4) }
        } {
            param($first)
            Add-Content $using:ran "$($_.CallId) $($first.CallId) $(Get-Word) $($Delivery.Key) $($Delivery.Attempt) $($Delivery.IsTest) $($Delivery.IsReplay) $($Delivery.MessageData)"
        }
        $call = Invoke-PbxSimulation Missed -Pace 0
        $null = Invoke-PbxSimulation Answered -Pace 0
        Wait-Until { (Get-PbxCall -State Ended).Count -eq 2 }
        Wait-Idle
        Get-Ran | Should -Be "$($call.CallId) $($call.CallId) word tickets/desk/$($call.CallId)/Ended 1 False False data"
        $reaction = Get-PbxReaction
        "$($reaction.Name) $($reaction.State) $($reaction.Lag) $($reaction.Done) $($reaction.DeadLetters)" | Should -Be 'tickets Running 0 1 0'
        $reaction.Journal | Should -Be $path
    }

    # Most platforms tell these in the same bytes each time, and have no id for them.
    It 'runs again for what comes again in the same words: <Scenario> on <Provider>' -ForEach @(
        @{ Provider = 'Yeastar'; Scenario = 'TrunkDown'; Category = 'Registration' }
        @{ Provider = 'TelecomX'; Scenario = 'Registration'; Category = 'Registration' }
        @{ Provider = 'PortSIP'; Scenario = 'Registration'; Category = 'Registration'; By = @{ Extension = '1001' } }
        @{ Provider = 'OneCloud'; Scenario = 'Voicemail'; Category = 'Voicemail'; By = @{ Extension = '1001' } }
        @{ Provider = 'RingCentral'; Scenario = 'Voicemail'; Category = 'Voicemail' }
    ) {
        $pbx = Start-PbxSimulator $Provider
        $null = $pbx | Connect-PbxEvents -Name other
        $extra = $By ?? @{}
        $null = Register-PbxSubscription $Category -Connection other @extra
        $null = Register-PbxReaction again -StartAt Oldest -Category $Category -Connection other { Add-Content $using:ran $_.Raw }
        1..2 | ForEach-Object { $null = Invoke-PbxSimulation $Scenario -Simulator $pbx -Pace 0 }
        Wait-Until { @(Get-PbxEvent $Category -Connection other).Count -ge 2 }
        Wait-Until { (Get-PbxJournal).Behind -eq 0 }
        Wait-Idle
        @(Get-Ran).Count | Should -Be @(Get-PbxEvent $Category -Connection other).Count
    }

    It 'fits by <Filter>' -ForEach @(
        @{ Filter = '-Outcome'; Options = @{ Outcome = 'Answered' }; Fits = 1 }
        @{ Filter = '-CallState'; Options = @{ CallState = 'Ringing' }; Fits = 2 }
        @{ Filter = '-Unreached'; Options = @{ Unreached = $true }; Fits = 1 }
        @{ Filter = '-From'; Options = @{ From = '+451111*'; CallState = 'Ended' }; Fits = 2 }
        @{ Filter = '-To'; Options = @{ To = '+999'; CallState = 'Ended' }; Fits = 0 }
        @{ Filter = '-Extension'; Options = @{ Extension = '1001'; Outcome = 'Missed' }; Fits = 1 }
        @{ Filter = '-Direction'; Options = @{ Direction = 'Outbound'; CallState = 'Ended' }; Fits = 0 }
        @{ Filter = '-Connection'; Options = @{ Connection = 'other*' }; Fits = 0 }
        @{ Filter = '-EventName'; Options = @{ EventName = 'CALL_RING'; Connection = 'd*' }; Fits = 2 }
        @{ Filter = '-Category'; Options = @{ Category = 'Queue' }; Fits = 0 }
    ) {
        $null = Register-PbxReaction filter @Options { Add-Content $using:ran $_.CallId }
        $null = Invoke-PbxSimulation Missed -Pace 0
        $null = Invoke-PbxSimulation Answered -Pace 0
        Wait-Until { (Get-PbxCall -State Ended).Count -eq 2 }
        Wait-Idle
        @(Get-Ran).Count | Should -Be $Fits
        (Get-PbxReaction filter).Done | Should -Be $Fits
    }

    It 'tries again what fails, with the finished step of the first time, and gives the letter up at last' {
        $null = Register-PbxReaction tickets -Outcome Missed -MaxAttempts 3 -RetryDelay 0:00:00.01 -ErrorAction SilentlyContinue {
            $step = Invoke-PbxStep one { Add-Content $using:ran 'step'; [pscustomobject]@{ id = 7 } }
            Add-Content $using:ran "try $($Delivery.Attempt) $($step.id)"
            Get-Item /no/such/file -ErrorAction Stop
        }
        $call = Invoke-PbxSimulation Missed -Pace 0
        Wait-Idle *>$null
        Get-Ran | Should -Be 'step', 'try 1 7', 'try 2 7', 'try 3 7'
        $letter = Get-PbxDeadLetter tickets
        $letter.Call.CallId | Should -Be $call.CallId
        $letter.Attempts | Should -Be 3
        $letter.Error | Should -BeLike '*/no/such/file*'
        $letter.ErrorId | Should -BeLike 'PathNotFound,*'
        $letter.ScriptStackTrace | Should -Not -BeNullOrEmpty
        $letter.Steps | Should -Be 'one'
        Get-PbxDeadLetter -CallId other | Should -BeNullOrEmpty
        (Get-PbxReaction tickets).DeadLetters | Should -Be 1

        $letter | Restart-PbxDeadLetter -WhatIf
        (Get-PbxReaction tickets).DeadLetters | Should -Be 1
        $letter | Restart-PbxDeadLetter
        Wait-Idle *>$null
        Get-Ran | Select-Object -Last 3 | Should -Be 'try 1 7', 'try 2 7', 'try 3 7'
        Get-PbxDeadLetter | Remove-PbxDeadLetter
        (Get-PbxReaction tickets).DeadLetters | Should -Be 0
        $gone = $null
        $letter | Remove-PbxDeadLetter -ErrorVariable gone -ErrorAction SilentlyContinue
        $gone.FullyQualifiedErrorId | Should -BeLike 'NoDeadLetter,*'
    }

    It 'counts an error that ends a command as a failure, and one that does not with -FailOn Error only' {
        $null = Register-PbxReaction web -Outcome Missed -MaxAttempts 1 { Invoke-RestMethod http://127.0.0.1:9/; Add-Content $using:ran 'after' }
        $null = Register-PbxReaction lax -Outcome Missed -MaxAttempts 1 { Get-Item /no/such/file; Add-Content $using:ran 'lax' }
        $null = Register-PbxReaction strict -Outcome Missed -MaxAttempts 1 -FailOn Error { Invoke-PbxStep one { Get-Item /no/such/file }; Add-Content $using:ran 'strict' }
        $null = Invoke-PbxSimulation Missed -Pace 0
        Wait-Idle *>$null
        Get-Ran | Sort-Object | Should -Be 'lax', 'strict'
        Get-PbxReaction | ForEach-Object { "$($_.Name) $($_.DeadLetters)" } | Should -Be 'lax 0', 'strict 1', 'web 1'
        (Get-PbxDeadLetter strict).Steps | Should -BeNullOrEmpty
    }

    It 'shows what its action puts out, warns and fails with' {
        $lines = & $Pwsh -NoProfile -NonInteractive -Command @"
Import-Module '$ModulePath'
`$null = Open-PbxJournal '$TestDrive/shown.db'
`$null = Start-PbxSimulator TelecomX | Connect-PbxEvents
`$null = Register-PbxSubscription Call
`$null = Register-PbxReaction shown -Outcome Missed -MaxAttempts 2 -RetryDelay 0:00:00.01 { 'OUTPUT'; Write-Warning 'WARNED'; Write-Host 'HOSTED'; throw 'THROWN' }
`$null = Invoke-PbxSimulation Missed -Pace 0
Wait-PbxReaction -UntilIdle -Timeout $Patience
"@ 2>&1 | Out-String
        foreach ($word in 'OUTPUT', 'WARNED', 'HOSTED', 'attempt 1 of 2 and will be tried again', 'is a dead letter: THROWN') {
            $lines | Should -BeLike "*$word*"
        }
    }

    It 'waits in the journal for the next one of its name, and is not run by two' {
        $null = Register-PbxReaction tickets -Outcome Missed { Add-Content $using:ran "first $($_.CallId)" }
        $taken = { Register-PbxReaction tickets -Outcome Missed { } } | Should -Throw -PassThru
        $taken.FullyQualifiedErrorId | Should -BeLike 'JournalInUse,*'
        { Remove-PbxReaction tickets -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'JournalInUse,*'
        Unregister-PbxReaction tickets
        (Get-PbxReaction tickets).State | Should -Be Stopped
        $call = Invoke-PbxSimulation Missed -Pace 0
        Wait-Until { (Get-PbxCall -State Ended).Count -eq 1 }
        $null = Register-PbxReaction tickets -Outcome Missed { Add-Content $using:ran "second $($_.CallId)" }
        Wait-Idle
        Get-Ran | Should -Be "second $($call.CallId)"
        Unregister-PbxReaction tickets
        Remove-PbxReaction tickets -WhatIf
        Remove-PbxReaction tickets -Confirm:$false
        Get-PbxReaction | Should -BeNullOrEmpty
    }

    It 'begins where -StartAt says' {
        $call = Invoke-PbxSimulation Missed -Pace 0
        Wait-Until { (Get-PbxCall -State Ended).Count -eq 1 -and (Get-PbxJournal).Behind -eq 0 }
        $null = Register-PbxReaction now -Outcome Missed { Add-Content $using:ran 'now' }
        $null = Register-PbxReaction oldest -Outcome Missed -StartAt Oldest { Add-Content $using:ran 'oldest' }
        $null = Register-PbxReaction hour -Outcome Missed -StartAt 1:00 { Add-Content $using:ran 'hour' }
        $null = Register-PbxReaction future -Outcome Missed -StartAt (Get-Date).AddHours(1) { Add-Content $using:ran 'future' }
        Wait-Idle
        Get-Ran | Sort-Object | Should -Be 'hour', 'oldest'
    }

    It 'takes nothing while it is suspended, and then what came' {
        $null = Register-PbxReaction tickets -Outcome Missed { Add-Content $using:ran 'ran' }
        Suspend-PbxReaction tickets
        (Get-PbxReaction tickets).State | Should -Be Suspended
        $null = Invoke-PbxSimulation Missed -Pace 0
        Wait-Until { (Get-PbxCall -State Ended).Count -eq 1 -and (Get-PbxJournal).Behind -eq 0 }
        Start-Sleep 1
        Get-Ran | Should -BeNullOrEmpty
        Resume-PbxReaction tickets
        Wait-Idle
        Get-Ran | Should -Be 'ran'
    }

    It 'runs again for the past, by the number that -WhatIf has in its text' {
        $null = Register-PbxReaction tickets -Outcome Missed { Add-Content $using:ran "$($Delivery.Key) $($Delivery.IsReplay)" }
        $null = 1..2 | ForEach-Object { Invoke-PbxSimulation Missed -Pace 0 }
        Wait-Until { (Get-PbxCall -State Ended).Count -eq 2 }
        Wait-Idle
        $before = Get-Ran
        Restart-PbxReaction tickets -Since 1:00
        Wait-Idle
        Get-Ran | Should -Be $before
        Restart-PbxReaction tickets -Since 1:00 -Force
        Wait-Idle
        @(Get-Ran).Count | Should -Be 4
        Get-Ran | Select-Object -Last 2 | Should -Be ($before -replace 'False', 'True')
        Get-PbxReaction | ForEach-Object Done | Should -Be 2
    }

    It 'is tried without a mark' {
        $call = Invoke-PbxSimulation Missed -Pace 0
        Wait-Until { (Get-PbxCall -State Ended).Count -eq 1 -and (Get-PbxJournal).Behind -eq 0 }
        $script = Join-Path $TestDrive 'on-missed.ps1'
        Set-Content $script 'Invoke-PbxStep one { "step $WhatIfPreference $($Delivery.IsTest)" }; if ($_.Call.From -like "+45*") { throw "no" }'
        $test = Test-PbxReaction -FilePath $script -Outcome Missed
        $test.Call.CallId | Should -Be $call.CallId
        $test.Output | Should -Be 'step True True'
        $test.Error | Should -Be 'no'
        Test-PbxReaction -Outcome Answered { 'never' } | Should -BeNullOrEmpty
        (Test-PbxReaction -Outcome Missed -Timeout 0:00:00.2 { Start-Sleep 60 }).Error | Should -BeLike '*00:00:00.2*'
        Get-PbxReaction | Should -BeNullOrEmpty
    }

    It 'tells an action to end when its time is up, and goes on with the next try' {
        $null = Register-PbxReaction slow -Outcome Missed -Timeout 0:00:00.3 -RetryDelay 0:00:00.01 {
            if ($Delivery.Attempt -eq 1) { Start-Sleep 600 }
            Add-Content $using:ran "try $($Delivery.Attempt)"
        }
        $null = Invoke-PbxSimulation Missed -Pace 0
        Wait-Idle *>$null
        Get-Ran | Should -Be 'try 2'
    }

    It 'runs several calls at once and each call in its order, and shows how many run' {
        $null = Register-PbxReaction several -CallState Ringing, Ended -Concurrency 3 {
            Add-Content "$using:ran.$($_.CallId)" "$($_.CallState)"
            if ($_.CallState -eq 'Ringing') { while (-not (Test-Path "$using:ran.go")) { Start-Sleep -Milliseconds 20 } }
        }
        $calls = 1..4 | ForEach-Object { Invoke-PbxSimulation Missed -Pace 0 }
        Wait-Until { (Get-PbxReaction several).Busy -eq 3 }
        $now = Get-PbxReaction several
        "$($now.Busy) of $($now.Concurrency), $($now.Waiting) wait" | Should -Be '3 of 3, 2 wait'
        Wait-Until { @(Get-ChildItem "$ran.*").Count -eq 3 } 'their first lines'
        Set-Content "$ran.go" ''
        Wait-Idle
        foreach ($call in $calls) { Get-Content "$ran.$($call.CallId)" | Should -Be 'Ringing', 'Ended' }
        (Get-PbxReaction several).Busy | Should -Be 0
    }

    It 'waits by extension, or not at all, with -OrderBy <OrderBy>' -ForEach @(
        @{ OrderBy = 'Extension'; Together = 1 }
        @{ OrderBy = 'None'; Together = 2 }
    ) {
        # Both calls ring the same extension.
        $null = Register-PbxReaction order -CallState Ringing -Extension 1001 -OrderBy $OrderBy -Concurrency 4 {
            Add-Content "$using:ran.$($_.CallId)" 'began'
            while (-not (Test-Path "$using:ran.go")) { Start-Sleep -Milliseconds 20 }
        }
        $null = 1..2 | ForEach-Object { Invoke-PbxSimulation Missed -Pace 0 }
        Wait-Until { (Get-PbxCall -State Ended).Count -eq 2 }
        Wait-Until { (Get-PbxReaction order).Busy -eq $Together -and (Get-PbxReaction order).Lag -eq 0 }
        Wait-Until { @(Get-ChildItem "$ran.*").Count -eq $Together } 'their first lines'
        Start-Sleep -Milliseconds 500
        @(Get-ChildItem "$ran.*").Count | Should -Be $Together
        Set-Content "$ran.go" ''
        Wait-Idle
        (Get-PbxReaction order).Done | Should -Be 2
    }

    It 'makes dead letters of what is older than -MaxEventAge, which run when they are asked for' {
        $null = Invoke-PbxSimulation Missed -Pace 0
        Wait-Until { (Get-PbxCall -State Ended).Count -eq 1 -and (Get-PbxJournal).Behind -eq 0 }
        Start-Sleep -Milliseconds 300
        $null = Register-PbxReaction fresh -Outcome Missed -StartAt Oldest -MaxEventAge 0:00:00.2 { Add-Content $using:ran $Delivery.IsReplay }
        Wait-Idle
        Get-Ran | Should -BeNullOrEmpty
        $letter = Get-PbxDeadLetter fresh
        "$($letter.ErrorId) $($letter.Attempts)" | Should -Be 'EventTooOld 0'
        $letter.Error | Should -BeLike '*skips events older than 00:00:00.2*'
        $letter | Restart-PbxDeadLetter
        Wait-Idle
        Get-Ran | Should -Be 'True'
    }

    It 'refuses <Name>: <Id>' -ForEach @(
        @{ Name = 'a name of a path'; Id = 'BadReactionName'; Line = { Register-PbxReaction 'a/b' { } } }
        @{ Name = 'a name of nothing'; Id = 'BadReactionName'; Line = { Register-PbxReaction ' ' { } } }
        @{ Name = 'a name with a line break'; Id = 'BadReactionName'; Line = { Register-PbxReaction "a`nb" { } } }
        @{ Name = 'a name that is too long'; Id = 'BadReactionName'; Line = { Register-PbxReaction ('a' * 65) { } } }
        @{ Name = 'a script that is not there'; Id = 'ScriptNotFound'; Line = { Register-PbxReaction x -FilePath ./nosuch.ps1 } }
        @{ Name = 'an initialization that fails'; Id = 'InitializationFailed'; Line = { Register-PbxReaction x -InitializationScript { throw 'no' } { } } }
        @{ Name = 'more than a variable of $using:'; Id = 'UsingTooMuch'; Line = { Register-PbxReaction x { "$(@($using:path[0]))" } } }
        @{ Name = 'no time at all'; Id = 'BadTimeSpan'; Line = { Register-PbxReaction x -Timeout 0 { } } }
        @{ Name = 'no age of events'; Id = 'BadTimeSpan'; Line = { Register-PbxReaction x -MaxEventAge 0 { } } }
        @{ Name = 'none at once'; Id = 'ParameterArgumentValidationError'; Line = { Register-PbxReaction x -Concurrency 0 { } } }
        @{ Name = 'too many at once'; Id = 'ParameterArgumentValidationError'; Line = { Register-PbxReaction x -Concurrency 65 { } } }
        @{ Name = 'a delay before now'; Id = 'BadTimeSpan'; Line = { Register-PbxReaction x -RetryDelay -0:01 { } } }
        @{ Name = 'an outcome before the end'; Id = 'OutcomeNeedsEnded'; Line = { Register-PbxReaction x -Outcome Missed -CallState Ringing { } } }
        @{ Name = 'a reaction that nobody has seen'; Id = 'InvalidOption'; Line = { Get-PbxReaction nosuch } }
        @{ Name = 'to wait for nothing'; Id = 'NothingToWaitFor'; Line = { Disconnect-PbxEvents -Confirm:$false; Wait-PbxReaction } }
        @{ Name = 'a step outside'; Id = 'StepOutside'; Line = { Invoke-PbxStep one { } } }
        @{ Name = 'a reaction without a journal'; Id = 'NoJournal'; Line = { Close-PbxJournal -Confirm:$false; Register-PbxReaction x { } } }
        @{ Name = 'to end what runs elsewhere'; Id = 'ReactionNotHere'; Line = {
                $null = Register-PbxReaction x { }
                Unregister-PbxReaction x
                Unregister-PbxReaction x
            }
        }
    ) {
        $caught = $null
        try {
            $ErrorActionPreference = 'Stop'
            & $Line
        }
        catch {
            $caught = $_
        }
        $caught.FullyQualifiedErrorId | Should -BeLike "$Id,*"
        if ($Id -ne 'ParameterArgumentValidationError') { $caught.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty }
    }

    It 'fails for a step whose output is <Name>: <Id>' -ForEach @(
        @{ Name = 'no JSON'; Id = 'StepOutputNotJson'; Step = { Get-Process -Id $PID } }
        @{ Name = 'too large'; Id = 'StepOutputTooLarge'; Step = { 'x' * 70kB } }
    ) {
        $null = Register-PbxReaction bad -Outcome Missed -MaxAttempts 1 -MessageData "$Step" { Invoke-PbxStep one ([scriptblock]::Create($Delivery.MessageData)) }
        $null = Invoke-PbxSimulation Missed -Pace 0
        Wait-Idle *>$null
        (Get-PbxDeadLetter bad).ErrorId | Should -BeLike "$Id,*"
    }
}

Describe 'A process that runs durable reactions' -Skip:$IsWindows {
    BeforeAll {
        # A process that reacts to a platform's missed calls, each with the lines of an action.
        function Open-Reactor {
            param($Simulator, [string] $Folder, [string] $Name, [string] $Action)

            $login = Join-Path $Folder 'login.xml'
            $Simulator.Credential | Export-Clixml $login
            $script = Join-Path $Folder "$Name.ps1"
            Set-Content $script "
                `$ErrorActionPreference = 'Stop'
                Import-Module '$ModulePath'
                `$null = Open-PbxJournal '$Folder/journal.db'
                `$null = Connect-PbxEvents TelecomX '$($Simulator.Server)' -Credential (Import-Clixml '$login') -Name desk
                `$null = Register-PbxSubscription Call
                `$null = Register-PbxReaction tickets -Outcome Missed -RetryDelay 0:00:00.1 { $Action }
                Set-Content '$Folder/$Name.ready' ''
                Wait-PbxReaction
                Set-Content '$Folder/$Name.over' ''"
            $start = @{
                FilePath               = $Pwsh
                ArgumentList           = '-NoProfile', '-NonInteractive', '-File', $script
                RedirectStandardOutput = "$Folder/$Name.out"
                RedirectStandardError  = "$Folder/$Name.err"
            }
            $process = Start-Process @start -PassThru
            Wait-Until { (Test-Path "$Folder/$Name.ready") -or $process.HasExited } 'the reactor'
            if ($process.HasExited) {
                throw "It ended: $(Get-Content "$Folder/$Name.out", "$Folder/$Name.err")"
            }
            $process
        }
    }

    BeforeEach {
        $folder = (New-Item -ItemType Directory -Path (Join-Path $TestDrive "$(New-Guid)")).FullName
        $simulator = Start-PbxSimulator TelecomX
        $process = $null
    }

    AfterEach {
        if ($process -and -not $process.HasExited) { $process.Kill() }
        Stop-PbxSimulator -Simulator * -Confirm:$false
    }

    It 'goes on after kill -9 in the middle of an action, with the same key and without the finished step' {
        $action = "
            Invoke-PbxStep once { Add-Content '$folder/ran.txt' `"step `$(`$Delivery.Key)`" }
            Add-Content '$folder/ran.txt' `"try `$(`$Delivery.Attempt) `$(`$Delivery.Key)`"
            if (`$Delivery.Attempt -eq 1) { Start-Sleep 600 }"
        $process = Open-Reactor $simulator $folder first $action
        $first = Invoke-PbxSimulation Missed -Simulator $simulator -Pace 0
        $second = Invoke-PbxSimulation Missed -Simulator $simulator -Pace 0
        Wait-Until { (Get-Content "$folder/ran.txt" -ErrorAction Ignore) -match 'try 1' } 'the action'
        (Get-PbxReaction tickets -Journal "$folder/journal.db").State | Should -Be Elsewhere
        Wait-Until { (Get-PbxEvent -Journal "$folder/journal.db" -CallId $second.CallId -Outcome Missed).CallId } 'the second call in the journal'
        /bin/kill -KILL $process.Id
        Wait-Until { $process.HasExited } 'its end'
        (Get-PbxReaction tickets -Journal "$folder/journal.db").State | Should -Be Stopped

        $process = Open-Reactor $simulator $folder second ($action -replace 'Start-Sleep 600', 'throw "later"')
        Wait-Until { (Get-PbxReaction tickets -Journal "$folder/journal.db").Done -eq 2 } 'both'
        $key = "tickets/desk/$($first.CallId)/Ended"
        @(Get-Content "$folder/ran.txt") -like "*$($first.CallId)*" | Should -Be "step $key", "try 1 $key", "try 2 $key"
        @(Get-Content "$folder/ran.txt") -like "step*$($second.CallId)*" | Should -HaveCount 1
    }

    It 'is suspended, and runs again for the past, when another process asks for it' {
        $process = Open-Reactor $simulator $folder other "Add-Content '$folder/ran.txt' `"`$(`$Delivery.Key) `$(`$Delivery.IsReplay)`""
        $journal = "$folder/journal.db"
        $call = Invoke-PbxSimulation Missed -Simulator $simulator -Pace 0
        Wait-Until { (Get-PbxReaction tickets -Journal $journal).Done -eq 1 } 'the action'
        "$(& $Pwsh -NoProfile -NonInteractive -Command "Import-Module '$ModulePath'; Restart-PbxReaction tickets -Since 1:00 -Force -Journal '$journal' -WhatIf")" |
            Should -BeLike '*process that runs the reaction knows how many*tickets*'
        Restart-PbxReaction tickets -Since 1:00 -Force -Journal $journal
        Wait-Until { @(Get-Content "$folder/ran.txt").Count -eq 2 } 'it again' -Seconds 2
        $key = "tickets/desk/$($call.CallId)/Ended"
        Get-Content "$folder/ran.txt" | Should -Be "$key False", "$key True"
        Suspend-PbxReaction tickets -Journal $journal
        Start-Sleep 1
        Restart-PbxReaction tickets -Since 1:00 -Force -Journal $journal
        Start-Sleep 2
        @(Get-Content "$folder/ran.txt").Count | Should -Be 2
        Resume-PbxReaction tickets -Journal $journal
        Wait-Until { @(Get-Content "$folder/ran.txt").Count -eq 3 } 'what waited' -Seconds 2
        $refusal = { Remove-PbxReaction tickets -Journal $journal -Confirm:$false -ErrorAction Stop } | Should -Throw -PassThru -ErrorId 'JournalInUse,*'
        $refusal | Should -BeLike "*is already run by process $($process.Id)*"
        $process.Kill()
        $process.WaitForExit()
        Remove-PbxReaction tickets -Journal $journal -Confirm:$false
        Get-PbxReaction -Journal $journal | Should -BeNullOrEmpty
    }

    It 'ends with exit code 2 when an action does not end and nobody is at its prompt, and else says so' {
        $lines = {
            param([string] $Module, [string] $Folder, [string] $Name)
            Import-Module $Module
            $null = Open-PbxJournal "$Folder/$Name.db"
            $null = Start-PbxSimulator TelecomX | Connect-PbxEvents
            $null = Register-PbxSubscription Call
            # A wait that PowerShell cannot end.
            $null = Register-PbxReaction stuck -Outcome Missed -MaxAttempts 2 -Timeout 0:00:00.2 { if ($Delivery.Attempt -eq 1) { [System.Threading.Thread]::Sleep(60000) } }
            $null = Invoke-PbxSimulation Missed -Pace 0
            try {
                Wait-PbxReaction -Timeout 120
            }
            catch {
                "$($_.FullyQualifiedErrorId) $($_.ErrorDetails.RecommendedAction)"
            }
            $reaction = Get-PbxReaction
            "$($reaction.State) $($reaction.LastError)"
            [Environment]::Exit(7)
        }
        $processes = foreach ($name in 'unattended', 'attended') {
            Set-Content "$folder/$name.ps1" $lines
            $words = '-NoProfile', ($name -eq 'unattended' ? '-NonInteractive' : '-NoLogo'), '-File', "$folder/$name.ps1", $ModulePath, $folder, $name
            Start-Process $Pwsh $words -PassThru -RedirectStandardOutput "$folder/$name.out" -RedirectStandardError "$folder/$name.err"
        }
        try {
            foreach ($one in $processes) { Wait-Until { $one.HasExited } 'its end' -Seconds 110 }
            $processes.ExitCode | Should -Be 2, 7
        }
        finally {
            foreach ($one in $processes) { if (-not $one.HasExited) { $one.Kill() } }
        }
        Get-Content "$folder/unattended.out" | Should -BeNullOrEmpty
        Get-Content "$folder/unattended.err" -Raw | Should -BeLike "*'stuck' did not finish within 00:00:00.2*exit code 2*"
        $said = Get-Content "$folder/attended.out" -Raw
        $said | Should -BeLike '*ActionStuck,PbxEvents.Module.Commands.WaitPbxReactionCommand End this process:*'
        $said | Should -BeLike "*Stuck *'stuck' did not finish within 00:00:00.2*"

        # The attempt counts, and the next process goes on with the second.
        $again = Get-PbxReaction stuck -Journal "$folder/unattended.db"
        "$($again.State) $($again.Busy) $($again.Waiting)" | Should -Be 'Stopped 0 1'
        $null = Open-PbxJournal "$folder/unattended.db"
        try {
            $null = Register-PbxReaction stuck -Outcome Missed -MaxAttempts 2 { Set-Content "$using:folder/attempt" $Delivery.Attempt }
            Wait-PbxReaction stuck -UntilIdle -Timeout $Patience
            Get-Content "$folder/attempt" | Should -Be 2
        }
        finally {
            Close-PbxJournal -Confirm:$false
        }
    }

    It 'ends its script with an error when a connection can never go on, though the script does not ask for it' {
        Set-Content "$folder/over.ps1" "
            Import-Module '$ModulePath'
            `$null = Open-PbxJournal '$folder/over.db'
            `$simulator = Start-PbxSimulator TelecomX
            `$null = `$simulator | Connect-PbxEvents -MaxReconnectAttempts 1
            `$null = Register-PbxSubscription Call
            `$null = Register-PbxReaction any { }
            Stop-PbxSimulator -Confirm:`$false
            Wait-PbxReaction -Timeout $Patience
            'alive'"
        $said = & $Pwsh -NoProfile -NonInteractive -File "$folder/over.ps1" 2>&1
        $LASTEXITCODE | Should -Be 1
        $said | Should -Not -Contain 'alive'
        "$said" | Should -Not -BeNullOrEmpty
    }

    It 'lets its action come to its end when it is told to end, and ends without an error' {
        $process = Open-Reactor $simulator $folder only "Start-Sleep 2; Add-Content '$folder/ran.txt' `$_.CallId"
        $call = Invoke-PbxSimulation Missed -Simulator $simulator -Pace 0
        Wait-Until { (Get-PbxReaction tickets -Journal "$folder/journal.db").Busy } 'the action'
        /bin/kill -TERM $process.Id
        Wait-Until { $process.HasExited } 'its end'
        "$folder/only.over" | Should -Exist
        Get-Content "$folder/ran.txt" | Should -Be $call.CallId
        (Get-PbxReaction tickets -Journal "$folder/journal.db").Done | Should -Be 1
    }
}
