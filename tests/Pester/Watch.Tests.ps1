BeforeDiscovery {
    # Read at discovery, where -Skip is decided.
    $script:hasTerminal = $null -ne (Get-Command tmux -CommandType Application -ErrorAction Ignore)
}

BeforeAll {
    . $PSScriptRoot/Support.ps1
    . $PSScriptRoot/Terminal.ps1

    # A terminal with a connection named office, subscribed.
    function Open-Office {
        param([int] $Width = 80, [int] $Height = 20, [string] $Environment = '')

        $terminal = Open-Terminal $Width $Height $Environment
        Invoke-Line $terminal "Import-Module '$ModulePath'"
        Invoke-Line $terminal '$null = Start-PbxSimulator TelecomX | Connect-PbxEvents -Name office'
        Invoke-Line $terminal '$null = Register-PbxSubscription Call, Queue, Agent'
        $terminal
    }
}

Describe 'Watch-PbxCall in a terminal' -Skip:(-not $hasTerminal) {
    It 'shows calls as they come and go, and leaves the screen as it was after <End>' -ForEach @(
        @{ End = 'q'; Key = 'q' }
        @{ End = 'Ctrl+C'; Key = 'C-c' }
    ) {
        $terminal = Open-Office
        try {
            Invoke-Line $terminal 'Clear-Host; ''before'''
            Invoke-Line $terminal 'Invoke-PbxSimulation Missed -Pace 0 -From +4512345678 | Out-Null'
            Invoke-Line $terminal 'Invoke-PbxSimulation Held -Pace 1500 -NoWait'
            Send-Line $terminal 'Watch-PbxCall'
            # On a busy machine the first page may come before the end of the call.
            Wait-Screen $terminal '(?m)^ ! Missed +\+4512345678 '
            $screen = Get-Screen $terminal
            $screen | Should -Match 'PbxEvents . calls'
            $screen | Should -Match '(?m)^. office +Connected '
            $screen | Should -Match 'q or Ctrl\+C ends'
            $screen | Should -Not -Match 'before'
            Wait-Screen $terminal '(?m)^. +Held .* 0:0\d '
            Wait-Screen $terminal '(?m)^0 in progress .* 1 answered +1 missed'

            Send-Key $terminal $Key
            Wait-Screen $terminal '(?m)^before[\s\S]*^PS [^\n]*> Watch-PbxCall\n+PS [^\n]*> *\n*\z'

            # The prompt takes keys again, the cursor is there, and nothing that was typed was lost or doubled.
            Invoke-Line $terminal '''once'''
            tmux -L $terminal display-message -p '#{cursor_flag} #{alternate_on}' | Should -Be '1 0'
        } finally {
            Close-Terminal $terminal
        }
    }

    It 'follows the size of the window while it runs' {
        $terminal = Open-Office -Width 200
        try {
            Invoke-Line $terminal 'Invoke-PbxSimulation QueueAbandoned -Pace 0 -From +4512345678 -FromName ''Ann Caller'' | Out-Null'
            Send-Line $terminal 'Watch-PbxCall'
            Wait-Screen $terminal 'State +From +To +At +Queue +Talk +Since'
            Wait-Screen $terminal '(?m)^ ! Abandoned +\+4512345678 Ann Caller .*( now|\d+ s ago)'

            Resize-Terminal $terminal 40 12
            Wait-Screen $terminal 'State +From +Talk *\n'
            Get-Screen $terminal | Should -Match '(?m)^ ! Abandoned +\+4512345678'
            Resize-Terminal $terminal 20 3
            Wait-Screen $terminal 'PbxEvents . calls *\n. office +Connected'
            Resize-Terminal $terminal 80 20
            Wait-Screen $terminal 'State +From +To +At +Queue +Talk +Since'
            (Get-Screen $terminal) -split "`n" | Where-Object Length -GT 80 | Should -BeNullOrEmpty
        } finally {
            Close-Terminal $terminal
        }
    }

    It 'shows a lost link, and that it is back' {
        $terminal = Open-Office
        try {
            Invoke-Line $terminal 'Invoke-PbxSimulation -Fault Restart -FaultDuration 5'
            Send-Line $terminal 'Watch-PbxCall'
            Wait-Screen $terminal '(?m)^. office +Reconnecting +heard last '
            Wait-Screen $terminal '(?m)^. office +Connected .*1 gap'
        } finally {
            Close-Terminal $terminal
        }
    }

    It 'gives the screen back and says why when the connection has failed for good' {
        $terminal = Open-Terminal 80 20
        try {
            Invoke-Line $terminal "Import-Module '$ModulePath'"
            Invoke-Line $terminal '$null = Start-PbxSimulator TelecomX | Connect-PbxEvents -Name office -MaxReconnectAttempts 1'

            # The simulator lives in the process that watches, so an action has to stop it.
            Invoke-Line $terminal '$null = Register-PbxSubscription Call { if ($_.Outcome) { Invoke-PbxSimulation -Fault Stop } }'
            Send-Line $terminal 'Clear-Host; Invoke-PbxSimulation Missed -Pace 500 -NoWait; Watch-PbxCall; ''after'''
            Wait-Screen $terminal 'PbxEvents . calls'
            Wait-Screen $terminal '(?m)^Watch-PbxCall: [\s\S]*^after'
            Get-Screen $terminal | Should -Not -Match 'PbxEvents . calls'
        } finally {
            Close-Terminal $terminal
        }
    }

    It 'lets actions run while it watches, and counts those that fail' {
        $terminal = Open-Office
        try {
            Invoke-Line $terminal '$null = Register-PbxSubscription Call { if ($_.Outcome) { throw ''no'' } }'
            Send-Line $terminal 'Invoke-PbxSimulation Missed -Pace 300 -NoWait; Watch-PbxCall'
            Wait-Screen $terminal '\d failed actions'
        } finally {
            Close-Terminal $terminal
        }
    }

    It 'gives the screen back when the process is ended' {
        $terminal = Open-Terminal 80 20 -Afterwards 'printf "cursor-%s\n" back; exec cat'
        try {
            Invoke-Line $terminal "Import-Module '$ModulePath'"
            Invoke-Line $terminal '$null = Start-PbxSimulator TelecomX | Connect-PbxEvents -Name office'
            Invoke-Line $terminal '"process-$PID."'
            $id = [regex]::Match((Get-Screen $terminal), '(?m)^process-(\d+)\.').Groups[1].Value
            Send-Line $terminal 'Watch-PbxCall'
            Wait-Screen $terminal 'PbxEvents . calls'
            kill -TERM $id
            Wait-Screen $terminal 'cursor-back'
            tmux -L $terminal display-message -p '#{cursor_flag} #{alternate_on}' | Should -Be '1 0'
        } finally {
            Close-Terminal $terminal
        }
    }

    It 'is coloured, unless the user wants no colours: <Wish>' -ForEach @(
        @{ Wish = 'none'; Environment = ''; Line = '[void]0'; Coloured = $true }
        @{ Wish = 'NO_COLOR'; Environment = 'NO_COLOR=1'; Line = '[void]0'; Coloured = $false }
        @{ Wish = 'PlainText'; Environment = ''; Line = '$PSStyle.OutputRendering = ''PlainText'''; Coloured = $false }
    ) {
        $terminal = Open-Office -Environment $Environment
        try {
            Invoke-Line $terminal $Line
            Invoke-Line $terminal 'Invoke-PbxSimulation Missed -Pace 0 | Out-Null'
            Send-Line $terminal 'Watch-PbxCall'
            Wait-Screen $terminal '(?m)^ ! Missed'
            $red = (Get-Screen $terminal -Colour) -match '\e\[[\d;]*91m[^\n]*Missed'
            $red | Should -Be $Coloured
            (Get-Screen $terminal -Colour) -match '\e\[\d' | Should -Be $Coloured
        } finally {
            Close-Terminal $terminal
        }
    }

    It 'shows what a caller calls himself as text, whatever it is' {
        $terminal = Open-Office -Width 120
        try {
            Invoke-Line $terminal 'Invoke-PbxSimulation Missed -Pace 0 -FromName "x`e[2J`e]0;mine`a`u{6E21}`u{8FBA}" | Out-Null'
            Send-Line $terminal 'Watch-PbxCall'
            Wait-Screen $terminal '(?m)^ ! Missed .*x\u241B\[2J\u241B\]0;mine\u2407\u6E21\u8FBA '
            tmux -L $terminal display-message -p '#{pane_title}' | Should -Not -Be 'mine'
        } finally {
            Close-Terminal $terminal
        }
    }
}

Describe 'Watch-PbxCall without a terminal' {
    BeforeEach {
        $bench = Connect-Bench -Connection @{ Name = 'office' }
    }

    AfterEach {
        Close-Bench
    }

    It 'writes a call each time it enters another state' {
        # It begins with the call there is: the next one starts when it has begun.
        $null = Invoke-PbxSimulation Missed -Pace 0
        $null = Wait-PbxCall -Outcome Missed -Timeout $Patience
        $calls = @(Watch-PbxCall -Timeout $Patience | ForEach-Object {
                if ($_.Outcome -eq 'Missed') { Invoke-PbxSimulation Answered -Pace 100 -NoWait } else { $_ }
            } | Select-Object -First 4)
        $calls | Should -BeOfType PbxEvents.PbxCall
        $calls.State | Should -Be 'Offered', 'Ringing', 'Answered', 'Ended'
    }

    It 'begins with the calls there are, and tells none twice' {
        $null = Invoke-PbxSimulation Missed -Pace 0
        $null = Wait-PbxCall -Outcome Missed -Timeout $Patience
        $null = Invoke-PbxSimulation Answered -Pace 100 -NoWait
        $calls = @(Watch-PbxCall -State Ended -Timeout $Patience | Select-Object -First 2)
        $calls.Outcome | Should -Be 'Missed', 'Answered'
    }

    It 'takes the filters of Get-PbxCall' {
        $null = Invoke-PbxSimulation Missed -Extension 1003 -Pace 100 -NoWait
        $null = Invoke-PbxSimulation Missed -Extension 1004 -Pace 200 -NoWait
        (Watch-PbxCall -Extension 1004 -Outcome Missed -Timeout $Patience | Select-Object -First 1).Extension | Should -Be '1004'
    }

    It 'ends at -Timeout' {
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        Watch-PbxCall -Timeout 0.5 | Should -BeNullOrEmpty
        $watch.Elapsed.TotalSeconds | Should -BeGreaterThan 0.4
    }

    It 'ends with its connection' {
        # The action runs at whatever waits, so that it must not disconnect before the watch is there.
        $global:isWatching = $false
        $null = Register-PbxSubscription Call { if ($global:isWatching) { Disconnect-PbxEvents office -Confirm:$false } }
        Invoke-PbxSimulation Missed -Count 1000 -Pace 50 -NoWait
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        Watch-PbxCall -Timeout $Patience | ForEach-Object { $global:isWatching = $true; $_ } | Should -Not -BeNullOrEmpty
        $watch.Elapsed.TotalSeconds | Should -BeLessThan $Patience
        $bench.Connection.State | Should -Be 'Disconnected'
        Remove-Variable isWatching -Scope Global
    }
}

Describe 'Watch-PbxQueue in a terminal' -Skip:(-not $hasTerminal) {
    It 'shows queues, who waits and agents, and leaves the screen as it was' {
        $terminal = Open-Terminal 100 30
        try {
            Invoke-Line $terminal "Import-Module '$ModulePath'"
            Invoke-Line $terminal '$null = Start-PbxSimulator PortSIP | Connect-PbxEvents -Name office'
            Invoke-Line $terminal '$null = Register-PbxSubscription Queue -Queue 4020'
            Send-Line $terminal 'Clear-Host; Invoke-PbxSimulation QueueAnswered -Pace 1200 -From +4512345678 -NoWait; Watch-PbxQueue -ServiceLevel 1'
            Wait-Screen $terminal '(?m)^. +Queue 4020 +1 +0:00 .*4: 4 READY'
            Get-Screen $terminal | Should -Match '(?m)^. +0:00 +\+4512345678 +Queue 4020'
            Get-Screen $terminal | Should -Match '(?m)^ +(User )?1001 +READY +Queue 4020 +\d+ s ago'
            Wait-Screen $terminal '(?m)^.! +Queue 4020 +1 +0:0[1-9]'
            Wait-Screen $terminal '(?m)^. +Queue 4020 +0 +1 +0 +0 +4: 3 READY, 1 QUEUE_CALL'
            Resize-Terminal $terminal 40 30
            Wait-Screen $terminal 'Queue +Waiting +Longest +Agents *\n'
            Resize-Terminal $terminal 100 30
            Send-Key $terminal q
            Wait-Until { (tmux -L $terminal display-message -p '#{cursor_flag} #{alternate_on}') -eq '1 0' } 'the screen is given back'
        } finally {
            Close-Terminal $terminal
        }
    }
}

Describe 'Watch-PbxQueue without a terminal' {
    AfterEach {
        Close-Bench
    }

    It 'writes a queue each time it changes, on <Provider>' -ForEach @(
        @{ Provider = 'TelecomX'; Subscribe = { Register-PbxSubscription Queue, Call } }
        @{ Provider = 'PortSIP'; Subscribe = { Register-PbxSubscription Queue -Queue 4020 } }
        @{ Provider = 'Yeastar'; Subscribe = { Register-PbxSubscription Queue -Queue 4020 } }
        @{ Provider = 'OneCloud'; Subscribe = { Register-PbxSubscription Queue -Queue 4020 } }
        @{ Provider = 'RingCentral'; Subscribe = { Register-PbxSubscription Call } }
    ) {
        $null = Start-PbxSimulator $Provider | Connect-PbxEvents
        $null = & $Subscribe
        $null = Invoke-PbxSimulation QueueAbandoned -Pace 1000 -From +4512345678 -NoWait
        $queue = Watch-PbxQueue -Timeout $Patience | Where-Object WaitingCount | Select-Object -First 1
        $over = Watch-PbxQueue -Timeout $Patience | Where-Object Lost | Select-Object -First 1
        $queue.Waiting.From | Should -Be '+4512345678'
        $over.WaitingCount | Should -Be 0
    }

    It 'counts a caller who gave up, and shows no queue that is not asked for' {
        $null = Connect-Bench -Type Call, Queue
        $null = Invoke-PbxSimulation QueueAbandoned -Pace 50 -NoWait
        $last = Watch-PbxQueue -Timeout $Patience | Where-Object Lost | Select-Object -First 1
        $last.WaitingCount | Should -Be 0
        $last.Answered | Should -Be 0
        Watch-PbxQueue -Queue nosuch* -Timeout 0.2 | Should -BeNullOrEmpty
        Watch-PbxQueue -Queue $last.Queue -Timeout 0.2 | Should -HaveCount 1
    }
}
